import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { openSocket } from '../e2e/client.ts';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction, seedTraining } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

const createWatchToken = graphql(`
  mutation MakeWatchToken($input: CreateWatchTokenInput!) {
    createWatchToken(input: $input) {
      __typename
      ... on CreateWatchTokenSuccess { token expiresAt }
      ... on Error { message }
      ... on InvalidInputError { issues { path } }
    }
  }
`);
const everything = graphql(`
  query EverythingOfJobs($training: ID!, $prediction: ID!) {
    training(id: $training) { id status strength progress { fraction } model { displayName } }
    prediction(id: $prediction) { id status prompt images { url } models { modelId scale model { displayName } } }
    nodes(ids: [$training]) { id }
  }
`);
const WATCH = 'subscription ($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status ... on Training { model { id } } } }';

async function start() {
  const started = startGateway({ config: { ownKey: undefined } });
  const { id: modelId, globalId: model } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  const trainings = [await seedTraining(started.upstream, modelId), await seedTraining(started.upstream, modelId)];
  const [training = '', other = ''] = trainings.map((id) => globalId({ kind: 'Training', modelId, id }));
  const prediction = globalId({ kind: 'Prediction', id: await seedPrediction(started.upstream, [modelId]) });
  const create = async (input: { jobIds: string[]; expiresInSeconds?: number }) =>
    (await started.query(createWatchToken, { input }, { 'x-api-key': 'demo' })).data?.createWatchToken;
  const made = await create({ jobIds: [training, prediction] });
  if (made?.__typename !== 'CreateWatchTokenSuccess') throw new Error('No watch token was created.');
  started.takeRequests();
  return { ...started, started, model, training, other, prediction, create, ...made };
}

const forbidden = (...path: (string | number)[]) =>
  expect.objectContaining({ path, extensions: expect.objectContaining({ code: 'FORBIDDEN', retryable: false }) });

describe('a watch token', () => {
  test('a watch token gives access to its jobs and their images, and fields of other objects are null with an error each', async () => {
    const { query, clock, training, prediction, token, fetch } = await start();
    await clock.advance(30_000);

    const { data, errors } = await query(everything, { training, prediction }, { 'x-watch-token': token });

    expect(data).toEqual({
      training: { id: training, status: 'COMPLETED', strength: 5, progress: { fraction: 1 }, model: null },
      prediction: {
        id: prediction,
        status: 'COMPLETED',
        prompt: 'a dress',
        images: [{ url: expect.any(String) }],
        models: [{ modelId: expect.any(String), scale: 1, model: null }],
      },
      nodes: [{ id: training }],
    });
    expect(errors).toHaveLength(2);
    expect(errors).toEqual(
      expect.arrayContaining([forbidden('training', 'model'), forbidden('prediction', 'models', 0, 'model')]),
    );
    const image = await fetch(new URL(data?.prediction?.images?.[0]?.url ?? '').pathname);
    expect(image.headers.get('content-type')).toMatch(/^image\//);
  });

  test.each([
    '{ models { nodes { id } } }',
    '{ predictions { nodes { id } } }',
    '{ model(id: "nonsense") { id } }',
    '{ modelByUpstreamId(id: "nonsense") { id } }',
    '{ activeJobs { isComplete } }',
    'mutation { createModel(input: { displayName: "a" }) { __typename } }',
    'mutation { createUploadTickets(input: { target: { newInModel: "a" } }) { __typename } }',
    'mutation { createWatchToken(input: { jobIds: ["a"] }) { __typename } }',
  ])('a watch token gives no access to other operations: %s', async (document) => {
    const { query, token, takeRequests } = await start();

    const { errors } = await query(document, {}, { 'x-watch-token': token });

    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    expect(takeRequests()).toEqual([]);
  });

  test('a watch token gives no access to other jobs, not even of the same model', async () => {
    const { query, token, other, model, takeRequests } = await start();
    const document =
      'query ($other: ID!, $model: ID!) { training(id: $other) { id } nodes(ids: [$other, $model]) { id } }';

    const { data, errors } = await query(document, { other, model }, { 'x-watch-token': token });

    expect(data).toEqual({ training: null, nodes: [null, null] });
    expect(errors).toHaveLength(3);
    expect(errors).toEqual(
      expect.arrayContaining([forbidden('training'), forbidden('nodes', 0), forbidden('nodes', 1)]),
    );
    expect(takeRequests()).toEqual([]);
  });

  test('a watch token gives access to its jobs by their upstream ids, to their settings and to limits', async () => {
    const { query, token, training, prediction, other, takeRequests } = await start();
    const [modelId, id] = Buffer.from(training, 'base64url').toString().replace('Training:', '').split('/');
    const [, otherId] = Buffer.from(other, 'base64url').toString().split('/');
    const document = `{
      trainingByUpstreamId(modelId: "${modelId}", id: "${id}") { id mode { __typename } }
      other: trainingByUpstreamId(modelId: "${modelId}", id: "${otherId}") { id }
      prediction(id: "${prediction}") { settings { prompt models { id scale } } }
      limits { uploads { maxBytes } }
      viewer { credentials }
    }`;

    const { data, errors } = await query(document, {}, { 'x-watch-token': token });

    expect(data).toEqual({
      trainingByUpstreamId: { id: training, mode: { __typename: 'FastTraining' } },
      other: null,
      prediction: { settings: { prompt: 'a dress', models: [{ id: expect.any(String), scale: 1 }] } },
      limits: { uploads: { maxBytes: 10_485_760 } },
      viewer: { credentials: 'WATCH_TOKEN' },
    });
    expect(errors).toEqual([forbidden('other')]);
    expect(takeRequests().toSorted()).toEqual(['getPrediction', 'getTraining']);
  });

  test('a watch token subscribes over WebSockets and server-sent events, and is restricted while callers with a key are not', async () => {
    const { started, fetch, training, prediction, other, token, clock } = await start();
    const { url } = await serverOf(started);
    const ids = [training, prediction];
    const open = async (payload: object) => {
      const socket = await openSocket(url);
      socket.send({ type: 'connection_init', payload });
      expect(await socket.receive()).toEqual({ type: 'connection_ack' });
      return socket;
    };
    const [scoped, whole] = [await open({ watchToken: token }), await open({ apiKey: 'demo' })];
    for (const socket of [scoped, whole]) {
      socket.send({ type: 'subscribe', id: 'a', payload: { query: WATCH, variables: { ids: [training] } } });
    }

    expect(await scoped.receive()).toMatchObject({
      type: 'next',
      payload: {
        data: { jobsUpdated: { id: training, model: null } },
        errors: [{ extensions: { code: 'FORBIDDEN' } }],
      },
    });
    expect(await whole.receive()).toMatchObject({
      payload: { data: { jobsUpdated: { model: { id: expect.any(String) } } } },
    });
    scoped.send({ type: 'subscribe', id: 'b', payload: { query: WATCH, variables: { ids: [other] } } });
    expect(await scoped.receive()).toMatchObject({
      type: 'error',
      id: 'b',
      payload: [{ extensions: { code: 'FORBIDDEN' } }],
    });

    const address = new URLSearchParams({ query: WATCH, variables: JSON.stringify({ ids }), watchToken: token });
    const stream = fetch(`/graphql?${address}`, { headers: { accept: 'text/event-stream' } }).then((one) => one.text());
    for (let second = 0; second < 30; second++) await clock.advance(1_000);
    expect(await stream).toContain('COMPLETED');
  });

  test('a watch token is accepted until it expires', async () => {
    const { query, create, training, clock } = await start();
    const made = await create({ jobIds: [training], expiresInSeconds: 60 });
    const headers = { 'x-watch-token': made?.__typename === 'CreateWatchTokenSuccess' ? made.token : '' };
    const read = () => query('query ($id: ID!) { training(id: $id) { id } }', { id: training }, headers);

    expect(made).toMatchObject({ expiresAt: new Date(clock.now() + 60_000).toISOString() });
    await clock.advance(59_999);
    expect((await read()).errors).toBeUndefined();
    await clock.advance(1);
    expect((await read()).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('a watch token can be valid for a day', async () => {
    const { query, create, training, clock } = await start();
    const made = await create({ jobIds: [training], expiresInSeconds: 86_400 });
    const headers = { 'x-watch-token': made?.__typename === 'CreateWatchTokenSuccess' ? made.token : '' };

    await clock.advance(86_000_000);

    const { errors } = await query('query ($id: ID!) { training(id: $id) { id } }', { id: training }, headers);
    expect(errors).toBeUndefined();
  });

  test.each(['', 'nonsense', 'a'.repeat(10_000)])('a malformed watch token is rejected: %s', async (token) => {
    const { query, training } = await start();

    const { errors } = await query(
      'query ($id: ID!) { training(id: $id) { id } }',
      { id: training },
      { 'x-watch-token': token },
    );

    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  test('watch tokens, image URLs and upload tickets are not interchangeable', async () => {
    const { query, fetch, token, training, prediction, clock } = await start();
    await clock.advance(30_000);
    const { data } = await query(everything, { training, prediction }, { 'x-watch-token': token });
    const image = new URL(data?.prediction?.images?.[0]?.url ?? '').pathname.split('/').at(-1) ?? '';

    expect((await fetch(`/images/${token}`)).status).toBe(403);
    expect((await fetch(`/uploads/${token}`, { method: 'PUT', body: 'a' })).status).toBe(403);
    expect(
      (await query('{ __typename models { nodes { id } } }', {}, { 'x-watch-token': image })).errors,
    ).toMatchObject([{ extensions: { code: expect.stringMatching(/UNAUTHENTICATED|FORBIDDEN/) } }]);
  });
});

test.each<
  [string, (ids: { training: string; model: string }) => { jobIds: string[]; expiresInSeconds?: number }, object]
>([
  ['no job', () => ({ jobIds: [] }), { __typename: 'InvalidInputError', issues: [{ path: ['input', 'jobIds'] }] }],
  ['too many jobs', ({ training }) => ({ jobIds: Array(101).fill(training) }), { __typename: 'InvalidInputError' }],
  [
    'too short a time',
    ({ training }) => ({ jobIds: [training], expiresInSeconds: 59 }),
    { __typename: 'InvalidInputError', issues: [{ path: ['input', 'expiresInSeconds'] }] },
  ],
  [
    'too long a time',
    ({ training }) => ({ jobIds: [training], expiresInSeconds: 86_401 }),
    { __typename: 'InvalidInputError' },
  ],
  ['an object that is not a job', ({ model }) => ({ jobIds: [model] }), { __typename: 'NotFoundError' }],
  [
    'a job that does not exist',
    () => ({ jobIds: [globalId({ kind: 'Prediction', id: 'nowhere' })] }),
    { __typename: 'NotFoundError' },
  ],
])('a watch token for %s is not created', async (_, input, error) => {
  const { create, training, model } = await start();

  expect(await create(input({ training, model }))).toMatchObject(error);
});
