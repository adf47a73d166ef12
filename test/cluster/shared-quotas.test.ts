import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { BEAT_INTERVAL } from '../../src/cluster/replicas.ts';
import { createSharedCounts } from '../../src/cluster/shared-counts.ts';
import { createQuota } from '../../src/limits/quota.ts';
import { createSocketSlots } from '../../src/websocket/handshake-limits.ts';
import { settle } from '../support/clock.ts';
import { TypedDocumentString } from '../support/gql/graphql.ts';
import { seedModel } from '../support/seeds.ts';
import { transports } from '../support/subscribe.ts';
import { startHub, startReplicas } from './support.ts';

const never = new AbortController().signal;

/** Starts replicas with a quota of two units for each key. */
async function startQuotas(count = 2) {
  const hub = startHub();
  const start = (id: string) => {
    const broker = hub.connect(id);
    const cluster = hub.join(id, broker);
    const waiting = { maxWait: 60_000, sleep: hub.clock.sleep };
    const quota = createQuota(2, 'streams', 'MAX_OF_A_TEST', { waiting, cluster });
    return { broker, cluster, quota };
  };
  const replicas = Array.from({ length: count }, (_, index) => start(`replica ${index}`));
  await settle();
  const [a, b] = replicas;
  if (!a || !b) throw new RangeError('expected at least two replicas');
  return { ...hub, start, a, b };
}

test('sockets of one address are counted over all replicas', async () => {
  const hub = startHub();
  const start = (id: string) => {
    const shared = createSharedCounts('MAX_SOCKETS_PER_ADDRESS', hub.join(id), () => {});
    return createSocketSlots({ socketsPerAddress: 2, socketsInTotal: 100 }, shared);
  };
  const [a, b] = [start('a'), start('b')];
  await settle();
  const release = a.acquire('192.0.2.1');
  await settle();
  b.acquire('192.0.2.1');
  await settle();

  expect(a.acquire('192.0.2.1')).toMatchObject({ message: expect.stringContaining('limit of 2 open sockets') });
  expect(b.acquire('192.0.2.1')).toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
  expect(b.acquire('192.0.2.2')).toBeTypeOf('function');
  if (typeof release === 'function') release();
  await settle();
  expect(b.acquire('192.0.2.1')).toBeTypeOf('function');
});

describe('a quota', () => {
  test('is shared by all replicas, for each key', async () => {
    const { a, b } = await startQuotas();
    const release = a.quota.acquire('k');
    await settle();
    b.quota.acquire('k');
    await settle();

    expect(() => a.quota.acquire('k')).toThrow('has 2 streams open, the maximum (MAX_OF_A_TEST)');
    expect(() => b.quota.acquire('k')).toThrow('has 2 streams open');
    b.quota.acquire('another')();
    release();
    await settle();
    b.quota.acquire('k');
  });

  test('includes what other replicas held before this one started', async () => {
    const { start, a, b } = await startQuotas();
    a.quota.acquire('k');
    b.quota.acquire('k');
    await settle();
    const c = start('a new replica');
    await settle();

    expect(() => c.quota.acquire('k')).toThrow('has 2 streams open');
  });

  test('no longer includes the units of a replica that was killed', async () => {
    const { clock, a, b } = await startQuotas();
    a.quota.acquire('k');
    a.quota.acquire('k');
    await settle();
    expect(() => b.quota.acquire('k')).toThrow('has 2 streams open');
    a.broker.disconnect('the process was killed');
    await clock.advance(7 * BEAT_INTERVAL);

    b.quota.acquire('k');
  });

  test('applies to this replica alone while the broker has a problem, and to all of them after that', async () => {
    const { clock, a, b } = await startQuotas();
    a.quota.acquire('k');
    a.quota.acquire('k');
    await settle();
    b.broker.disconnect('a fault');
    const release = b.quota.acquire('k');
    b.quota.acquire('k');
    expect(() => b.quota.acquire('k')).toThrow('has 2 streams open');
    // Long enough for the other replica to believe that this one is gone.
    await clock.advance(7 * BEAT_INTERVAL);
    b.broker.reconnect();
    await settle();

    expect(() => a.quota.acquire('k')).toThrow('has 4 streams open');
    release();
    expect(() => b.quota.acquire('k')).toThrow('has 3 streams open');
  });

  test('of a replica that was believed to be gone is known again when it beats', async () => {
    const { clock, a, b } = await startQuotas();
    a.quota.acquire('k');
    a.quota.acquire('k');
    await settle();
    const beat = a.broker.publish;
    // The replica is connected, but its event loop is blocked.
    a.broker.publish = () => {};
    await clock.advance(7 * BEAT_INTERVAL);
    expect(b.cluster.replicas.count).toBe(1);
    a.broker.publish = beat;
    await clock.advance(BEAT_INTERVAL);

    expect(() => b.quota.acquire('k')).toThrow('has 2 streams open');
  });

  test('that is exhausted is acquired as soon as another replica releases a unit', async () => {
    const { a, b } = await startQuotas();
    const release = a.quota.acquire('k');
    a.quota.acquire('k');
    await settle();
    const acquired: number[] = [];
    for (const number of [1, 2]) void b.quota.acquireOrWait('k', never).then(() => acquired.push(number));
    await settle();
    expect(acquired).toEqual([]);
    release();
    await settle();

    expect(acquired).toEqual([1]);
  });
});

const jobs = new TypedDocumentString<Record<string, unknown>, { id: string }>(
  'subscription ($id: ID!) { trainingUpdated(id: $id) { status } }',
);

describe('the quota of a gateway', () => {
  test.each([
    ['streams', { watch: { maxStreams: 1, maxStreamWait: 0 } }, 'MAX_STREAMS_PER_KEY'],
    ['streams over server-sent events', { rates: { eventStreams: 1 } }, 'MAX_EVENT_STREAMS_PER_KEY'],
  ] as const)('of %s includes those of other replicas', async (_, options, setting) => {
    const { replicas, first } = await startReplicas(2, options);
    const model = await seedModel(first.upstream, 'Dresses', { trainings: 1 });
    const id = globalId({ kind: 'Training', modelId: model.id, id: model.trainings[0] ?? '' });
    const [one, other] = replicas;
    if (!one || !other) throw new RangeError('expected two replicas');
    const [{ subscribe } = { subscribe: undefined }] = transports;
    if (!subscribe) throw new RangeError('expected a transport');
    const open = await subscribe(one, jobs, { id });
    await open.next();
    await settle();

    const refused = await subscribe(other, jobs, { id });
    expect((await refused.next())?.errors?.[0]?.message).toContain(setting);
    await open.leave();
    await settle();
    const admitted = await subscribe(other, jobs, { id });
    expect((await admitted.next())?.errors).toBeUndefined();
    await admitted.leave();
  });

  test('of sockets includes those of other replicas', async () => {
    const { replicas } = await startReplicas(2, { rates: { sockets: 1 } });
    const [one, other] = replicas;
    if (!one || !other) throw new RangeError('expected two replicas');
    const transport = { request: new Request('http://localhost:4000/graphql') };
    const { close } = await one.gateway.openSocket(transport);
    await settle();

    await expect(other.gateway.openSocket(transport)).rejects.toThrow('MAX_SOCKETS_PER_KEY');
    close();
    await settle();
    await expect(other.gateway.openSocket(transport)).resolves.toBeDefined();
  });
});
