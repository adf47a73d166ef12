import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { openSocket } from '../e2e/client.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';
import { type Operation, statusOf, ways } from './send.ts';

interface ExplainedResult {
  data?: unknown;
  errors?: { message: string; extensions: Record<string, unknown> }[];
  extensions?: { cost: { requested: number; limit: number } };
}

/** Executes an operation and requests its cost. */
async function explain({ fetch }: TestGateway, operation: Operation): Promise<ExplainedResult> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-explain': 'cost' },
    body: JSON.stringify(operation),
  });
  return await response.json();
}

/** Estimated cost of an operation, even if it exceeds the default limit. */
async function costOf(operation: Operation): Promise<number | undefined> {
  const { extensions, errors } = await explain(
    startGateway({ limits: { cost: Number.MAX_SAFE_INTEGER, aliases: 1_000 } }),
    operation,
  );
  expect(errors?.filter(({ message }) => !message.includes('The upstream'))).toBeUndefined();
  return extensions?.cost.requested;
}

describe('the estimated cost', () => {
  test.each<[query: string, cost: number]>([
    ['{ __typename }', 0],
    ['{ __schema { types { name } } }', 0],
    ['{ model(id: "a") { id displayName } }', 1],
    ['{ a: model(id: "a") { id } b: model(id: "a") { id } c: node(id: "a") { id } }', 1],
    ['{ a: model(id: "a") { id } b: model(id: "b") { id } }', 2],
    ['{ nodes(ids: ["a", "b", "a"]) { id } }', 2],
    [
      '{ nodes(ids: ["a", "b"]) { ... on Training { model { id } } ... on Model { triggerWord dataItems { nodes { id } } } } }',
      6,
    ],
    ['{ models { nodes { id } } }', 1],
    ['{ model(id: "a") { trainings(first: 100) { nodes { id } } triggerWord dataItem(id: "b") { id } } }', 7],
    ['{ models(first: null) { nodes { id } } }', 1],
    ['{ models(first: 21) { nodes { id } } }', 2],
    ['{ models(first: 100) { nodes { trainings { nodes { id } } } } }', 105],
    [
      '{ models(first: 100) { nodes { triggerWord latestTraining { id } trainings { nodes { id model { id } } } } } }',
      105,
    ],
    [
      '{ models(first: 10) { nodes { dataItems(first: 5) { nodes { image { url width height byteSize } model { id } } } } } }',
      111,
    ],
    ['{ models(first: 10) { nodes { predictions(first: 5) { nodes { id } } } } }', 6],
    ['{ predictions(first: 100, status: [FAILED]) { nodes { id } } }', 5],
    ['{ predictions(first: 100, status: null, createdAfter: null) { nodes { id } } }', 5],
    ['{ predictions(first: 1, createdAfter: "2026-01-01T00:00:00Z") { nodes { id } } }', 5],
    ['{ a: predictions(status: [FAILED]) { nodes { id } } b: predictions(status: [QUEUED]) { nodes { id } } }', 5],
    ['{ a: predictions(status: [FAILED]) { nodes { id } } b: predictions { nodes { id } } }', 6],
    ['{ models(first: 1, nameContains: "a") { nodes { predictions { nodes { id } } } } }', 10],
    ['{ models(first: 1, nameContains: "") { nodes { id } } }', 1],
    ['{ viewer { credentials permissions tenant jobs } limits { lists { ids } } }', 0],
    ['{ viewer { isKeyValid problem } }', 1],
    [
      '{ modelByUpstreamId(id: "abc") { id } model(id: "TW9kZWw6YWJj") { id } predictionByUpstreamId(id: "abc") { id } }',
      2,
    ],
    ['{ a: trainingByUpstreamId(modelId: "m", id: "abc") { id } modelByUpstreamId(id: "abc") { id } }', 2],
    ['{ models(first: 10) { nodes { dataItems(first: 5) { nodes { image { key url expiresAt } } } } } }', 11],
    ['{ predictions(first: 10) { nodes { settings { models { id } prompt } } } }', 1],
    ['{ predictions(first: 10) { nodes { models { model { id } } images { url } } } }', 31],
    ['{ predictions(first: 10) { nodes { images { width placeholder } } } }', 161],
    ['{ models(first: 10) { nodes { id ... @skip(if: true) { triggerWord } } } }', 1],
    [
      '{ models(first: 10) { nodes { ...M } } } fragment M on Model { ...T ...T } fragment T on Model { triggerWord }',
      11,
    ],
    [
      'mutation { a: deleteModel(input: { id: "a" }) { __typename } b: deleteModel(input: { id: "a" }) { __typename } }',
      2,
    ],
    [
      'mutation { renameModel(input: { id: "a", displayName: "b" }) { ... on RenameModelSuccess { model { triggerWord } } } }',
      3,
    ],
  ])('the cost of %s is %i', async (query, cost) => {
    expect(await costOf({ query })).toBe(cost);
  });

  test('the cost of a page follows from its size, which may be a variable', async () => {
    const query = 'query ($first: Int = 3) { models(first: $first) { nodes { triggerWord } } }';

    for (const [variables, cost] of [
      [{}, 4],
      [{ first: 7 }, 8],
      [{ first: 100 }, 105],
    ] as const) {
      expect(await costOf({ query, variables })).toBe(cost);
    }
  });

  test('the cost of nested fragments is estimated in linear time', async () => {
    const lines = Array.from(
      { length: 9 },
      (_, index) =>
        `fragment F${index} on Model { ${['a', 'b', 'c'].map((name) => `${name}: trainings(first: 1) { nodes { model { ${index === 8 ? 'id' : `...F${index + 1}`} } } }`).join(' ')} }`,
    );
    const started = startGateway({ limits: { aliases: 1_000_000, depth: 100, tokens: 10_000 } });

    const { errors } = await explain(started, { query: `{ model(id: "a") { ...F0 } } ${lines.join(' ')}` });

    // Each fragment reads a page, and spreads the next one three times: 1 + 3 + 9 and so on, and the model itself.
    expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COSTLY', cost: { requested: 9_842 } } }]);
    expect(started.takeRequests()).toEqual([]);
  });
});

describe.each(ways)('an operation over $way', ({ way, send }) => {
  const query = 'query ($first: Int!) { models(first: $first) { nodes { triggerWord } } }';

  test('an operation at the cost limit is executed, and one above it is rejected without an upstream request', async () => {
    const started = startGateway({ limits: { cost: 11 } });

    expect((await send(started, { query, variables: { first: 10 } })).errors).toBeUndefined();
    started.takeRequests();
    const { errors, data } = await send(started, { query, variables: { first: 11 } });

    expect(data).toBeUndefined();
    expect(errors).toEqual([
      {
        message: expect.stringContaining('may cost 11 upstream requests (MAX_QUERY_COST), but this one may cost 12'),
        extensions: {
          code: 'QUERY_TOO_COSTLY',
          retryable: false,
          help: 'graphql/errors#query_too_costly',
          cost: { requested: 12, limit: 11 },
        },
      },
    ]);
    expect(started.takeRequests()).toEqual([]);
  });

  test('a subscription above the cost limit is rejected', async () => {
    const started = startGateway({ limits: { cost: 2 } });
    const subscription = 'subscription { trainingUpdated(id: "a") { model { triggerWord } } }';

    if (way === 'HTTP') expect(await statusOf(started, { query: subscription }, 'text/event-stream')).toBe(400);
    else {
      expect((await send(started, { query: subscription })).errors).toMatchObject([
        { extensions: { code: 'QUERY_TOO_COSTLY', cost: { requested: 3, limit: 2 } } },
      ]);
    }
    expect(started.takeRequests()).toEqual([]);
  });

  test('a response contains no cost unless the client requests it', async () => {
    expect(await send(startGateway(), { query: '{ models { nodes { id } } }' })).not.toHaveProperty('extensions');
  });
});

test('the response to an operation above the cost limit has status 400', async () => {
  const started = startGateway({ limits: { cost: 1 } });

  for (const accept of ['application/json', 'application/graphql-response+json', '*/*', 'text/event-stream']) {
    expect(await statusOf(started, { query: '{ models { nodes { triggerWord } } }' }, accept)).toBe(400);
  }
});

test('a response contains its cost if a header requests it', async () => {
  expect(await explain(startGateway(), { query: '{ models { nodes { id } } }' })).toEqual({
    data: { models: { nodes: [] } },
    extensions: { cost: { requested: 1, limit: 300 } },
  });
});

test('results over a WebSocket contain their cost if connectionParams request it', async () => {
  const { url } = await serverOf(startGateway());
  const socket = await openSocket(url);
  socket.send({ type: 'connection_init', payload: { 'x-explain': 'cost' } });
  expect(await socket.receive()).toEqual({ type: 'connection_ack' });

  socket.send({ type: 'subscribe', id: 'query', payload: { query: '{ __typename }' } });
  const result = { data: { __typename: 'Query' }, extensions: { cost: { requested: 0, limit: 300 } } };
  expect(await socket.receive()).toEqual({ type: 'next', id: 'query', payload: result });
  await socket.receive();

  const id = globalId({ kind: 'Training', modelId: 'm', id: 'none' });
  socket.send({
    type: 'subscribe',
    id: 'watch',
    payload: { query: `subscription { trainingUpdated(id: "${id}") { id } }` },
  });
  const event = { data: { trainingUpdated: null }, extensions: { cost: { requested: 1, limit: 300 } } };
  expect(await socket.receive()).toEqual({ type: 'next', id: 'watch', payload: event });
});

describe('the estimate is an upper bound', () => {
  /** Starts a gateway with models that have images, trainings and predictions. Returns the ids of some of them. */
  async function startFull() {
    const started = startGateway({
      sandbox: { predictionSeconds: 1, fastSeconds: 1 },
      limits: { cost: Number.MAX_SAFE_INTEGER, depth: 100 },
    });
    const { upstream, clock } = started;
    const models = [];
    for (let index = 0; index < 25; index++) {
      models.push(await seedModel(upstream, `Model ${index}`, index < 3 ? { images: 3, trainings: 2 } : {}));
    }
    const [first, second] = models;
    const predictions: string[] = [];
    for (let index = 0; index < 24; index++) {
      predictions.push(await seedPrediction(upstream, [first?.id ?? '', second?.id ?? ''], { num_images: 2 }));
    }
    await clock.advance(5_000);
    started.takeRequests();
    return {
      ...started,
      model: first?.globalId ?? '',
      training: globalId({ kind: 'Training', modelId: first?.id ?? '', id: first?.trainings[0] ?? '' }),
      dataItem: globalId({ kind: 'DataItem', modelId: first?.id ?? '', id: first?.dataItems[0] ?? '' }),
      prediction: globalId({ kind: 'Prediction', id: predictions[0] ?? '' }),
    };
  }

  test.each([
    '{ model(id: $model) { displayName customModelType triggerWord latestTraining { status model { id } } trainings { nodes { progress { fraction } } } } }',
    '{ models(first: 100) { nodes { displayName triggerWord latestTraining { status finishedAt } trainings(first: 1) { nodes { model { displayName } } } } } }',
    '{ models(first: 30) { nodes { dataItems(first: 5) { nodes { createdAt model { displayName } image { url width height contentType byteSize placeholder } } } } } }',
    '{ predictions(first: 100) { nodes { status models { model { displayName customModelType latestTraining { status } } } } } }',
    '{ predictions(first: 24) { nodes { images { url width placeholder } } } }',
    '{ models(first: 100) { nodes { predictions(first: 100) { nodes { id prompt models { model { id displayName } } } } } } }',
    '{ nodes(ids: [$model, $training, $dataItem, $prediction, $model]) { id ... on Model { triggerWord } ... on Training { model { displayName } } ... on DataItem { model { id } image { width } } ... on Prediction { images { height } models { model { displayName } } } } }',
    '{ node(id: $dataItem) { ... on DataItem { image { placeholder width } createdAt } } training(id: $training) { model { trainings { nodes { model { displayName } } } } } prediction(id: $prediction) { images { width } } }',
    'mutation { renameModel(input: { id: $model, displayName: "New" }) { ... on RenameModelSuccess { model { displayName customModelType triggerWord predictions { nodes { id } } } } } }',
    'mutation { startTraining(input: { modelId: $model, strength: 3, mode: { fast: {} } }) { ... on StartTrainingSuccess { training { status triggerWord model { displayName } } } } }',
    'mutation { cancelTraining(input: { id: $training }) { __typename ... on CancelTrainingSuccess { training { status } } } deleteDataItem(input: { id: $dataItem }) { __typename } }',
    'mutation { createPrediction(input: { models: [{ id: $model, scale: 1 }], prompt: "x" }) { ... on CreatePredictionSuccess { warnings prediction { status images { url } models { model { id displayName } } } } } }',
    'mutation { createModel(input: { displayName: "New" }) { ... on CreateModelSuccess { model { displayName customModelType dataItems { nodes { id } } } } } a: deleteModel(input: { id: $model }) { __typename } }',
    'mutation { createWatchToken(input: { jobIds: [$training, $prediction] }) { ... on CreateWatchTokenSuccess { token } } }',
    'mutation { createUploadTickets(input: { target: { newInModel: $model }, count: 5 }) { __typename ... on CreateUploadTicketsSuccess { tickets { url } } } }',
  ])('the upstream requests of %s do not exceed the estimate', async (template) => {
    const started = await startFull();
    const query = template.replace(
      /\$(model|training|dataItem|prediction)\b/g,
      (_, name: 'model') => `"${started[name]}"`,
    );

    const { extensions, errors } = await explain(started, { query });

    expect(errors).toBeUndefined();
    const sent = started.takeRequests().length;
    expect(sent).toBeGreaterThan(0);
    expect(extensions?.cost.requested).toBeGreaterThanOrEqual(sent);
  });

  test('the upstream requests of a generated selection do not exceed the estimate', async () => {
    const started = await startFull();
    const leaf = { Model: 'displayName', Training: 'status', Prediction: 'prompt', DataItem: 'createdAt' };
    type Kind = keyof typeof leaf;
    const size = fc.integer({ min: 1, max: 30 });
    const selection: fc.Arbitrary<string> = fc.letrec<Record<Kind, string>>((tie) => {
      const list = (name: string, kind: Kind) =>
        fc.tuple(size, tie(kind)).map(([first, inner]) => `${name}(first: ${first}) { nodes ${inner} }`);
      const object = (name: string, kind: Kind) => tie(kind).map((inner) => `${name} ${inner}`);
      const set = (kind: Kind, fields: fc.Arbitrary<string>[]) =>
        fc
          .uniqueArray(fc.oneof({ maxDepth: 3, withCrossShrink: true }, fc.constant(leaf[kind]), ...fields), {
            maxLength: 3,
            selector: (field) => field.split(/\W/, 1)[0],
          })
          .map((all) => `{ id ${all.join(' ')} }`);
      return {
        Model: set('Model', [
          fc.constant('triggerWord'),
          list('trainings', 'Training'),
          list('dataItems', 'DataItem'),
          list('predictions', 'Prediction'),
          object('latestTraining', 'Training'),
        ]),
        Training: set('Training', [object('model', 'Model')]),
        Prediction: set('Prediction', [tie('Model').map((inner) => `models { model ${inner} }`)]),
        DataItem: set('DataItem', [object('model', 'Model')]),
      };
    }).Model;

    await fc.assert(
      fc.asyncProperty(size, selection, async (first, inner) => {
        const { extensions, errors } = await explain(started, {
          query: `{ models(first: ${first}) { nodes ${inner} } }`,
        });
        expect(errors).toBeUndefined();
        expect(extensions?.cost.requested).toBeGreaterThanOrEqual(started.takeRequests().length);
      }),
      { numRuns: 60 },
    );
  });
});
