import { describe, expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { graphql } from '../support/gql/index.ts';
import { collect, type Reply, startScripted, status } from '../support/scripted-jobs.ts';
import { transports } from '../support/subscribe.ts';

const trainingUpdated = graphql(`
  subscription OddTraining($id: ID!) { trainingUpdated(id: $id) { status staleSince } }
`);
const trainingsUpdated = graphql(`
  subscription OddTrainings($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }
`);

const [direct] = transports;
if (!direct) throw new Error('There is no transport.');
const { subscribe } = direct;

const TRANSIENT = [
  300, 301, 302, 303, 304, 307, 308, 400, 402, 405, 406, 407, 408, 409, 411, 412, 413, 414, 415, 418, 421, 422, 423,
  425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 520, 599,
];
const ODD_BODIES: [string, Reply][] = [
  ['HTML', new Response('<html>', { headers: { 'content-type': 'text/html' } })],
  ['a list', []],
  ['no status', {}],
  ['a truncated body', new Response('{"status":"pro', { headers: { 'content-type': 'application/json' } })],
];
const ODD: [string, Reply][] = [
  ...TRANSIENT.map((code): [string, Reply] => [`status ${code}`, status(code, { location: '/elsewhere' })]),
  ...ODD_BODIES,
];

describe('a job that was read before', () => {
  test.each(ODD)('a job is still watched after one poll with %s', async (_, odd) => {
    const { started, clock, reply, training } = startScripted([{ status: 'processing' }]);
    const seen = collect(await subscribe(started, trainingUpdated, { id: training }));
    await until(() => seen.events.length === 1);

    reply(odd, odd, { status: 'completed' });
    await clock.advance(60_000);

    expect(seen.events.filter(({ errors }) => errors)).toEqual([]);
    expect(seen.events.at(-1)?.data?.trainingUpdated?.status).toBe('COMPLETED');
    expect(seen.isOver).toBe(true);
  });

  test.each([400, 402, 409, 418, 422])(
    'a stream ends with an upstream error code if all polls get %i for too long',
    async (code) => {
      const { started, clock, reply, training } = startScripted([{ status: 'processing' }], {
        watch: { maxOutage: 60_000 },
      });
      const seen = collect(await subscribe(started, trainingUpdated, { id: training }));
      await until(() => seen.events.length === 1);

      reply(status(code, {}, { error: { message: 'You did it wrong.' } }));
      await clock.advance(120_000);

      expect(seen.events.at(-1)?.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
      expect(seen.isOver).toBe(true);
    },
  );

  test('a job is still watched after a 404 that a second read does not confirm', async () => {
    const { started, clock, reply, training } = startScripted([{ status: 'processing' }]);
    const seen = collect(await subscribe(started, trainingUpdated, { id: training }));
    await until(() => seen.events.length === 1);

    reply(status(404), { status: 'processing' }, status(404), { status: 'completed' });
    await clock.advance(60_000);

    expect(seen.events.map(({ data }) => data?.trainingUpdated)).toEqual([
      { status: 'PROCESSING', staleSince: null },
      { status: 'COMPLETED', staleSince: null },
    ]);
  });

  test('a stream ends with NOT_FOUND after a 404 that a second read confirms', async () => {
    const { started, clock, times, reply, training } = startScripted([{ status: 'processing' }]);
    const seen = collect(await subscribe(started, trainingUpdated, { id: training }));
    await until(() => seen.events.length === 1);
    await clock.advance(60_000);

    reply(status(404));
    times.length = 0;
    await clock.advance(30_000);

    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(2_000);
    expect(seen.events.at(-1)?.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', id: training } }]);
    expect(seen.isOver).toBe(true);
  });

  test.each([
    [410, 'NOT_FOUND'],
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
  ])('a stream ends at once after status %i', async (code, expected) => {
    const { started, clock, times, reply, training } = startScripted([{ status: 'processing' }]);
    const seen = collect(await subscribe(started, trainingUpdated, { id: training }));
    await until(() => seen.events.length === 1);

    reply(status(code));
    times.length = 0;
    await clock.advance(20_000);

    expect(times).toHaveLength(1);
    expect(seen.events.at(-1)?.errors).toMatchObject([{ extensions: { code: expected } }]);
    expect(seen.isOver).toBe(true);
  });
});

describe('a job that was never read', () => {
  test.each([400, 422])('a stream ends at once if the first poll gets %i, which is a client error', async (code) => {
    const { started, training } = startScripted([status(code)]);

    const stream = await subscribe(started, trainingUpdated, { id: training });

    expect(await stream.rest()).toMatchObject([{ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }]);
  });

  test('the event is null at once if the first poll gets 404', async () => {
    const { started, training } = startScripted([status(404)]);

    const stream = await subscribe(started, trainingUpdated, { id: training });

    expect(await stream.rest()).toEqual([{ data: { trainingUpdated: null } }]);
  });

  test.each([302, 408, 409, 418, 425, 429, 451, 500])(
    'a job is watched although its first poll gets %i',
    async (code) => {
      const { started, clock, training } = startScripted([status(code), { status: 'completed' }]);

      const opening = subscribe(started, trainingUpdated, { id: training });
      await clock.advance(10_000);

      expect(await (await opening).rest()).toMatchObject([{ data: { trainingUpdated: { status: 'COMPLETED' } } }]);
    },
  );

  test.each([405, 418, 451])('a stream ends if a second read confirms %i', async (code) => {
    const { started, clock, training } = startScripted([status(code)]);

    const opening = subscribe(started, trainingUpdated, { id: training });
    await clock.advance(10_000);

    expect(await (await opening).rest()).toMatchObject([{ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }]);
  });
});

describe('the list of trainings', () => {
  const listed = { trainings: [{ id: 't', status: 'completed' }], hasMore: false };
  const longer = { ...listed, trainings: [{ id: 'u', status: 'completed' }, ...listed.trainings] };

  test.each([400, 402, 409, 418, 422, 302])(
    'the list of trainings is still watched after one poll with %i',
    async (code) => {
      const { started, clock, reply, replyToJobs, model } = startScripted([listed]);
      replyToJobs({ status: 'completed' });
      const seen = collect(await subscribe(started, trainingsUpdated, { modelId: model }));
      await until(() => seen.events.length === 1);

      reply(status(code), longer);
      await clock.advance(40_000);

      expect(seen.events.map(({ data, errors }) => [data?.trainingsUpdated?.status, errors])).toEqual([
        ['COMPLETED', undefined],
        ['COMPLETED', undefined],
      ]);
      expect(seen.isOver).toBe(false);
    },
  );

  test('the list of trainings is watched until a second read confirms that the model was deleted', async () => {
    const { started, clock, reply, replyToJobs, model } = startScripted([listed]);
    replyToJobs({ status: 'completed' });
    const seen = collect(await subscribe(started, trainingsUpdated, { modelId: model }));
    await until(() => seen.events.length === 1);

    reply(status(404), longer, status(404));
    await clock.advance(20_000);
    expect(seen.isOver).toBe(false);
    await clock.advance(20_000);

    expect(seen.events.at(-1)?.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', id: model } }]);
    expect(seen.isOver).toBe(true);
  });
});
