import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { until } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { collect, startScripted, status } from '../support/scripted-jobs.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';
import { transports } from '../support/subscribe.ts';

const predictionsUpdated = graphql(`
  subscription AllPredictions { predictionsUpdated { id status checkedAt staleSince } }
`);
const predictionUpdated = graphql(`
  subscription PredictionWithAge($id: ID!) { predictionUpdated(id: $id) { status checkedAt staleSince } }
`);
const createPrediction = graphql(`
  mutation CreateFollowed($input: CreatePredictionInput!) {
    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { id } } }
  }
`);

describe.each(transports)('over $transport', ({ subscribe }) => {
  test('every prediction of the key is emitted, those created elsewhere, too, and none of other keys', async () => {
    const started = startGateway({ sandbox: { keys: ['another-key'] } });
    const { upstream, clock, query } = started;
    const { id: modelId } = await seedModel(upstream, 'Dresses');
    const before = await seedPrediction(upstream, [modelId]);
    const seen = collect(await subscribe(started, predictionsUpdated, {}));
    await until(() => seen.events.length === 1);
    const foreign = collect(await subscribe(started, predictionsUpdated, {}, 'another-key'));

    const elsewhere = await seedPrediction(upstream, [modelId]);
    const created = await query(createPrediction, {
      input: { models: [{ id: globalId({ kind: 'Model', id: modelId }), scale: 1 }], prompt: 'a dress' },
    });
    const result = created.data?.createPrediction;
    const here = result && 'prediction' in result ? result.prediction.id : '';
    await clock.advance(300);
    expect(seen.events.at(-1)?.data?.predictionsUpdated?.id).toBe(here);
    await clock.advance(60_000);

    const finished = seen.events
      .map(({ data }) => data?.predictionsUpdated)
      .filter((prediction) => prediction?.status === 'COMPLETED')
      .map((prediction) => prediction?.id);
    expect(finished.toSorted()).toEqual(
      [before, elsewhere]
        .map((id) => globalId({ kind: 'Prediction', id }))
        .concat(here)
        .toSorted(),
    );
    expect(seen.isOver).toBe(false);
    expect(foreign.events).toEqual([]);
  });
});

const [direct] = transports;
if (!direct) throw new Error('There is no transport.');
const { subscribe } = direct;

test('`checkedAt` of an event is the time of the poll, also for a subscriber that joins later', async () => {
  const { started, clock, prediction } = startScripted([{ status: 'processing' }]);
  const polledAt = new Date(clock.now()).toISOString();
  const first = collect(await subscribe(started, predictionUpdated, { id: prediction }));
  await until(() => first.events.length === 1);
  await clock.advance(700);
  const late = collect(await subscribe(started, predictionUpdated, { id: prediction }));
  await until(() => late.events.length === 1);

  const event = { data: { predictionUpdated: { status: 'PROCESSING', checkedAt: polledAt, staleSince: null } } };
  expect(first.events).toEqual([event]);
  expect(late.events).toEqual([event]);
});

test('a new subscriber during an outage learns within seconds that no state is known, and since when', async () => {
  const { started, clock, prediction, reply } = startScripted([status(503)]);
  const since = new Date(clock.now()).toISOString();
  const opening = subscribe(started, predictionUpdated, { id: prediction });
  await clock.advance(5_000);
  const seen = collect(await opening);
  await until(() => seen.events.length === 1);
  expect(seen.events[0]?.errors?.[0]?.extensions).toMatchObject({
    code: 'UPSTREAM_UNAVAILABLE',
    retryable: true,
    id: prediction,
    since,
  });

  reply({ status: 'processing' });
  await clock.advance(20_000);

  expect(seen.events.slice(1).map(({ data }) => data?.predictionUpdated?.status)).toEqual(['PROCESSING']);
});

test('a state becomes stale with its age, not with the first failure', async () => {
  const { started, clock, prediction, reply } = startScripted([{ status: 'processing' }]);
  const seen = collect(await subscribe(started, predictionUpdated, { id: prediction }));
  await until(() => seen.events.length === 1);
  reply(status(503), { status: 'processing' });
  await clock.advance(3_000);
  expect(seen.events).toHaveLength(1);

  reply(status(503));
  const lastReadAt = seen.events[0]?.data?.predictionUpdated?.checkedAt ?? '';
  await clock.advance(20_000);

  expect(seen.events).toHaveLength(2);
  const stale = seen.events[1]?.data?.predictionUpdated;
  expect(stale?.staleSince).toBe(stale?.checkedAt);
  expect(Date.parse(stale?.staleSince ?? '')).toBeGreaterThan(Date.parse(lastReadAt));
});
