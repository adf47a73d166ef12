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
  test('every training of a model is emitted, including those started elsewhere', async () => {
    const { started, modelId, id, clock, upstream } = await startWithModel();
    const first = training(modelId, await seedTraining(upstream, modelId));
    await clock.advance(60_000);
    const second = training(modelId, await seedTraining(upstream, modelId));
    const stream = await subscribe(started, trainingsUpdated, { modelId: id });
    const seen: unknown[] = [];
    void (async () => {
      for (let event = await stream.next(); event; event = await stream.next()) {
        const { trainingsUpdated: training } = event.data ?? {};
        seen.push([training?.id, training?.status]);
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

  test('a deleted training emits an error without affecting the others, and a deleted model ends the stream', async () => {
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

  test('the event of a model that does not exist is null, and the stream completes', async () => {
    const { started } = await startWithModel();

    const modelId = globalId({ kind: 'Model', id: 'nowhere' });
    const stream = await subscribe(started, trainingsUpdated, { modelId });
    expect(await stream.rest()).toEqual([{ data: { trainingsUpdated: null } }]);
  });

  test('a cancellation through the gateway is emitted at once', async () => {
    const { started, modelId, upstream, query, clock } = await startWithModel();
    const id = training(modelId, await seedTraining(upstream, modelId));
    const stream = await subscribe(started, statusUpdated, { id });
    await stream.next();
    const rest = stream.rest();

    await query(cancelTraining, { id });
    await clock.advance(100);

    expect((await rest).at(-1)?.data?.trainingUpdated?.status).toBe('CANCELED');
  });

  test('a training started through the gateway is emitted at once to the subscribers of its model', async () => {
    const { started, id, query, clock } = await startWithModel();
    const stream = await subscribe(started, trainingsUpdated, { modelId: id });
    const next = stream.next();
    await clock.advance(1_000);

    await query(startTraining, { input: { modelId: id, strength: 5 } });
    await clock.advance(200);

    expect((await next)?.data?.trainingsUpdated?.status).toBe('QUEUED');
    await stream.leave();
  });

  test('a state that cannot be refreshed is emitted once with `staleSince`, and again when it is current', async () => {
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

  test('a long outage of the upstream ends the stream with a retryable error', async () => {
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

  test('a stream above the limit of its key is rejected with an explanation', async () => {
    const { started, modelId, upstream } = await startWithModel({ watch: { maxStreams: 1, maxStreamWait: 0 } });
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

describe('the progress of a job', () => {
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

  test('the progress reported by the upstream is returned', async () => {
    const { query, modelId, upstream, clock } = await startWithModel();
    const id = training(modelId, await seedTraining(upstream, modelId));
    await clock.advance(10_000);

    const { data } = await query(progress, { id });

    expect(data?.training?.progress).toMatchObject({ isEstimated: false, fraction: expect.any(Number) });
    expect(data?.training?.progress.estimatedCompletionAt).toEqual(expect.any(String));
  });

  test('progress that the upstream does not report is estimated from earlier trainings, and marked as estimated', async () => {
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

describe('waitSeconds', () => {
  test('a mutation with `waitSeconds` responds when the job has finished', async () => {
    const { query, id, clock, takeRequests } = await startWithModel();
    const pending = query(createPrediction, {
      input: { models: [{ id, scale: 1 }], prompt: 'a dress', waitSeconds: 60 },
    });

    await clock.advance(15_000);

    expect((await pending).data?.createPrediction).toMatchObject({
      prediction: { status: 'COMPLETED', images: [{ url: expect.any(String) }] },
    });
    expect(takeRequests().filter((operation) => operation === 'createPrediction')).toHaveLength(1);
  });

  test('a mutation responds with the current state when `waitSeconds` have passed', async () => {
    const { query, id, clock } = await startWithModel();
    const pending = query(startTraining, { input: { modelId: id, strength: 5, waitSeconds: 30 } });

    await clock.advance(30_100);

    expect((await pending).data?.startTraining).toMatchObject({ training: { status: 'PROCESSING' } });
  });

  test('a waiting mutation responds at once with the current state when the gateway stops', async () => {
    const { query, id, clock, gateway } = await startWithModel();
    const pending = query(startTraining, { input: { modelId: id, strength: 5, waitSeconds: 60 } });
    await clock.advance(5_000);

    await gateway.dispose();

    expect((await pending).data?.startTraining).toMatchObject({ training: { status: 'QUEUED' } });
  });

  test.each([-1, 61])('`waitSeconds: %i` is rejected, and nothing is sent', async (waitSeconds) => {
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
  test('a repeated request with an idempotency key returns the first result and sends nothing', async () => {
    const { query, takeRequests, id } = await startWithModel();
    const model = { displayName: 'Once', idempotencyKey: 'a' };
    const run = { modelId: id, strength: 5, idempotencyKey: 'a' };
    const prediction = { models: [{ id, scale: 1 }], prompt: 'x', idempotencyKey: 'a' };

    const models = [await query(createModel, { input: model }), await query(createModel, { input: model })];
    const trainings = [await query(startTraining, { input: run }), await query(startTraining, { input: run })];
    const predictions = [
      await query(createPrediction, { input: prediction }),
      await query(createPrediction, { input: prediction }),
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

  test('concurrent requests with an idempotency key are sent once', async () => {
    const { query, takeRequests, id } = await startWithModel();
    const input = { modelId: id, strength: 5, idempotencyKey: 'a' };

    const results = await Promise.all([1, 2, 3].map(() => query(startTraining, { input })));

    expect(new Set(results.map(({ data }) => JSON.stringify(data?.startTraining))).size).toBe(1);
    expect(takeRequests().filter((operation) => operation === 'startTraining')).toHaveLength(1);
  });

  test('an idempotency key with another input is a ConflictError', async () => {
    const { query, id } = await startWithModel();
    await query(startTraining, { input: { modelId: id, strength: 5, idempotencyKey: 'a' } });

    const { data } = await query(startTraining, { input: { modelId: id, strength: 6, idempotencyKey: 'a' } });

    expect(data?.startTraining).toMatchObject({
      __typename: 'ConflictError',
      message: expect.stringContaining('a different input'),
    });
  });

  test('an idempotency key expires after a day', async () => {
    const { query, clock, takeRequests } = await startWithModel();
    const input = { displayName: 'Once', idempotencyKey: 'a' };
    await query(createModel, { input });

    await clock.advance(86_400_001);
    await query(createModel, { input });

    expect(takeRequests()).toEqual(['createModel', 'createModel']);
  });

  test('an idempotency key can be used again if the write did not take effect', async () => {
    const { query, takeRequests } = await startWithModel();
    const empty = globalId({ kind: 'Model', id: 'nowhere' });
    const input = { modelId: empty, strength: 5, idempotencyKey: 'a' };

    expect((await query(startTraining, { input })).data?.startTraining.__typename).toBe('NotFoundError');
    expect((await query(startTraining, { input })).data?.startTraining.__typename).toBe('NotFoundError');

    expect(takeRequests()).toEqual(['startTraining', 'startTraining']);
  });

  test('the idempotency key of a write with an unknown outcome is never sent again', async () => {
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

  test('idempotency keys of different credentials are independent', async () => {
    const { query, takeRequests } = await startWithModel({ sandbox: { keys: ['other'] } });
    const input = { displayName: 'Once', idempotencyKey: 'a' };

    await query(createModel, { input });
    await query(createModel, { input }, { 'x-api-key': 'other' });

    expect(takeRequests()).toEqual(['createModel', 'createModel']);
  });
});
