import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Broker } from '../../src/cluster/broker.ts';
import { MAX_BROKER_WAIT, SLOW_BROKER_PAUSE } from '../../src/cluster/cluster.ts';
import { createRateLimit } from '../../src/limits/rate-limit.ts';
import { settle } from '../support/clock.ts';
import { serverOf } from '../support/subscribe.ts';
import { advanceAll, startHub, startReplicas } from './support.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const QUERY = '{ __typename }';
const never = new AbortController().signal;

type Replicas = Awaited<ReturnType<typeof startReplicas>>['replicas'];

/** Sends queries to the replicas in turn. Returns the number of those within the rate. */
async function countAdmitted(replicas: Replicas, count: number, headers: Record<string, string> = {}) {
  let admitted = 0;
  for (let index = 0; index < count; index++) {
    const { errors } = (await replicas[index % replicas.length]?.query(QUERY, {}, headers)) ?? {};
    if (!errors) admitted++;
    else expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryable: true } }]);
  }
  return admitted;
}

describe('the rate of a key', () => {
  test('is that of one replica for three together: a burst of twice the rate, then the rate', async () => {
    const { clock, replicas } = await startReplicas(3, { rates: { perKey: 3 }, sandbox: { keys: ['other'] } });

    expect(await countAdmitted(replicas, 15)).toBe(6);
    expect(await countAdmitted(replicas, 9, { 'x-api-key': 'other' })).toBe(6);
    await advanceAll(clock, 2_000);
    expect(await countAdmitted(replicas, 15)).toBe(6);
  });

  test('applies to each replica while the broker has a problem, and to all of them again after that', async () => {
    const { clock, replicas, calls } = await startReplicas(2, { rates: { perKey: 3 } });
    for (const { broker } of replicas) broker.disconnect('a fault');
    calls.splice(0);

    expect(await countAdmitted(replicas, 24)).toBe(12);
    expect(calls).toEqual([]);
    for (const { broker } of replicas) broker.reconnect();
    await advanceAll(clock, 2_000);
    expect(await countAdmitted(replicas, 24)).toBe(6);
  });
});

describe('the rate of an address', () => {
  test('applies to all replicas, on the fast path, too', async () => {
    const { replicas } = await startReplicas(2, { rates: { perAddress: 3 } });
    const urls = await Promise.all(replicas.map(async (replica) => (await serverOf(replica)).url));
    const statuses: number[] = [];
    for (let index = 0; index < 10; index++) {
      const response = await fetch(`${urls[index % 2]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: QUERY }),
      });
      statuses.push(response.status);
      await response.arrayBuffer();
    }

    expect(statuses).toEqual([...Array(6).fill(200), ...Array(4).fill(429)]);
  });
});

/** Starts two replicas with a rate of one request per second. */
function startRates({ maxDelay = 30_000, broker }: { maxDelay?: number; broker?: (real: Broker) => Broker } = {}) {
  const { clock, join, connect } = startHub();
  const rates = ['a', 'b'].map((id) => {
    const real = connect(id);
    const cluster = join(id, broker ? broker(real) : real);
    return createRateLimit({ ...clock, perSecond: 1, subject: 'A key', setting: 'MAX_OF_A_TEST', maxDelay, cluster });
  });
  const [a, b] = rates;
  if (!a || !b) throw new RangeError('expected two rates');
  return { clock, a, b };
}

const exceeded = { extensions: { code: 'RATE_LIMITED' } };

describe('a delayed request', () => {
  test('is admitted when the rate of all replicas allows it, in the order of arrival', async () => {
    const { clock, a, b } = startRates();
    await Promise.all([a.count('k'), b.count('k')]);
    const admitted: string[] = [];
    for (const name of ['1', '2', '3']) void a.wait('k', never).then((error) => admitted.push(error ? 'no' : name));
    await settle();
    expect(admitted).toEqual([]);

    await advanceAll(clock, 2_000);
    expect(admitted).toEqual(['1', '2']);
    expect(await b.count('k')).toMatchObject(exceeded);
    await advanceAll(clock, 2_000);
    expect(admitted).toEqual(['1', '2', '3']);
    expect(clock.waits().filter((milliseconds) => milliseconds < 2_000)).toEqual([]);
  });

  test('is rejected after the maximum delay, and at once if its queue is full', async () => {
    const { clock, a, b } = startRates({ maxDelay: 3_000 });
    await Promise.all([a.count('k'), b.count('k')]);
    const waiting = [1, 2, 3].map(() => a.wait('k', never));
    await settle();
    expect(await a.wait('k', never)).toMatchObject(exceeded);

    // The other replica uses up the rate as soon as it allows more.
    vi.advanceTimersByTime(2_000);
    await Promise.all([b.count('k'), b.count('k')]);
    await clock.advance(2_000);
    await advanceAll(clock, 2_000);
    expect(await Promise.all(waiting)).toMatchObject([exceeded, exceeded, exceeded]);
  });

  test('is rejected when its signal aborts, and leaves no timer', async () => {
    const { clock, a, b } = startRates();
    await Promise.all([a.count('k'), b.count('k')]);
    const timers = clock.waits().length;
    const caller = new AbortController();
    const waiting = a.wait('k', caller.signal);
    await settle();
    expect(clock.waits()).toHaveLength(timers + 1);
    caller.abort();

    expect(await waiting).toMatchObject(exceeded);
    await settle();
    expect(clock.waits()).toHaveLength(timers);
    await advanceAll(clock, 2_000);
    expect(await a.wait('k', never)).toBeUndefined();
  });
});

test('a request that is known to exceed the rate is rejected without the broker', async () => {
  let counted = 0;
  const { a } = startRates({
    broker: (real) => ({
      ...real,
      problem: undefined,
      count: (...args) => {
        counted++;
        return real.count(...args);
      },
    }),
  });
  for (let index = 0; index < 3; index++) await a.count('k');
  expect(counted).toBe(3);

  expect(a.count('k')).toMatchObject(exceeded);
  expect(counted).toBe(3);
});

test('while the broker is slow, the rate of this replica applies, and after one request none waits for it', async () => {
  let counted = 0;
  const { clock, a } = startRates({
    broker: (real) => ({
      ...real,
      problem: undefined,
      count: () => {
        counted++;
        return new Promise<number>(() => {});
      },
    }),
  });
  const first = a.count('k');
  await clock.advance(MAX_BROKER_WAIT);

  expect(await first).toBeUndefined();
  expect(a.count('k')).toBeUndefined();
  expect(a.count('k')).toMatchObject(exceeded);
  expect(counted).toBe(1);
  await clock.advance(SLOW_BROKER_PAUSE);
  expect(a.count('k')).toBeInstanceOf(Promise);
  expect(counted).toBe(2);
});
