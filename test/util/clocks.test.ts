import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { openSocket } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { TypedDocumentString } from '../support/gql/graphql.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { serverOf, transports } from '../support/subscribe.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const SHIFTS = [-MINUTE, -HOUR, HOUR];

interface Updated {
  trainingUpdated: { status: string; staleSince: string | null } | null;
}
const trainingUpdated = new TypedDocumentString<Updated, { id: string }>(
  'subscription ($id: ID!) { trainingUpdated(id: $id) { status staleSince } }',
);
const NAMES = '{ models { nodes { displayName } } }';

/** Starts a gateway with one model. The upstream waits for `gate`, and responds with 503 if `isDown` is set. */
async function start(options: StartOptions = {}) {
  const state: { isDown: boolean; gate: Promise<void> | undefined } = { isDown: false, gate: undefined };
  const started = startGateway({
    ...options,
    transport: async (request, upstream) => {
      await state.gate;
      return state.isDown ? new Response(null, { status: 503 }) : await upstream(request);
    },
  });
  const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  started.takeRequests();
  return { ...started, state, modelId };
}

describe.each(transports.slice(-1))('a subscription to a training over $transport', ({ subscribe }) => {
  async function watch() {
    const started = await start();
    const id = await seedTraining(started.upstream, started.modelId);
    const stream = await subscribe(started, trainingUpdated, {
      id: globalId({ kind: 'Training', modelId: started.modelId, id }),
    });
    expect((await stream.next())?.data?.trainingUpdated?.status).toBe('QUEUED');
    const results = stream.rest();
    const statuses = async () => (await results).map(({ data }) => data?.trainingUpdated?.status);
    return { ...started, statuses };
  }

  /** Advances the clock until the training has finished. */
  const finish = async ({ clock }: Awaited<ReturnType<typeof watch>>) => {
    await clock.advance(90 * SECOND);
  };

  test.each(SHIFTS)('a subscription continues if the wall clock is shifted by %d ms', async (shift) => {
    const started = await watch();
    await started.clock.advance(5 * SECOND);

    started.clock.shiftWallClock(shift);
    await finish(started);

    expect((await started.statuses()).at(-1)).toBe('COMPLETED');
  });

  test.each(SHIFTS)(
    'a subscription continues if the wall clock is shifted by %d ms and the next poll fails',
    async (shift) => {
      const started = await watch();
      await started.clock.advance(5 * SECOND);

      started.clock.shiftWallClock(shift);
      started.state.isDown = true;
      await started.clock.advance(10 * SECOND);
      started.state.isDown = false;
      await finish(started);

      expect((await started.statuses()).at(-1)).toBe('COMPLETED');
    },
  );

  test.each(
    [30 * SECOND, 30 * 24 * HOUR].flatMap((duration) => [
      { duration, clock: 'stops' as const, failed: 'after' },
      { duration, clock: 'runs on' as const, failed: 'after' },
      { duration, clock: 'stops' as const, failed: 'before and after' },
      { duration, clock: 'runs on' as const, failed: 'before and after' },
    ]),
  )(
    'a subscription continues if the machine sleeps for $duration ms, its monotonic clock $clock, and polls fail $failed',
    async (sleep) => {
      const started = await watch();
      await started.clock.advance(5 * SECOND);
      started.state.isDown = sleep.failed !== 'after';
      await started.clock.advance(15 * SECOND);

      started.state.isDown = true;
      await started.clock.suspend(sleep.duration, sleep.clock);
      await started.clock.advance(20 * SECOND);
      started.state.isDown = false;
      await finish(started);

      expect((await started.statuses()).at(-1)).toBe('COMPLETED');
    },
  );

  test.each(SHIFTS)(
    'a subscription ends after the outage limit, even if the wall clock is shifted by %d ms',
    async (shift) => {
      const started = await watch();
      await started.clock.advance(5 * SECOND);
      started.state.isDown = true;
      await started.clock.advance(300 * SECOND);
      expect(started.gateway.watchedJobs).toBe(1);

      started.clock.shiftWallClock(shift);
      await started.clock.advance(330 * SECOND);

      expect((await started.statuses()).at(-1)).toBeUndefined();
      expect(started.gateway.watchedJobs).toBe(0);
    },
  );
});

describe.each(SHIFTS)('if the wall clock is shifted by %d ms', (shift) => {
  test('the circuit breaker closes after its cool-down, whatever the wall clock shows', async () => {
    const { query, clock, state, takeRequests } = await start({
      upstream: {
        breaker: { attempts: 2, coolDown: 5 * SECOND },
        retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 },
      },
    });
    state.isDown = true;
    await query(NAMES);
    await query(NAMES);
    state.isDown = false;
    takeRequests();

    clock.shiftWallClock(shift);
    expect((await query(NAMES)).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    expect(takeRequests()).toEqual([]);
    await clock.advance(5 * SECOND);

    expect((await query(NAMES)).errors).toBeUndefined();
  });

  test('a rate limit still applies, and refills with elapsed time, whatever the wall clock shows', async () => {
    const { query, clock } = await start({ rates: { perKey: 1 } });
    await query(NAMES);
    await query(NAMES);

    clock.shiftWallClock(shift);
    expect((await query(NAMES)).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }]);
    await clock.advance(SECOND);

    expect((await query(NAMES)).errors).toBeUndefined();
  });

  test.each([
    ['joins', 500, 1],
    ['does not join', 1_500, 2],
  ])('an equal query %s one that started %d ms ago, whatever the wall clock shows', async (_, age, requests) => {
    const started = await start();
    const { query, clock, state, takeRequests } = started;
    let open = () => {};
    state.gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = query(NAMES);
    await settle();
    await clock.advance(age);

    clock.shiftWallClock(shift);
    const second = query(NAMES);
    await settle();
    open();

    expect(await first).toEqual(await second);
    expect(takeRequests()).toHaveLength(requests);
  });

  test('a mutation with the idempotency key of a running one joins it, whatever the wall clock shows', async () => {
    const { query, clock, state, takeRequests } = await start();
    let open = () => {};
    state.gate = new Promise((resolve) => {
      open = resolve;
    });
    const create = () =>
      query('mutation { createModel(input: { displayName: "A", idempotencyKey: "a-key" }) { __typename } }');
    const first = create();
    await settle();

    clock.shiftWallClock(shift);
    const second = create();
    await settle();
    open();

    expect((await first).data).toEqual({ createModel: { __typename: 'CreateModelSuccess' } });
    expect(await second).toEqual(await first);
    expect(takeRequests().filter((operation) => operation === 'createModel')).toHaveLength(1);
  });

  test('an operation keeps its deadline, whatever the wall clock shows', async () => {
    const { query, clock, state } = await start();
    state.gate = new Promise(() => {});
    const response = query(NAMES);
    await settle();

    clock.shiftWallClock(shift);
    await clock.advance(31 * SECOND);

    expect((await response).errors).toMatchObject([{ extensions: { code: 'UPSTREAM_TIMEOUT' } }]);
  });

  test('the message rate limit of a WebSocket does not depend on the wall clock', async () => {
    const started = await start();
    const { clock } = started;
    const server = await serverOf(started, {
      sleep: clock.sleep,
      monotonicNow: clock.monotonicNow,
      messagesPerSocket: 2,
    });
    const socket = await openSocket(server.url);
    socket.send({ type: 'connection_init' });
    expect(await socket.receive()).toEqual({ type: 'connection_ack' });

    clock.shiftWallClock(shift);
    await clock.advance(2 * SECOND);
    for (let message = 0; message < 3; message++) {
      socket.send({ type: 'ping' });
      expect(await socket.receive()).toEqual({ type: 'pong' });
    }
  });
});

describe.each(['stops', 'runs on'] as const)(
  'a sleep of 30 seconds, in which the monotonic clock %s',
  (monotonicClock) => {
    test('a WebSocket whose pongs are read late after a sleep stays open', async () => {
      const started = await start();
      const { clock } = started;
      const server = await serverOf(started, { sleep: clock.sleep, monotonicNow: clock.monotonicNow });
      const socket = await openSocket(server.url, {}, { autoPong: false });
      let pings = 0;
      socket.socket.on('ping', () => pings++);
      await clock.advance(12 * SECOND);
      await until(() => pings === 1);

      await clock.suspend(30 * SECOND, monotonicClock);
      socket.socket.pong();
      socket.send({ type: 'connection_init' });

      expect(await socket.receive()).toEqual({ type: 'connection_ack' });
      await clock.advance(12 * SECOND);
      await until(() => pings > 1);
    });
  },
);

test('a WebSocket whose client sleeps for 30 seconds stays open', async () => {
  const started = await start();
  const { clock } = started;
  const server = await serverOf(started, { sleep: clock.sleep, monotonicNow: clock.monotonicNow });
  const socket = await openSocket(server.url, {}, { autoPong: false });

  await clock.advance(12 * SECOND);
  await clock.advance(30 * SECOND);
  socket.socket.pong();
  socket.send({ type: 'connection_init' });

  expect(await socket.receive()).toEqual({ type: 'connection_ack' });
});
