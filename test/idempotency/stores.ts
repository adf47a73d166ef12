import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, onTestFinished } from 'vitest';
import { openDiskStore } from '../../src/idempotency/disk.ts';
import { createIdempotency, type Idempotency, type IdempotencyOptions } from '../../src/idempotency/idempotency.ts';
import { openRedisStore } from '../../src/idempotency/redis.ts';
import type { IdempotencyStore } from '../../src/idempotency/store.ts';
import { settle } from '../support/clock.ts';
import { findRedisServer, type RedisServer, startRedis } from '../support/redis.ts';

const executable = findRedisServer(process.env);

export const hasRedis = executable !== undefined;

let running: Promise<RedisServer> | undefined;
afterAll(async () => (await running)?.stop());

/** The Redis that the tests of a file share. */
export async function redisServer(): Promise<RedisServer> {
  if (!executable) throw new Error('There is no Redis: this test should have been skipped.');
  running ??= startRedis(executable);
  return await running;
}

/** A connection to look into it, and to break it. */
export async function redisConnection(): Promise<Redis> {
  const redis = new Redis((await redisServer()).url);
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** Opens the same records anew with each call, as one process after the other, or beside it, does. */
export type Open = () => IdempotencyStore;

/** Each kind of store, with fresh records. */
export const stores: readonly { name: string; fresh: () => Promise<Open> }[] = [
  { name: 'in memory', fresh: async () => once(() => openDiskStore('memory')) },
  ...(hasRedis ? [{ name: 'in Redis', fresh: freshRedis }] : []),
];

export async function freshRedis(): Promise<Open> {
  const { url } = await redisServer();
  const prefix = `${randomUUID()}:`;
  return () => openRedisStore({ redis: url, prefix });
}

/** Memory cannot be opened twice: two services over it share one store, as two would share one file. */
function once(open: Open): Open {
  let store: IdempotencyStore | undefined;
  let users = 0;
  return () => {
    store ??= open();
    users++;
    return { ...store, close: async () => (--users === 0 ? store?.close() : undefined) };
  };
}

/** A service that waits for others without real time. The caller disposes of it. */
export const serviceOver = (store: IdempotencyStore, options: Partial<IdempotencyOptions> = {}): Idempotency =>
  createIdempotency({ store, pause: () => settle(1), ...options });

/** A service that is disposed of when the test has finished. */
export function service(store: IdempotencyStore, options: Partial<IdempotencyOptions> = {}): Idempotency {
  const idempotency = serviceOver(store, options);
  onTestFinished(() => idempotency.dispose());
  return idempotency;
}
