import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { until } from '../support/clock.ts';
import { graphql } from '../support/gql/index.ts';
import { collect, startScripted, status } from '../support/scripted-jobs.ts';
import { transports } from '../support/subscribe.ts';

const createPrediction = graphql(`
  mutation CreateInvisible($input: CreatePredictionInput!) {
    createPrediction(input: $input) {
      ... on CreatePredictionSuccess { prediction { id status isFinished createdAt progress { fraction } } }
    }
  }
`);
const startTraining = graphql(`
  mutation StartInvisible($input: StartTrainingInput!) {
    startTraining(input: $input) { ... on StartTrainingSuccess { training { id status } } }
  }
`);
const deletePrediction = graphql(
  `mutation DeleteNew($id: ID!) { deletePrediction(input: { id: $id }) { __typename } }`,
);
const predictionOf = graphql(`query ReadInvisible($id: ID!) { prediction(id: $id) { status } }`);
const predictionUpdated = graphql(`
  subscription WatchInvisible($id: ID!) { predictionUpdated(id: $id) { status } }
`);
const trainingsUpdated = graphql(`
  subscription FollowInvisible($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }
`);

const [direct] = transports;
if (!direct) throw new Error('There is no transport.');
const { subscribe } = direct;

const id = globalId({ kind: 'Prediction', id: 'new' });
const training = globalId({ kind: 'Training', modelId: 'm', id: 'new' });
const missing = status(404);
const done = { status: 'completed', images: ['https://images.example/1.png'] };

const start = (...replies: Parameters<typeof startScripted>[0]) => {
  const scripted = startScripted(replies);
  const input = { models: [{ id: scripted.model, scale: 1 }], prompt: 'a dress' };
  return { ...scripted, input, create: () => scripted.query(createPrediction, { input }) };
};

describe('a job that was just created through this gateway', () => {
  test('a new job that the upstream does not return yet is read again', async () => {
    const { create } = start(missing, missing, { status: 'queued' });

    expect((await create()).data?.createPrediction).toMatchObject({ prediction: { id, status: 'QUEUED' } });
  });

  test('a new job has its id and status UNKNOWN while the upstream does not return it', async () => {
    const { create } = start(missing);

    const { data, errors } = await create();

    expect(errors).toBeUndefined();
    expect(data?.createPrediction).toEqual({
      prediction: { id, status: 'UNKNOWN', isFinished: false, createdAt: null, progress: { fraction: null } },
    });
  });

  test('a query does not report a new job as missing', async () => {
    const { create, query, reply, clock } = start({ status: 'queued' });
    await create();
    reply(missing);
    await clock.advance(5_000);

    const early = await query(predictionOf, { id });
    await clock.advance(5_001);
    const late = await query(predictionOf, { id });

    expect(early.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true } }]);
    expect(late).toEqual({ data: { prediction: null } });
  });

  test('a new job is watched until the upstream returns it', async () => {
    const { create, started, reply, clock } = start(missing);
    await create();
    reply(missing, missing, { status: 'processing' }, done);

    const opening = subscribe(started, predictionUpdated, { id }).then(collect);
    await clock.advance(20_000);
    const seen = await opening;
    await until(() => seen.isOver);

    expect(seen.events).toEqual([
      { data: { predictionUpdated: { status: 'PROCESSING' } } },
      { data: { predictionUpdated: { status: 'COMPLETED' } } },
    ]);
  });

  test('a job that the upstream does not return for a long time does not exist', async () => {
    const { create, started, clock } = start(missing);
    await create();

    const opening = subscribe(started, predictionUpdated, { id });
    await clock.advance(30_000);

    expect(await (await opening).rest()).toEqual([{ data: { predictionUpdated: null } }]);
  });

  test('a mutation with waitSeconds waits for a new job', async () => {
    const { query, input, clock } = start(missing, missing, missing, done);

    const pending = query(createPrediction, { input: { ...input, waitSeconds: 30 } });
    await clock.advance(20_000);

    expect((await pending).data?.createPrediction).toMatchObject({ prediction: { id, status: 'COMPLETED' } });
  });

  test('a new job that is deleted does not exist at once', async () => {
    const { create, query, reply } = start({ status: 'queued' });
    await create();
    await query(deletePrediction, { id });
    reply(missing);

    expect(await query(predictionOf, { id })).toEqual({ data: { prediction: null } });
  });

  test('a subscription to the trainings of a model emits a new job', async () => {
    const { query, model, replyToLists, started, clock } = start(missing, missing, missing, missing, missing, {
      status: 'completed',
    });
    replyToLists({ trainings: [] });
    const seen = collect(await subscribe(started, trainingsUpdated, { modelId: model }));
    replyToLists({ trainings: [{ id: 'new' }] });

    await query(startTraining, { input: { modelId: model, strength: 5 } });
    await clock.advance(40_000);

    expect(seen.events).toEqual([{ data: { trainingsUpdated: { id: training, status: 'COMPLETED' } } }]);
  });
});

test('a listed training that once cannot be read by id is still watched', async () => {
  const { started, model, clock, replyToLists } = start(missing, { status: 'completed' });
  replyToLists({ trainings: [{ id: 'new' }], hasMore: false });

  const seen = collect(await subscribe(started, trainingsUpdated, { modelId: model }));
  await clock.advance(14_000);

  expect(seen.events).toEqual([{ data: { trainingsUpdated: { id: training, status: 'COMPLETED' } } }]);
});
