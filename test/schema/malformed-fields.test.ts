import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction, seedTraining } from '../support/seeds.ts';
import { transports } from '../support/subscribe.ts';

const prediction = graphql(`
  query MalformedPrediction($id: ID!) {
    prediction(id: $id) {
      status failureReason prompt seed imageCount inferenceSteps guidanceScale createdAt finishedAt
      progress { fraction isEstimated } models { modelId scale } size { width height } images { url }
    }
  }
`);
const predictions = graphql(`query MalformedList { predictions { nodes { id status failureReason prompt } } }`);
const predictionUpdated = graphql(`
  subscription MalformedUpdated($id: ID!) {
    predictionUpdated(id: $id) { status failureReason images { url } progress { fraction } }
  }
`);
const trainingsUpdated = graphql(`
  subscription MalformedTrainings($id: ID!) { trainingsUpdated(modelId: $id) { id status triggerWord } }
`);

/** Changes the upstream's responses to GETs of these paths, in every row. Undefined removes a field. */
const changing = (path: RegExp, changes: object): StartOptions => ({
  transport: async (request, upstream) => {
    const response = await upstream(request);
    if (request.method !== 'GET' || !path.test(new URL(request.url).pathname)) return response;
    const body = (await response.json()) as Record<string, unknown>;
    const list = body.predictions ?? body.trainings ?? body.models;
    if (!Array.isArray(list)) return Response.json({ ...body, ...changes });
    for (const row of list) Object.assign(row, changes);
    return Response.json(body);
  },
});

async function startWithPrediction(options: StartOptions) {
  const started = startGateway(options);
  const { id: modelId } = await seedModel(started.upstream, 'Dresses');
  const id = globalId({ kind: 'Prediction', id: await seedPrediction(started.upstream, [modelId], { num_images: 2 }) });
  await started.clock.advance(60_000);
  return { ...started, id };
}

const OTHERS = { status: 'COMPLETED', prompt: 'a dress' };

describe('a malformed field of a prediction', () => {
  test.each([
    [
      { images: [null, 'https://cdn.example/1.png'] },
      { images: null },
      ['images'],
      'PredictionDetails.images: expected',
    ],
    [{ error: true }, { failureReason: null }, ['failureReason'], 'PredictionDetails.error: expected a sentence'],
    [{ seed: 18_446_744_073_709_552_000 }, { seed: null }, ['seed'], 'PredictionDetails.seed: expected a whole number'],
    [
      { num_images: 1.5 },
      { imageCount: null },
      ['imageCount'],
      'PredictionDetails.num_images: expected a whole number',
    ],
    [
      { num_inference_steps: 3e9 },
      { inferenceSteps: null },
      ['inferenceSteps'],
      'PredictionDetails.num_inference_steps',
    ],
    [{ guidance_scale: {} }, { guidanceScale: null }, ['guidanceScale'], 'PredictionDetails.guidance_scale'],
    [
      { createdAt: { _seconds: 1e300 } },
      { createdAt: null },
      ['createdAt'],
      'PredictionDetails.createdAt: expected a time',
    ],
    [{ finishedAt: 8.65e15 }, { finishedAt: null }, ['finishedAt'], 'PredictionDetails.finishedAt: expected a time'],
    [
      { scaleConfigs: { 'a/b': 1 } },
      { models: null },
      ['models'],
      'PredictionDetails.scaleConfigs: expected ids of models',
    ],
    [
      { scaleConfigs: [] },
      { models: null },
      ['models'],
      'PredictionDetails.scaleConfigs: expected an object, got a list',
    ],
    [
      { image_size: { width: 512.5, height: 1 } },
      { size: null },
      ['size'],
      'PredictionDetails.image_size: expected a whole',
    ],
    [
      { status: 'processing', progress: '45%' },
      { progress: { fraction: null, isEstimated: false }, status: 'PROCESSING' },
      ['progress', 'fraction'],
      'PredictionDetails.progress: expected a number, got a string',
    ],
  ])(
    'a malformed field %j is null, with an error that names it, and does not affect other fields',
    async (changes, expected, path, problem) => {
      const { query, id, logLines } = await startWithPrediction(changing(/\/predictions\/./, changes));

      const { data, errors } = await query(prediction, { id });

      expect(data?.prediction).toMatchObject({ ...OTHERS, ...expected });
      expect(errors).toEqual([
        {
          message: expect.stringContaining(`getPrediction: ${problem}`),
          path: ['prediction', ...path],
          locations: expect.anything(),
          extensions: {
            code: 'UPSTREAM_INVALID_RESPONSE',
            retryable: true,
            help: 'graphql/errors#upstream_invalid_response',
          },
        },
      ]);
      expect(logLines.filter((line) => line.includes('unexpected error'))).toEqual([]);
    },
  );

  test('a malformed field that is not selected causes no error', async () => {
    const { query, id } = await startWithPrediction(changing(/\/predictions\/./, { error: true, images: 7, seed: [] }));

    const document = graphql(`query MalformedUnselected($id: ID!) { prediction(id: $id) { status prompt } }`);

    expect(await query(document, { id })).toEqual({ data: { prediction: OTHERS } });
  });

  test('the fraction of a completed job does not depend on the reported progress', async () => {
    const { query, id } = await startWithPrediction(changing(/\/predictions\/./, { progress: '100%' }));

    const { data, errors } = await query(prediction, { id });

    expect(data?.prediction?.progress).toEqual({ fraction: 1, isEstimated: false });
    expect(errors).toBeUndefined();
  });
});

describe('a malformed field of a listed row', () => {
  test('a malformed field does not affect its row or list, and costs no read by id', async () => {
    const { query, id, takeRequests } = await startWithPrediction(changing(/\/predictions$/, { error: true }));
    takeRequests();

    const { data, errors } = await query(predictions);

    expect(data?.predictions.nodes).toEqual([{ id, ...OTHERS, failureReason: null }]);
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('listPredictions: Prediction.error: expected a sentence'),
        path: ['predictions', 'nodes', 0, 'failureReason'],
        extensions: { code: 'UPSTREAM_INVALID_RESPONSE' },
      },
    ]);
    expect(takeRequests()).toEqual(['listPredictions']);
  });

  test('a malformed field in a list and a valid one from a read by id do not hide each other', async () => {
    const document = graphql(`
      query MalformedMerged($id: ID!) { prediction(id: $id) { prompt } predictions { nodes { prompt } } }
    `);
    for (const path of [/\/predictions$/, /\/predictions\/./]) {
      const { query, id } = await startWithPrediction(changing(path, { failure: 7, guidance_scale: [] }));

      expect(await query(document, { id })).toEqual({
        data: { prediction: { prompt: 'a dress' }, predictions: { nodes: [{ prompt: 'a dress' }] } },
      });
    }
  });

  test('a missing status is read by id when it is selected', async () => {
    const { query, id, takeRequests } = await startWithPrediction(changing(/\/predictions$/, { status: undefined }));
    takeRequests();

    expect((await query(predictions)).data?.predictions.nodes).toMatchObject([{ id, status: 'COMPLETED' }]);
    expect(takeRequests()).toEqual(['listPredictions', 'getPrediction']);
  });
});

test('a training with an unreadable status does not hide the trigger word of an older one', async () => {
  const { query, upstream, clock } = startGateway({
    transport: async (request, upstream) => {
      const response = await upstream(request);
      if (request.method !== 'GET' || !request.url.endsWith('/trainings')) return response;
      const { trainings } = (await response.json()) as { trainings: object[] };
      return Response.json({ trainings: [{ id: 'odd', status: 7, createdAt: '2026-06-01' }, ...trainings] });
    },
  });
  const model = await seedModel(upstream, 'Dresses', { trainings: 1 });
  await clock.advance(60_000);

  const { data, errors } = await query(graphql(`query MalformedTrigger($id: ID!) { model(id: $id) { triggerWord } }`), {
    id: model.globalId,
  });

  expect(errors).toBeUndefined();
  expect(data?.model?.triggerWord).toEqual(expect.any(String));
});

test('the newest training is found although its time cannot be read', async () => {
  const rows = [
    { id: 'new', createdAt: 'soon' },
    { id: 'middle', createdAt: 2_000 },
    { id: 'old', createdAt: 1_000 },
  ];
  const { query, upstream: seed } = startGateway({
    transport: async (request, upstream) =>
      request.url.endsWith('/trainings') ? Response.json({ trainings: rows, hasMore: false }) : upstream(request),
  });

  const { id } = await seedModel(seed, 'Dresses');

  const { data } = await query('query ($id: ID!) { node(id: $id) { ... on Model { latestTraining { id } } } }', {
    id: globalId({ kind: 'Model', id }),
  });

  expect(JSON.stringify(data)).toContain(globalId({ kind: 'Training', modelId: id, id: 'new' }));
});

test('the id of a new model is returned although its name is malformed', async () => {
  const { query } = startGateway({
    transport: async (request, upstream) => {
      const response = await upstream(request);
      return request.method === 'POST' ? Response.json({ ...(await response.json()), displayName: 7 }) : response;
    },
  });

  const { data, errors } = await query(
    graphql(`
      mutation MalformedCreate {
        createModel(input: { displayName: "Dresses" }) { ... on CreateModelSuccess { model { id displayName } } }
      }
    `),
  );

  expect(errors).toBeUndefined();
  expect(data?.createModel).toMatchObject({ model: { id: expect.any(String), displayName: 'Dresses' } });
});

describe.each(transports)('over $transport', ({ subscribe }) => {
  test('a malformed field neither hides the state of a job nor emits an event by itself, and the stream completes', async () => {
    const changes = { error: true, progress: '45%' };
    const started = startGateway({
      transport: async (request, upstream) => {
        const response = await upstream(request);
        if (!/\/predictions\/./.test(request.url)) return response;
        const { status, ...rest } = (await response.json()) as Record<string, unknown>;
        const images = status === 'completed' ? { images: [null, 'https://cdn.example/1.png'] } : {};
        return Response.json({ ...rest, ...changes, ...images, status });
      },
    });
    const { id: modelId } = await seedModel(started.upstream, 'Dresses');
    const key = await seedPrediction(started.upstream, [modelId]);
    const stream = await subscribe(started, predictionUpdated, { id: globalId({ kind: 'Prediction', id: key }) });

    const rest = stream.rest();
    for (let second = 0; second < 40; second++) await started.clock.advance(1_000);

    const events = await rest;
    expect(events.map(({ data }) => data?.predictionUpdated?.status)).toEqual(['QUEUED', 'PROCESSING', 'COMPLETED']);
    for (const { errors } of events) {
      expect(errors?.every(({ extensions }) => extensions.code === 'UPSTREAM_INVALID_RESPONSE')).toBe(true);
      expect(errors?.map(({ message }) => message)).toContainEqual(expect.stringContaining('getPrediction: '));
    }
    expect(events.at(-1)?.data?.predictionUpdated).toMatchObject({ images: null, progress: { fraction: 1 } });
  });

  test('every training of a model is emitted although fields in its list are malformed', async () => {
    const started = startGateway(changing(/\/trainings$/, { status: 7, triggerWord: 7, createdAt: 'soon' }));
    const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
    const training = await seedTraining(started.upstream, modelId);
    const stream = await subscribe(started, trainingsUpdated, { id: globalId({ kind: 'Model', id: modelId }) });

    const first = await stream.next();

    expect(first?.errors).toBeUndefined();
    expect(first?.data?.trainingsUpdated).toEqual({
      id: globalId({ kind: 'Training', modelId, id: training }),
      status: 'QUEUED',
      triggerWord: expect.any(String),
    });
    await stream.leave();
  });

  test.each([
    ['`hasMore` is missing although there is a cursor', (id: string) => ({ nextPageCursor: id })],
    ['the cursor is missing although more follows', () => ({ hasMore: true })],
    ['`hasMore` is a string', () => ({ hasMore: 'true', nextPageCursor: null })],
    ['both are missing', () => ({})],
  ])('trainings on further pages are emitted, too, if %s', async (_, end) => {
    const started = startGateway({
      sandbox: { pageSize: 1 },
      transport: async (request, upstream) => {
        const response = await upstream(request);
        if (request.method !== 'GET' || !/\/trainings($|\?)/.test(request.url)) return response;
        const { trainings, hasMore } = (await response.json()) as { trainings: { id: string }[]; hasMore: boolean };
        return Response.json({ trainings, ...(hasMore ? end(trainings.at(-1)?.id ?? '') : {}) });
      },
    });
    const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
    const ids = [await seedTraining(started.upstream, modelId), await seedTraining(started.upstream, modelId)];
    const stream = await subscribe(started, trainingsUpdated, { id: globalId({ kind: 'Model', id: modelId }) });

    const seen = [(await stream.next())?.data?.trainingsUpdated?.id, (await stream.next())?.data?.trainingsUpdated?.id];

    expect(seen.sort()).toEqual(ids.map((id) => globalId({ kind: 'Training', modelId, id })).sort());
    await stream.leave();
  });

  test('a training that is listed twice, on pages that form a cycle, is emitted once', async () => {
    const started = startGateway({
      transport: async (request, upstream) => {
        if (request.method !== 'GET' || !/\/trainings($|\?)/.test(request.url)) return upstream(request);
        const { origin, pathname } = new URL(request.url);
        const page = await upstream(new Request(origin + pathname, request));
        const { trainings } = (await page.json()) as { trainings: { id: string }[] };
        return Response.json({
          trainings: [...trainings, ...trainings],
          hasMore: true,
          nextPageCursor: 'again/and:again',
        });
      },
    });
    const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
    await seedTraining(started.upstream, modelId);
    await started.clock.advance(60_000);
    started.takeRequests();
    const stream = await subscribe(started, trainingsUpdated, { id: globalId({ kind: 'Model', id: modelId }) });

    const rest = stream.rest();
    await started.clock.advance(1_000);
    await started.gateway.dispose();

    expect((await rest).map(({ data }) => data?.trainingsUpdated?.status)).toEqual(['COMPLETED']);
    // No training was read by id before, so the row may be incomplete.
    expect(started.takeRequests().toSorted()).toEqual(['getTraining', 'listTrainings', 'listTrainings']);
  });
});

test.each([null, 7, true, [], { name: 'Dresses' }])(
  'a malformed display name %j in a list is replaced by that of a read by id',
  async (displayName) => {
    const started = startGateway(changing(/\/models$/, { displayName }));
    await seedModel(started.upstream, 'Dresses');

    const { data, errors } = await started.query(
      graphql(`query NoDisplayNameInList { models { nodes { displayName customModelType } } }`),
    );

    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ models: { nodes: [{ displayName: 'Dresses' }] } });
  },
);

test('a display name that no response contains is an error that names the upstream operation', async () => {
  const started = startGateway(changing(/\/models(\/|$)/, { displayName: null }));
  await seedModel(started.upstream, 'Dresses');

  const { errors } = await started.query(
    graphql(`query NoDisplayName { models { nodes { displayName customModelType } } }`),
  );

  expect(errors?.map(({ message }) => message)).toEqual([
    'The response of the upstream violates its contract. getModel: displayName: expected a value, got none.',
  ]);
});
