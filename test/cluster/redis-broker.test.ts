import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { openRedisBroker } from '../../src/cluster/redis-broker.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { startCluster } from '../support/redis-topologies.ts';
import { describeBroker } from './broker-contract.ts';
import { executable, recordLog } from './redis-support.ts';

/** The Cluster has nodes that start one after the other. */
const START_TIME = 60_000;

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

describe.skipIf(!executable)('Redis', () => {
  describeBroker({
    name: 'over Redis',
    connect: () => openRedisBroker({ url: server?.url ?? '', log: recordLog().log }),
    flush: async () => void (await redis?.flushall()),
  });
});

describe.skipIf(!executable)('a Cluster', () => {
  const ends: (() => Promise<void>)[] = [];
  let url = '';
  let nodes: Redis[] = [];
  beforeAll(async () => {
    const cluster = await startCluster(executable ?? '', { key: '{flair}', onEnd: (end) => ends.push(end) });
    url = cluster.url;
    nodes = cluster.primaries.map((primary) => new Redis(primary.url));
  }, START_TIME);
  const flush = async () => void (await Promise.all(nodes.map((node) => node.flushall())));
  beforeEach(flush);
  afterAll(async () => {
    for (const node of nodes) node.disconnect();
    await Promise.all(ends.map((end) => end()));
  });

  describeBroker({
    name: 'over a Cluster',
    connect: () => openRedisBroker({ url, log: recordLog().log }),
    flush,
  });
});
