import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { settle, until } from '../support/clock.ts';
import { graphql } from '../support/gql/index.ts';
import { collect, startScripted, status } from '../support/scripted-jobs.ts';
import { transports } from '../support/subscribe.ts';

const trainingUpdated = graphql(`
  subscription HeldTraining($id: ID!) { trainingUpdated(id: $id) { id status staleSince } }
`);
const trainingsUpdated = graphql(`
  subscription HeldTrainings($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }
`);
const jobsUpdated = graphql(`
  subscription HeldJobs($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status } }
`);

const WEEK = 7 * 86_400;

const tooMany = (retryAfter: string) => status(429, { 'retry-after': retryAfter });

describe.each(transports)('over $transport', ({ subscribe }) => {
  test.each(['1795896802', '1795896802000', '86400', '9'.repeat(400), 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'polling continues although the upstream sends Retry-After: %s',
    async (retryAfter) => {
      const { started, clock, times, reply, training } = startScripted([{ status: 'queued' }]);
      const seen = collect(await subscribe(started, trainingUpdated, { id: training }));
      await until(() => seen.events.length === 1);

      reply(tooMany(retryAfter), { status: 'completed' });
      times.length = 0;
      await clock.advance(250_000);
      expect(times).toHaveLength(1);
      await clock.advance(60_000);
      await until(() => seen.isOver);

      expect(seen.events.at(-1)).toMatchObject({
        data: { trainingUpdated: { status: 'COMPLETED', staleSince: null } },
      });
      expect(clock.waits()).toEqual([]);
    },
  );

  test('a new subscriber of a rate-limited key gets an error within seconds, and the state later', async () => {
    const { started, clock, reply, training, query } = startScripted([tooMany('60')]);
    await query(graphql(`query ReadHeld { models { nodes { id } } }`));
    reply({ status: 'processing' }, { status: 'completed' });

    const opening = subscribe(started, trainingUpdated, { id: training });
    await clock.advance(5_000);
    const seen = collect(await opening);
    await until(() => seen.events.length === 1);

    expect(seen.events).toMatchObject([
      {
        data: { trainingUpdated: null },
        errors: [
          {
            message: expect.stringContaining('60 s'),
            extensions: { code: 'RATE_LIMITED', retryable: true, retryAfter: 60, id: training },
          },
        ],
      },
    ]);
    await clock.advance(70_000);
    await until(() => seen.isOver);
    expect(seen.events.slice(1).map(({ data }) => data?.trainingUpdated?.status)).toEqual(['PROCESSING', 'COMPLETED']);
  });

  test('a subscriber whose first poll is rate-limited gets an error with the delay that is used', async () => {
    const { started, clock, training } = startScripted([tooMany(String(WEEK)), { status: 'completed' }]);

    const opening = subscribe(started, trainingUpdated, { id: training });
    await clock.advance(5_000);
    const seen = collect(await opening);
    await until(() => seen.events.length === 1);

    expect(seen.events[0]?.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 300 });
    await clock.advance(301_000);
    await until(() => seen.isOver);
    expect(seen.events.at(-1)?.data?.trainingUpdated?.status).toBe('COMPLETED');
    expect(seen.events).toHaveLength(2);
  });

  test.each([
    ['without Retry-After', status(429)],
    ['with a delay of zero', tooMany('0')],
    ['with a date in the past', tooMany('Thu, 01 Jan 1998 00:00:00 GMT')],
    ['with delays below three seconds', tooMany('2')],
  ])('a subscriber whose polls are repeatedly rate-limited, %s, gets an error', async (_, response) => {
    const { started, clock, reply, training } = startScripted([response]);

    const opening = subscribe(started, trainingUpdated, { id: training });
    await clock.advance(10_000);
    const seen = collect(await opening);
    await until(() => seen.events.length === 1);
    await clock.advance(60_000);

    expect(seen.events).toHaveLength(1);
    expect(seen.events[0]?.errors?.[0]?.extensions).toMatchObject({
      code: 'RATE_LIMITED',
      retryable: true,
      id: training,
    });
    const late = collect(await subscribe(started, trainingUpdated, { id: training }));
    await until(() => late.events.length === 1);
    expect(late.events[0]?.errors?.[0]?.extensions.code).toBe('RATE_LIMITED');
    reply({ status: 'completed' });
    await clock.advance(30_000);
    await until(() => seen.isOver && late.isOver);
    expect(seen.events.at(-1)?.data?.trainingUpdated?.status).toBe('COMPLETED');
  });

  test('a later subscriber of a watched job gets the last state and `staleSince` at once', async () => {
    const { started, clock, reply, training } = startScripted([{ status: 'processing' }]);
    const first = collect(await subscribe(started, trainingUpdated, { id: training }));
    await until(() => first.events.length === 1);
    const seenAt = new Date(clock.now()).toISOString();
    reply(tooMany('120'), { status: 'completed' });
    await clock.advance(30_000);

    const late = collect(await subscribe(started, trainingUpdated, { id: training }));
    await until(() => late.events.length === 1);

    expect(late.events).toMatchObject([{ data: { trainingUpdated: { status: 'PROCESSING', staleSince: seenAt } } }]);
    await clock.advance(120_000);
    await until(() => first.isOver && late.isOver);
    expect(late.events.at(-1)?.data?.trainingUpdated?.status).toBe('COMPLETED');
  });

  test('a subscriber of the trainings of a model gets the error, too', async () => {
    const { started, clock, model } = startScripted([tooMany('60'), { trainings: [] }]);

    const seen = collect(await subscribe(started, trainingsUpdated, { modelId: model }));
    await clock.advance(5_000);
    await until(() => seen.events.length === 1);

    expect(seen.events[0]?.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', id: model });
    await clock.advance(60_000);
    expect(seen.isOver).toBe(false);
  });
});

test('the error of a query contains the delay that is used', async () => {
  const { query } = startScripted([tooMany('1795896802')]);

  const { errors } = await query(graphql(`query ReadTooSoon { models { nodes { id } } }`));

  expect(errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 300 });
});

test('the maximum delay is configurable', async () => {
  const { query } = startScripted([tooMany('86400')], { upstream: { maxRetryAfterSeconds: 20 } });

  const { errors } = await query(graphql(`query ReadTooSoon { models { nodes { id } } }`));

  expect(errors?.[0]?.extensions).toMatchObject({ retryAfter: 20 });
});

test('a thousand jobs of a rate-limited key wait with one timer, and are then read one after another', async () => {
  const [direct] = transports;
  if (!direct) throw new Error('There is no transport.');
  const { started, clock, times, reply, query } = startScripted([tooMany('60')], { watch: { pollsPerSecond: 20 } });
  await query(graphql(`query ReadHeld { models { nodes { id } } }`));
  reply({ status: 'processing' });
  times.length = 0;

  const ids = Array.from({ length: 1_000 }, (_, id) => globalId({ kind: 'Prediction', id: String(id) }));
  for (let at = 0; at < ids.length; at += 100) {
    collect(await direct.subscribe(started, jobsUpdated, { ids: ids.slice(at, at + 100) }));
  }
  await settle();
  expect(clock.waits()).toHaveLength(1);

  await clock.advance(59_000);
  expect(times).toEqual([]);
  await clock.advance(3_000);
  expect(times.length).toBeGreaterThan(5);
  expect(times.length).toBeLessThanOrEqual(42);
}, 120_000);
