import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { openRedisBroker } from '../../src/cluster/redis-broker.ts';
import { sleep } from '../../src/util/timers.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { describeBroker } from './broker-contract.ts';
import { executable, recordLog } from './support.ts';

let server: RedisServer | undefined;
let redis: Redis | undefined;
beforeAll(async () => {
  if (!executable) return;
  server = await startRedis(executable);
  redis = new Redis(server.url);
});
beforeEach(async () => void (await redis?.flushall()));
afterAll(async () => {
  redis?.disconnect();
  await server?.stop();
});

const staying = new AbortController();

describe.skipIf(!executable)('Redis', () => {
  describeBroker({
    name: 'over Redis',
    connect: () => openRedisBroker({ url: server?.url ?? '', log: recordLog().log }),
    pass: (milliseconds) => sleep(milliseconds + 1, staying.signal),
    flush: async () => void (await redis?.flushall()),
  });
});
