import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, onTestFinished } from 'vitest';
import { openDiskStore } from '../../src/idempotency/disk.ts';
import { createIdempotency, type Idempotency, type IdempotencyOptions } from '../../src/idempotency/idempotency.ts';
import { openRedisStore } from '../../src/idempotency/redis.ts';
import type { IdempotencyStore } from '../../src/idempotency/store.ts';
import { settle } from '../support/clock.ts';
import { temporaryDirectory } from '../support/program.ts';
import { findRedisServer, type RedisServer, startRedis } from '../support/redis.ts';

const executable = findRedisServer(process.env);

export const hasRedis = executable !== undefined;

let running: Promise<RedisServer> | undefined;
afterAll(async () => (await running)?.stop());

/** The Redis server that all tests of a file share. */
export async function redisServer(): Promise<RedisServer> {
  if (!executable) throw new Error('Redis is not installed: this test should have been skipped.');
  running ??= startRedis(executable);
  return await running;
}

/** A connection to inspect and modify the records directly. */
export async function redisConnection(): Promise<Redis> {
  const redis = new Redis((await redisServer()).url);
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** Opens the same records again with each call, as a restarted process or another replica does. */
export type Open = () => IdempotencyStore;

/** Each kind of store, with fresh records. */
export const stores: readonly { name: string; fresh: () => Promise<Open> }[] = [
  { name: 'in memory', fresh: async () => shared(() => openDiskStore('memory')) },
  { name: 'on disk, shared by processes', fresh: freshSharedFile },
  ...(hasRedis ? [{ name: 'in Redis', fresh: freshRedis }] : []),
];

async function freshSharedFile(): Promise<Open> {
  const file = join(await temporaryDirectory(), 'records.sqlite');
  return () => openDiskStore(file, { isShared: true });
}

export async function freshRedis(): Promise<Open> {
  const { url } = await redisServer();
  const prefix = `${randomUUID()}:`;
  return () => openRedisStore({ redis: url, prefix });
}

/** Shares one store between all calls, because memory cannot be opened twice. */
function shared(open: Open): Open {
  let store: IdempotencyStore | undefined;
  let users = 0;
  return () => {
    store ??= open();
    users++;
    return { ...store, close: async () => (--users === 0 ? store?.close() : undefined) };
  };
}

/** A service that polls other processes without real time. The caller disposes of it. */
export const serviceOver = (store: IdempotencyStore, options: Partial<IdempotencyOptions> = {}): Idempotency =>
  createIdempotency({ store, sleep: () => settle(1), ...options });

/** A service that is disposed of after the test. */
export function service(store: IdempotencyStore, options: Partial<IdempotencyOptions> = {}): Idempotency {
  const idempotency = serviceOver(store, options);
  onTestFinished(() => idempotency.dispose());
  return idempotency;
}
