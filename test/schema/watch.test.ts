import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { settle, until } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction, seedTraining } from '../support/seeds.ts';
import { transports } from '../support/subscribe.ts';

const trainingUpdated = graphql(`
  subscription TrainingUpdated($id: ID!) {
    trainingUpdated(id: $id) { id status isFinished triggerWord progress { fraction isEstimated } model { displayName } }
  }
`);
const predictionUpdated = graphql(`
  subscription PredictionUpdated($id: ID!) { predictionUpdated(id: $id) { id status images { url } } }
`);
const jobsUpdated = graphql(`
  subscription JobsUpdated($ids: [ID!]!) { jobsUpdated(ids: $ids) { __typename id status } }
`);
const cancelTraining = graphql(`mutation Cancel($id: ID!) { cancelTraining(input: { id: $id }) { __typename } }`);
const deleteTraining = graphql(`mutation Delete($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }`);

async function startWithTraining(options: StartOptions = {}) {
  const started = startGateway(options);
  const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  const trainingId = await seedTraining(started.upstream, modelId);
  started.takeRequests();
  return { ...started, modelId, trainingId, id: globalId({ kind: 'Training', modelId, id: trainingId }) };
}

describe.each(transports)('over $transport', ({ subscribe }) => {
  test('the first event is the current state, one event follows per change, then the stream completes', async () => {
    const started = await startWithTraining();
    const { clock, id } = started;
    const stream = await subscribe(started, trainingUpdated, { id });

    const first = await stream.next();
    expect(first?.data?.trainingUpdated).toEqual({
      id,
      status: 'QUEUED',
      isFinished: false,
      triggerWord: expect.any(String),
      progress: { fraction: 0, isEstimated: false },
      model: { displayName: 'Dresses' },
    });
    const rest = stream.rest();
    for (let second = 0; second < 60; second++) await clock.advance(1_000);

    const states = (await rest).map(({ data }) => data?.trainingUpdated);
    expect(states.at(0)?.status).toBe('PROCESSING');
    expect(states.at(-1)).toMatchObject({
      status: 'COMPLETED',
      isFinished: true,
      triggerWord: expect.any(String),
      progress: { fraction: 1 },
    });
    const fractions = states.map((state) => state?.progress.fraction ?? -1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(new Set(fractions).size).toBe(fractions.length);
    await settle();
    expect(started.gateway.watchedJobs).toBe(0);
    expect(clock.waits()).toEqual([]);
  });

  test('a finished job is emitted once, and the stream completes', async () => {
    const started = await startWithTraining();
    await started.clock.advance(60_000);

    const stream = await subscribe(started, trainingUpdated, { id: started.id });

    expect((await stream.rest()).map(({ data }) => data?.trainingUpdated?.status)).toEqual(['COMPLETED']);
  });

  test('a prediction is watched until its images exist', async () => {
    const started = startGateway();
    const { id: modelId } = await seedModel(started.upstream, 'Dresses');
    const id = globalId({
      kind: 'Prediction',
      id: await seedPrediction(started.upstream, [modelId], { num_images: 2 }),
    });
    const stream = await subscribe(started, predictionUpdated, { id });

    expect((await stream.next())?.data?.predictionUpdated).toEqual({ id, status: 'QUEUED', images: null });
    const rest = stream.rest();
    for (let second = 0; second < 20; second++) await started.clock.advance(1_000);

    expect((await rest).at(-1)?.data?.predictionUpdated).toEqual({
      id,
      status: 'COMPLETED',
      images: [{ url: expect.stringContaining('/images/') }, { url: expect.stringContaining('/images/') }],
    });
  });

  test('an unchanged state emits no event', async () => {
    let isFrozen = true;
    let frozen: Response | undefined;
    const started = startGateway({
      transport: async (request, upstream) => {
        if (!request.url.includes('/predictions/') || !isFrozen) return upstream(request);
        frozen ??= await upstream(request);
        return frozen.clone();
      },
    });
    const { id: modelId } = await seedModel(started.upstream, 'Dresses');
    const key = await seedPrediction(started.upstream, [modelId]);
    const stream = await subscribe(started, predictionUpdated, { id: globalId({ kind: 'Prediction', id: key }) });
    await stream.next();

    const next = stream.next();
    await started.clock.advance(30_000);
    isFrozen = false;
    await started.clock.advance(30_000);

    expect((await next)?.data?.predictionUpdated?.status).toBe('COMPLETED');
    expect(await stream.next()).toBeUndefined();
  });

  test('polling stops when the last subscriber unsubscribes', async () => {
    const started = await startWithTraining();
    const [one, two] = await Promise.all([
      subscribe(started, trainingUpdated, { id: started.id }),
      subscribe(started, trainingUpdated, { id: started.id }),
    ]);
    await Promise.all([one.next(), two.next()]);
    expect(started.gateway.watchedJobs).toBe(1);

    await one.leave();
    await settle();
    expect(started.gateway.watchedJobs).toBe(1);

    await two.leave();
    await until(() => started.gateway.watchedJobs === 0);
    expect(started.clock.waits()).toEqual([]);
  });

  test('unsubscribing does not cancel the job', async () => {
    const started = await startWithTraining();
    const stream = await subscribe(started, trainingUpdated, { id: started.id });
    await stream.next();
    await stream.leave();
    await started.clock.advance(60_000);

    const { data } = await started.query(graphql(`query Status($id: ID!) { training(id: $id) { status } }`), {
      id: started.id,
    });

    expect(data?.training?.status).toBe('COMPLETED');
  });

  test('several jobs share one stream, which completes when the last one has finished', async () => {
    const started = await startWithTraining();
    const { id: modelId } = await seedModel(started.upstream, 'Shoes');
    const prediction = globalId({ kind: 'Prediction', id: await seedPrediction(started.upstream, [modelId]) });
    const stream = await subscribe(started, jobsUpdated, { ids: [started.id, prediction, started.id] });

    const events = stream.rest();
    for (let second = 0; second < 60; second++) await started.clock.advance(1_000);
    const jobs = (await events).map(({ data }) => data?.jobsUpdated);

    expect(jobs.filter((job) => job?.id === prediction).at(-1)).toMatchObject({
      __typename: 'Prediction',
      status: 'COMPLETED',
    });
    expect(jobs.filter((job) => job?.id === started.id).at(-1)).toMatchObject({
      __typename: 'Training',
      status: 'COMPLETED',
    });
    expect(jobs.at(-1)?.status).toBe('COMPLETED');
  });

  test('a job that is deleted while it is watched emits an error with its id, and the stream completes', async () => {
    const started = await startWithTraining();
    const stream = await subscribe(started, trainingUpdated, { id: started.id });
    await stream.next();
    const rest = stream.rest();

    await started.query(deleteTraining, { id: started.id });
    await started.clock.advance(5_000);

    expect(await rest).toMatchObject([
      {
        data: { trainingUpdated: null },
        errors: [{ extensions: { code: 'NOT_FOUND', id: started.id, retryable: false } }],
      },
    ]);
  });

  test('a deleted job does not affect the other jobs of its stream', async () => {
    const started = await startWithTraining();
    const other = globalId({
      kind: 'Training',
      modelId: started.modelId,
      id: await seedTraining(started.upstream, started.modelId),
    });
    const stream = await subscribe(started, jobsUpdated, { ids: [started.id, other] });
    const rest = stream.rest();
    await settle();

    await started.query(deleteTraining, { id: started.id });
    for (let second = 0; second < 60; second++) await started.clock.advance(1_000);

    const events = await rest;
    expect(events.filter(({ errors }) => errors).map(({ errors }) => errors?.[0]?.extensions.id)).toEqual([started.id]);
    expect(events.at(-1)?.data?.jobsUpdated).toMatchObject({ id: other, status: 'COMPLETED' });
  });

  test('a canceled training ends its stream', async () => {
    const started = await startWithTraining();
    const stream = await subscribe(started, trainingUpdated, { id: started.id });
    await stream.next();
    const rest = stream.rest();

    await started.query(cancelTraining, { id: started.id });
    await started.clock.advance(5_000);

    expect((await rest).at(-1)?.data?.trainingUpdated).toMatchObject({ status: 'CANCELED', isFinished: true });
  });

  test.each([
    ['not a global id', 'nonsense', /"nonsense"/],
    ['the id of a prediction', globalId({ kind: 'Prediction', id: 'abc' }), /but is the global id of a Prediction/],
    ['the id of a model', globalId({ kind: 'Model', id: 'abc' }), /but is the global id of a Model/],
  ])('an `id` that is %s is rejected', async (_, id, message) => {
    const started = startGateway();

    const stream = await subscribe(started, trainingUpdated, { id });

    expect(await stream.rest()).toMatchObject([
      { errors: [{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }] },
    ]);
  });

  test('the event of a training that does not exist is null, and the stream completes', async () => {
    const started = startGateway();
    const id = globalId({ kind: 'Training', modelId: 'a', id: 'b' });

    const stream = await subscribe(started, trainingUpdated, { id });

    expect(await stream.rest()).toEqual([{ data: { trainingUpdated: null } }]);
  });

  test('a key that the upstream rejects ends the stream with an error', async () => {
    const started = await startWithTraining();

    const stream = await subscribe(started, trainingUpdated, { id: started.id }, 'wrong');

    expect(await stream.rest()).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
  });

  test('a failing upstream does not end the stream', async () => {
    let failures = 0;
    const started = await startWithTraining({
      transport: async (request, upstream) => {
        if (request.method === 'GET' && request.url.includes('/trainings/') && failures > 0) {
          failures--;
          return new Response('{"broken', { headers: { 'content-type': 'application/json' } });
        }
        return upstream(request);
      },
    });
    const stream = await subscribe(started, trainingUpdated, { id: started.id });
    await stream.next();
    const rest = stream.rest();
    failures = 3;

    for (let second = 0; second < 90; second++) await started.clock.advance(1_000);

    expect((await rest).at(-1)?.data?.trainingUpdated?.status).toBe('COMPLETED');
    expect(failures).toBe(0);
  });
});

test('a thousand subscribers of one job share its polls and the reads of each event', async () => {
  const [{ subscribe } = { subscribe: undefined }] = transports;
  if (!subscribe) throw new Error('There is no transport.');
  const started = await startWithTraining();
  const streams = await Promise.all(
    Array.from({ length: 1_000 }, () => subscribe(started, trainingUpdated, { id: started.id })),
  );

  const first = await Promise.all(streams.map((stream) => stream.next()));
  expect(first.every((event) => event?.data?.trainingUpdated?.model?.displayName === 'Dresses')).toBe(true);
  expect(started.takeRequests()).toEqual(['getTraining', 'getModel']);

  const second = streams.map((stream) => stream.next());
  await started.clock.advance(3_000);
  expect((await Promise.all(second)).every((event) => event?.data?.trainingUpdated?.status === 'PROCESSING')).toBe(
    true,
  );
  expect(started.takeRequests()).toEqual(['getTraining', 'getModel']);

  await Promise.all(streams.map((stream) => stream.leave()));
  expect(started.gateway.watchedJobs).toBe(0);
});

test('two credentials never share a poll', async () => {
  const [{ subscribe } = { subscribe: undefined }] = transports;
  if (!subscribe) throw new Error('There is no transport.');
  const started = await startWithTraining({ sandbox: { keys: ['other'] } });

  const mine = await subscribe(started, trainingUpdated, { id: started.id });
  await mine.next();
  const theirs = await subscribe(started, trainingUpdated, { id: started.id }, 'other');

  expect(await theirs.rest()).toEqual([{ data: { trainingUpdated: null } }]);
  await mine.leave();
});

test('more jobs on a stream than allowed are rejected with an explanation', async () => {
  const { query } = startGateway();

  const { errors } = await query(
    jobsUpdated,
    { ids: Array(101).fill(globalId({ kind: 'Prediction', id: 'a' })) },
    { accept: 'application/json' },
  );

  expect(errors).toMatchObject([
    { message: expect.stringContaining('at most 100'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});
