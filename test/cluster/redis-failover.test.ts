import { Redis } from 'ioredis';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Broker } from '../../src/cluster/broker.ts';
import { openRedisStore } from '../../src/idempotency/redis.ts';
import { startCluster, startProxy, startSentinel } from '../support/redis-topologies.ts';
import { eventually, record, serve } from './broker-contract.ts';
import { connect, executable, expectNoOutput, ownRedis } from './redis-support.ts';

/** Two replicas with a task and a subscription, whose primary fails, so that another server takes over. */
async function failover(url: string, fail: () => unknown) {
  const [one, other] = [await connect(url), await connect(url)];
  expect([one.problem, other.problem]).toEqual([undefined, undefined]);
  const { received } = record(other, 'a');
  const [runs, others] = [serve(one), serve(other)];
  await one.requestTask('before', '');
  await eventually(() => expect([...runs, ...others]).toHaveLength(1));
  await eventually(() => expect(received).toEqual(['active']));
  await claimOnce(url, 'before');

  let failures = 0;
  one.onProblemChange(() => failures++);
  await fail();
  await eventually(() => expect(failures).toBeGreaterThan(0), 30_000);
  await working(one);
  await working(other);

  await eventually(() => expect(received.filter((message) => message === 'active').length).toBeGreaterThan(1), 30_000);
  await eventually(() => {
    one.publish('a', 'after');
    expect(received.at(-1)).toBe('after');
  });
  await one.requestTask('after', '');
  const names = () => [...runs, ...others].filter(({ task }) => !task.signal.aborted).map(({ task }) => task.name);
  await eventually(() => expect(names()).toContain('after'));
  await claimOnce(url, 'after');
}

const working = (broker: Broker) => eventually(() => expect(broker.problem).toBeUndefined(), 30_000);

/** Uses the store of idempotency keys. */
async function claimOnce(redis: string, id: string): Promise<void> {
  const store = openRedisStore({ redis });
  onTestFinished(() => store.close());
  const claim = { id, input: 'input', token: 'token', lease: 60_000, lifetime: 60_000 };
  expect(await store.claim(claim)).toEqual({ state: 'claimed' });
  expect(await store.claim({ ...claim, token: 'other' })).toMatchObject({ state: 'under-way' });
}

describe.skipIf(!executable)('failover', { timeout: 90_000 }, () => {
  beforeEach(expectNoOutput);

  test('replicas follow the Sentinels to the new primary', async () => {
    const { url, primary } = await startSentinel(executable ?? '');

    await failover(url, () => primary.stop());
  });

  test('replicas follow a Cluster to its new primary', async () => {
    const { url, primary } = await startCluster(executable ?? '', { key: '{flair}' });

    await failover(url, () => primary.stop());
  });

  test('replicas follow a name to the new address of a server', async () => {
    const [old, next] = [await ownRedis(), await ownRedis()];
    const proxy = await startProxy(old);

    await failover(proxy.url, async () => {
      proxy.redirect(next);
      await old.stop();
    });
  });

  test('replicas follow a name to a new address when the packets of the old one are lost', async () => {
    const [old, next] = [await ownRedis(), await ownRedis()];
    const proxy = await startProxy(old);

    await failover(proxy.url, () => {
      proxy.redirect(next);
      proxy.block();
    });
  });

  test('replicas follow a name to the new primary when the old one becomes read-only', async () => {
    const [old, next] = [await ownRedis(), await ownRedis()];
    const proxy = await startProxy(old);
    const redis = new Redis(old.url);
    onTestFinished(() => redis.disconnect());

    await failover(proxy.url, async () => {
      proxy.redirect(next);
      await redis.replicaof('127.0.0.1', next.port);
    });
  });
});
