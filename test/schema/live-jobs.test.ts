import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { settle } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { transports } from '../support/subscribe.ts';

const statusUpdated = graphql(`
  subscription StatusUpdated($id: ID!) {
    trainingUpdated(id: $id) { status staleSince progress { fraction isEstimated estimatedCompletionAt } }
  }
`);
const trainingsUpdated = graphql(`
  subscription TrainingsUpdated($modelId: ID!) { trainingsUpdated(modelId: $modelId) { id status } }
`);
const startTraining = graphql(`
  mutation StartAndWait($input: StartTrainingInput!) {
    startTraining(input: $input) {
      __typename
      ... on StartTrainingSuccess { training { id status triggerWord } }
      ... on Error { message }
      ... on InvalidInputError { issues { path } }
    }
  }
`);
const createPrediction = graphql(`
  mutation PredictAndWait($input: CreatePredictionInput!) {
    createPrediction(input: $input) {
      __typename
      ... on CreatePredictionSuccess { prediction { id status images { url } } }
      ... on Error { message }
      ... on InvalidInputError { issues { path } }
    }
  }
`);
const createModel = graphql(`
  mutation CreateOnce($input: CreateModelInput!) {
    createModel(input: $input) { __typename ... on CreateModelSuccess { model { id displayName } } ... on Error { message } }
  }
`);
const cancelTraining = graphql(`mutation CancelIt($id: ID!) { cancelTraining(input: { id: $id }) { __typename } }`);
const deleteTraining = graphql(`mutation DeleteIt($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }`);
const deleteModel = graphql(`mutation DeleteModelOf($id: ID!) { deleteModel(input: { id: $id }) { __typename } }`);

async function startWithModel(options: StartOptions = {}) {
  const started = startGateway(options);
  const model = await seedModel(started.upstream, 'Dresses', { images: 1 });
  started.takeRequests();
  return { ...started, started, modelId: model.id, id: model.globalId };
}

const training = (modelId: string, id: string) => globalId({ kind: 'Training', modelId, id });

describe.each(transports)('over $transport', ({ subscribe }) => {
  test('every training of a model is followed, those started elsewhere too', async () => {
    const { started, modelId, id, clock, upstream } = await startWithModel();
    const first = training(modelId, await seedTraining(upstream, modelId));
    await clock.advance(60_000);
    const second = training(modelId, await seedTraining(upstream, modelId));
    const stream = await subscribe(started, trainingsUpdated, { modelId: id });
    const seen: unknown[] = [];
    void (async () => {
      for (let event = await stream.next(); event; event = await stream.next()) {
        const { trainingsUpdated: told } = event.data ?? {};
        seen.push([told?.id, told?.status]);
      }
    })();

    await clock.advance(1_000);
    expect(seen).toEqual(
      expect.arrayContaining([
        [first, 'COMPLETED'],
        [second, 'QUEUED'],
      ]),
    );
    const third = training(modelId, await seedTraining(upstream, modelId));
    await clock.advance(20_000);
    expect(seen).toContainEqual([third, 'PROCESSING']);
    await clock.advance(60_000);

    expect(seen.filter((event) => JSON.stringify(event).includes('COMPLETED'))).toHaveLength(3);
    await stream.leave();
    await settle();
    expect(started.gateway.watchedJobs).toBe(0);
  });

  test('a training deleted while it is followed leaves the others alone; a deleted model ends the stream', async () => {
    const { started, modelId, id, clock, upstream, query } = await startWithModel();
    const gone = training(modelId, await seedTraining(upstream, modelId, { trainingSpeed: 'high_quality' }));
    const stream = await subscribe(started, trainingsUpdated, { modelId: id });
    await stream.next();
    const rest = stream.rest();

    await query(deleteTraining, { id: gone });
    await clock.advance(20_000);
    await query(deleteModel, { id });
    await clock.advance(20_000);

    expect((await rest).filter(({ errors }) => errors).map(({ errors }) => errors?.[0]?.extensions)).toMatchObject([
      { code: 'NOT_FOUND', id: gone },
      { code: 'NOT_FOUND', id },
    ]);
  });

  test('a model that is not there is null, and the stream completes', async () => {
    const { started } = await startWithModel();

    const modelId = globalId({ kind: 'Model', id: 'nowhere' });
    const stream = await subscribe(started, trainingsUpdated, { modelId });
    expect(await stream.rest()).toEqual([{ data: { trainingsUpdated: null } }]);
  });

  test('a cancellation through the gateway is told at once', async () => {
    const { started, modelId, upstream, query, clock } = await startWithModel();
    const id = training(modelId, await seedTraining(upstream, modelId));
    const stream = await subscribe(started, statusUpdated, { id });
    await stream.next();
    const rest = stream.rest();

    await query(cancelTraining, { id });
    await clock.advance(100);

    expect((await rest).at(-1)?.data?.trainingUpdated?.status).toBe('CANCELED');
  });

  test('a training started through the gateway is told at once to those who follow the model', async () => {
    const { started, id, query, clock } = await startWithModel();
    const stream = await subscribe(started, trainingsUpdated, { modelId: id });
    const next = stream.next();
    await clock.advance(1_000);

    await query(startTraining, { input: { modelId: id, strength: 5 } });
    await clock.advance(200);

    expect((await next)?.data?.trainingsUpdated?.status).toBe('QUEUED');
    await stream.leave();
  });

  test('a state that cannot be refreshed says since when, once, and is told again when it is fresh', async () => {
    let isDown = false;
    const { started, modelId, upstream, clock } = await startWithModel({
      transport: async (request, upstreamOf) => (isDown ? new Response(null, { status: 503 }) : upstreamOf(request)),
    });
    const id = training(modelId, await seedTraining(upstream, modelId, { trainingSpeed: 'high_quality' }));
    const stream = await subscribe(started, statusUpdated, { id });
    const first = await stream.next();
    expect(first?.data?.trainingUpdated).toMatchObject({ status: 'QUEUED', staleSince: null });
    const seenAt = new Date(clock.now()).toISOString();

    isDown = true;
    await clock.advance(8_000);
    expect((await stream.next())?.data?.trainingUpdated).toMatchObject({ status: 'QUEUED', staleSince: seenAt });
    isDown = false;
    await clock.advance(15_000);

    expect((await stream.next())?.data?.trainingUpdated).toMatchObject({ status: 'PROCESSING', staleSince: null });
    await stream.leave();
  });

  test('an upstream that stays away ends the stream, and says that subscribing again is safe', async () => {
    let isDown = false;
    const { started, modelId, upstream, clock } = await startWithModel({
      watch: { maxOutage: 60_000 },
      transport: async (request, upstreamOf) => (isDown ? new Response(null, { status: 503 }) : upstreamOf(request)),
    });
    const id = training(modelId, await seedTraining(upstream, modelId));
    const stream = await subscribe(started, statusUpdated, { id });
    await stream.next();
    const rest = stream.rest();

    isDown = true;
    await clock.advance(120_000);

    expect((await rest).at(-1)?.errors).toMatchObject([
      {
        message: expect.stringContaining('it is safe to subscribe again'),
        extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true },
      },
    ]);
  });

  test('more streams than one key may have open are refused in words', async () => {
    const { started, modelId, upstream } = await startWithModel({ watch: { streams: 1, placeWait: 0 } });
    const id = training(modelId, await seedTraining(upstream, modelId));
    const stream = await subscribe(started, statusUpdated, { id });
    await stream.next();

    const refused = await subscribe(started, statusUpdated, { id });
    expect((await refused.rest())[0]?.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }]);

    await stream.leave();
    await settle();
    const again = await subscribe(started, statusUpdated, { id });
    expect((await again.next())?.data?.trainingUpdated?.status).toBe('QUEUED');
    await again.leave();
  });
});

describe('progress', () => {
  const hideFigure: StartOptions = {
    transport: async (request, upstream) => {
      const response = await upstream(request);
      if (request.method !== 'GET' || !request.url.includes('/trainings')) return response;
      return new Response((await response.text()).replace(/"progress":[\d.]+,?/g, ''), response);
    },
  };
  const progress = graphql(`
    query ProgressOf($id: ID!) { training(id: $id) { status progress { fraction isEstimated estimatedCompletionAt } } }
  `);
  const list = graphql(`query LearnFrom($id: ID!) { model(id: $id) { trainings { nodes { status } } } }`);

  test('is what the upstream reports, where it does', async () => {
    const { query, modelId, upstream, clock } = await startWithModel();
    const id = training(modelId, await seedTraining(upstream, modelId));
    await clock.advance(10_000);

    const { data } = await query(progress, { id });

    expect(data?.training?.progress).toMatchObject({ isEstimated: false, fraction: expect.any(Number) });
    expect(data?.training?.progress.estimatedCompletionAt).toEqual(expect.any(String));
  });

  test('is estimated from how long such trainings took, where the upstream reports none, and says so', async () => {
    const { query, modelId, id: model, upstream, clock } = await startWithModel(hideFigure);
    await seedTraining(upstream, modelId);
    await clock.advance(60_000);
    const id = training(modelId, await seedTraining(upstream, modelId));
    await clock.advance(10_000);
    expect((await query(progress, { id })).data?.training?.progress).toEqual({
      fraction: null,
      isEstimated: false,
      estimatedCompletionAt: null,
    });

    await query(list, { id: model });

    expect((await query(progress, { id })).data?.training?.progress).toEqual({
      fraction: 0.5,
      isEstimated: true,
      estimatedCompletionAt: new Date(clock.now() + 10_000).toISOString(),
    });
    await clock.advance(60_000);
    expect((await query(progress, { id })).data?.training).toMatchObject({
      status: 'COMPLETED',
      progress: { fraction: 1, isEstimated: false },
    });
  });
});

describe('waiting inline', () => {
  test('holds the answer until the job has finished', async () => {
    const { query, id, clock, takeRequests } = await startWithModel();
    const answer = query(createPrediction, {
      input: { models: [{ id, scale: 1 }], prompt: 'a dress', waitSeconds: 60 },
    });

    await clock.advance(15_000);

    expect((await answer).data?.createPrediction).toMatchObject({
      prediction: { status: 'COMPLETED', images: [{ url: expect.any(String) }] },
    });
    expect(takeRequests().filter((operation) => operation === 'createPrediction')).toHaveLength(1);
  });

  test('answers with the state so far when the time is up', async () => {
    const { query, id, clock } = await startWithModel();
    const answer = query(startTraining, { input: { modelId: id, strength: 5, waitSeconds: 30 } });

    await clock.advance(30_100);

    expect((await answer).data?.startTraining).toMatchObject({ training: { status: 'PROCESSING' } });
  });

  test('answers at once with the state so far when the gateway stops', async () => {
    const { query, id, clock, gateway } = await startWithModel();
    const answer = query(startTraining, { input: { modelId: id, strength: 5, waitSeconds: 60 } });
    await clock.advance(5_000);

    await gateway.dispose();

    expect((await answer).data?.startTraining).toMatchObject({ training: { status: 'QUEUED' } });
  });

  test.each([-1, 61])('for %i seconds is refused, and nothing is sent', async (waitSeconds) => {
    const { query, id, takeRequests } = await startWithModel();

    const started = await query(startTraining, { input: { modelId: id, strength: 5, waitSeconds } });
    const predicted = await query(createPrediction, {
      input: { models: [{ id, scale: 1 }], prompt: 'x', imageCount: 9, waitSeconds },
    });

    expect(started.data?.startTraining).toMatchObject({ issues: [{ path: ['input', 'waitSeconds'] }] });
    expect(predicted.data?.createPrediction).toMatchObject({
      issues: [{ path: ['input', 'imageCount'] }, { path: ['input', 'waitSeconds'] }],
    });
    expect(takeRequests()).toEqual([]);
  });
});

describe('an idempotency key', () => {
  test('makes a repetition give the first answer and send nothing', async () => {
    const { query, takeRequests, id } = await startWithModel();
    const model = { displayName: 'Once', idempotencyKey: 'a' };
    const run = { modelId: id, strength: 5, idempotencyKey: 'a' };
    const picture = { models: [{ id, scale: 1 }], prompt: 'x', idempotencyKey: 'a' };

    const models = [await query(createModel, { input: model }), await query(createModel, { input: model })];
    const trainings = [await query(startTraining, { input: run }), await query(startTraining, { input: run })];
    const predictions = [
      await query(createPrediction, { input: picture }),
      await query(createPrediction, { input: picture }),
    ];

    for (const [first, second] of [models, trainings, predictions]) {
      expect(first?.errors).toBeUndefined();
      expect(second).toEqual(first);
    }
    const sent = takeRequests();
    for (const operation of ['createModel', 'startTraining', 'createPrediction']) {
      expect(sent.filter((one) => one === operation)).toHaveLength(1);
    }
  });

  test('holds while the first request is under way', async () => {
    const { query, takeRequests, id } = await startWithModel();
    const input = { modelId: id, strength: 5, idempotencyKey: 'a' };

    const answers = await Promise.all([1, 2, 3].map(() => query(startTraining, { input })));

    expect(new Set(answers.map(({ data }) => JSON.stringify(data?.startTraining))).size).toBe(1);
    expect(takeRequests().filter((operation) => operation === 'startTraining')).toHaveLength(1);
  });

  test('used with another input is a ConflictError', async () => {
    const { query, id } = await startWithModel();
    await query(startTraining, { input: { modelId: id, strength: 5, idempotencyKey: 'a' } });

    const { data } = await query(startTraining, { input: { modelId: id, strength: 6, idempotencyKey: 'a' } });

    expect(data?.startTraining).toMatchObject({
      __typename: 'ConflictError',
      message: expect.stringContaining('another input'),
    });
  });

  test('is forgotten after a day', async () => {
    const { query, clock, takeRequests } = await startWithModel();
    const input = { displayName: 'Once', idempotencyKey: 'a' };
    await query(createModel, { input });

    await clock.advance(86_400_001);
    await query(createModel, { input });

    expect(takeRequests()).toEqual(['createModel', 'createModel']);
  });

  test('may be used again when nothing happened', async () => {
    const { query, takeRequests } = await startWithModel();
    const empty = globalId({ kind: 'Model', id: 'nowhere' });
    const input = { modelId: empty, strength: 5, idempotencyKey: 'a' };

    expect((await query(startTraining, { input })).data?.startTraining.__typename).toBe('NotFoundError');
    expect((await query(startTraining, { input })).data?.startTraining.__typename).toBe('NotFoundError');

    expect(takeRequests()).toEqual(['startTraining', 'startTraining']);
  });

  test('of a write whose outcome is unknown never sends again', async () => {
    let sent = 0;
    const { query, id } = await startWithModel({
      transport: async (request, upstream) => {
        const response = await upstream(request);
        if (!request.url.endsWith('/trainings') || request.method !== 'POST') return response;
        sent++;
        return new Response(null, { status: 502 });
      },
    });
    const input = { modelId: id, strength: 5, idempotencyKey: 'a' };

    for (let attempt = 0; attempt < 2; attempt++) {
      expect((await query(startTraining, { input })).errors).toMatchObject([
        { extensions: { code: 'UPSTREAM_OUTCOME_UNKNOWN', retryable: false } },
      ]);
    }
    expect(sent).toBe(1);
  });

  test('belongs to its credential', async () => {
    const { query, takeRequests } = await startWithModel({ sandbox: { keys: ['other'] } });
    const input = { displayName: 'Once', idempotencyKey: 'a' };

    await query(createModel, { input });
    await query(createModel, { input }, { 'x-api-key': 'other' });

    expect(takeRequests()).toEqual(['createModel', 'createModel']);
  });
});
