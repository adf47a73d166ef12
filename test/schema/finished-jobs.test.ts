import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { until } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { startScripted, status } from '../support/scripted-jobs.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';

const readTraining = graphql(`
  query FinishedTraining($id: ID!) { training(id: $id) { id status triggerWord finishedAt progress { fraction } } }
`);
const readPrediction = graphql(`
  query FinishedPrediction($id: ID!) { prediction(id: $id) { id status prompt images { url } } }
`);
const listTrainings = graphql(`
  query ListFinished($id: ID!) { model(id: $id) { trainings(first: 5) { nodes { id status triggerWord mode { __typename } } } } }
`);
const deleteTraining = graphql(
  `mutation DeleteFinished($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }`,
);
const deletePrediction = graphql(`
  mutation DeleteFinishedPrediction($id: ID!) { deletePrediction(input: { id: $id }) { __typename } }
`);
const deleteModel = graphql(
  `mutation DeleteModelOfFinished($id: ID!) { deleteModel(input: { id: $id }) { __typename } }`,
);
const createWatchToken = graphql(`
  mutation TokenForFinished($ids: [ID!]!) {
    createWatchToken(input: { jobIds: $ids }) { ... on CreateWatchTokenSuccess { token } }
  }
`);

/** Starts a gateway with a training and a prediction, which have finished after a minute. */
async function start(options: StartOptions = {}) {
  const started = startGateway(options);
  const model = await seedModel(started.upstream, 'Dresses', { trainings: 1 });
  const training = globalId({ kind: 'Training', modelId: model.id, id: model.trainings[0] ?? '' });
  await started.clock.advance(60_000);
  const prediction = globalId({ kind: 'Prediction', id: await seedPrediction(started.upstream, [model.id]) });
  await started.clock.advance(60_000);
  started.takeRequests();
  return { ...started, model: model.globalId, training, prediction };
}

describe('a finished job', () => {
  test('a job that was read once is returned again without a request', async () => {
    const { query, takeRequests, training, prediction } = await start();
    const first = [await query(readTraining, { id: training }), await query(readPrediction, { id: prediction })];
    expect(takeRequests()).toEqual(['getTraining', 'getPrediction']);

    const second = [await query(readTraining, { id: training }), await query(readPrediction, { id: prediction })];

    expect(first[0]?.data).toMatchObject({ training: { id: training, status: 'COMPLETED' } });
    expect(first[1]?.data).toMatchObject({
      prediction: { status: 'COMPLETED', images: [{ url: expect.any(String) }] },
    });
    expect(second).toEqual(first);
    expect(takeRequests()).toEqual([]);
  });

  test('the fields that a list lacks are taken from the cache', async () => {
    const { query, takeRequests, training, model } = await start();
    const expected = await query(listTrainings, { id: model });
    const listed = takeRequests();
    await query(readTraining, { id: training });
    takeRequests();

    expect(await query(listTrainings, { id: model })).toEqual(expected);
    expect(takeRequests()).toEqual(listed.filter((operation) => operation !== 'getTraining'));
  });

  test('a job is read again when its time has passed', async () => {
    const { query, takeRequests, clock, training } = await start({ finishedJobsMilliseconds: 5_000 });
    const read = () => query(readTraining, { id: training });
    await read();
    await clock.advance(4_999);
    await read();
    expect(takeRequests()).toEqual(['getTraining']);
    await clock.advance(1);
    await read();

    expect(takeRequests()).toEqual(['getTraining']);
  });

  test('a job is read each time if the cache is disabled', async () => {
    const { query, takeRequests, training } = await start({ finishedJobsMilliseconds: 0 });

    for (let time = 0; time < 2; time++) await query(readTraining, { id: training });

    expect(takeRequests()).toEqual(['getTraining', 'getTraining']);
  });

  test('a job that one key has read is not returned to another key', async () => {
    const { query, takeRequests, training } = await start({ sandbox: { keys: ['other'] } });
    await query(readTraining, { id: training });
    takeRequests();

    const { data } = await query(readTraining, { id: training }, { 'x-api-key': 'other' });

    expect(data?.training).toBeNull();
    expect(takeRequests()).toEqual(['getTraining']);
  });

  test('a watch token gives access to the cached jobs in its scope only', async () => {
    const { query, takeRequests, training, prediction } = await start();
    await query(readTraining, { id: training });
    await query(readPrediction, { id: prediction });
    const made = (await query(createWatchToken, { ids: [training] })).data?.createWatchToken;
    const headers = { 'x-watch-token': made && 'token' in made ? made.token : '' };
    takeRequests();

    expect((await query(readTraining, { id: training }, headers)).data).toMatchObject({ training: { id: training } });
    const { errors } = await query(readPrediction, { id: prediction }, headers);

    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(takeRequests()).toEqual([]);
  });

  test.each(['failed', 'canceled'])('a job that has %s is cached, too', async (word) => {
    const { query, training, times } = startScripted([{ status: word }, status(500)]);

    const states = [await query(readTraining, { id: training }), await query(readTraining, { id: training })];

    expect(states.map(({ data }) => data?.training?.status)).toEqual([word.toUpperCase(), word.toUpperCase()]);
    expect(times).toHaveLength(1);
  });

  test.each([
    ['runs', { status: 'processing' }],
    ['has completed without images', { status: 'completed', images: [] }],
  ])('a prediction that %s is read each time', async (_, reply) => {
    const { query, prediction, times } = startScripted([reply]);

    for (let time = 0; time < 2; time++) await query(readPrediction, { id: prediction });

    expect(times).toHaveLength(2);
  });

  test('a rejected key loses its cached jobs', async () => {
    const { query, training, prediction } = startScripted([{ status: 'completed' }, status(401)]);
    await query(readTraining, { id: training });
    await query(readPrediction, { id: prediction });

    const { errors } = await query(readTraining, { id: training });

    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('a deletion through the gateway', () => {
  test('a deleted training is null at once', async () => {
    const { query, training } = await start();
    await query(readTraining, { id: training });

    await query(deleteTraining, { id: training });

    expect((await query(readTraining, { id: training })).data?.training).toBeNull();
  });

  test('a deleted prediction is null at once', async () => {
    const { query, prediction } = await start();
    await query(readPrediction, { id: prediction });

    await query(deletePrediction, { id: prediction });

    expect((await query(readPrediction, { id: prediction })).data?.prediction).toBeNull();
  });

  test('the trainings of a deleted model are read again', async () => {
    const { query, takeRequests, training, model } = await start();
    await query(readTraining, { id: training });

    await query(deleteModel, { id: model });
    takeRequests();
    await query(readTraining, { id: training });

    expect(takeRequests()).toEqual(['getTraining']);
  });

  test('a read that a deletion overtakes does not cache the job', async () => {
    let isHeld = false;
    const held: (() => void)[] = [];
    const { query, training } = await start({
      transport: async (request, upstream) => {
        const response = await upstream(request);
        if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
        return response;
      },
    });
    isHeld = true;
    const reading = query(readTraining, { id: training });
    await until(() => held.length === 1);
    isHeld = false;
    await query(deleteTraining, { id: training });
    for (const release of held) release();

    expect((await reading).data).toMatchObject({ training: { status: 'COMPLETED' } });
    expect((await query(readTraining, { id: training })).data?.training).toBeNull();
  });

  test('a deletion whose outcome is unknown evicts the job, too', async () => {
    let isBroken = false;
    const { query, takeRequests, training } = await start({
      transport: async (request, upstream) => {
        const response = await upstream(request);
        return isBroken && request.method === 'DELETE' ? new Response(null, { status: 500 }) : response;
      },
    });
    await query(readTraining, { id: training });
    isBroken = true;

    await query(deleteTraining, { id: training });
    takeRequests();

    expect((await query(readTraining, { id: training })).data?.training).toBeNull();
    expect(takeRequests()).toEqual(['getTraining']);
  });
});
