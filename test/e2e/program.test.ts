import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { type Program, runProgram, startProgram, temporaryDirectory } from '../support/program.ts';
import {
  connectSocket,
  execute,
  type GraphQLResponse,
  openSocket,
  type ProtocolClient,
  transports,
  upload,
} from './client.ts';

/** The stack trace that Node.js prints for an unexpected error. */
const STACK = /^\s+at /m;

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const FIRST_MODEL = '{ models(first: 1) { nodes { displayName } } }';
const CREATE_MODEL = `mutation ($displayName: String!) {
  createModel(input: { displayName: $displayName }) { ... on CreateModelSuccess { model { id } } }
}`;
const CREATE_PREDICTION = `mutation ($modelId: ID!, $prompt: String!) {
  createPrediction(input: { models: [{ id: $modelId, scale: 1 }], prompt: $prompt }) {
    ... on CreatePredictionSuccess { prediction { id } }
  }
}`;

test('the program prints the URLs of Studio and GraphiQL, Studio first', async () => {
  const { url, output } = await startProgram();

  expect(output.stdout).toContain(`open ${url}/studio for Studio, or ${url}/graphql for GraphiQL`);
  const studio = await fetch(`${url}/studio`);
  expect(await studio.text()).toContain('<title>Flair Studio</title>');
  const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
  expect(page.headers.get('content-type')).toMatch('text/html');
  expect(await page.text()).toContain('<html');
});

test('an invalid configuration is rejected with all mistakes at once', async () => {
  const env = {
    PORT: 'http',
    ALLOW_ANONYMOUS: 'maybe',
    LOG_LEVEL: 'loud',
    FLAIR_API_URL: 'localhost:9000',
    SANDBOX_FAST_SECONDS: 'soon',
    SANDBOX_FAULTS: 'boom',
  };

  const { code, stdout, stderr } = await runProgram({ env });

  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(STACK);
  expect(Object.keys(env).filter((name) => !stderr.includes(`\`${name}\``))).toEqual([]);
});

test('the standalone sandbox rejects an invalid configuration with all mistakes at once, too', async () => {
  const env = { SANDBOX_PORT: '-1', SANDBOX_PAGE_SIZE: '0', SANDBOX_DATA_ITEM_SHAPE: 'round' };

  const { code, stdout, stderr } = await runProgram({ entry: 'sandbox', env });

  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(STACK);
  expect(Object.keys(env).filter((name) => !stderr.includes(`\`${name}\``))).toEqual([]);
});

test('a gateway on a public address does not start with an own key', async () => {
  const { code, stdout, stderr } = await runProgram({ env: { HOST: '0.0.0.0' } });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/`HOST` is "0\.0\.0\.0".*`ALLOW_ANONYMOUS=true`/);
  expect(stderr).not.toMatch(STACK);
});

test('a gateway on a public address without an own key forwards the keys of requests', async () => {
  const upstream = await startProgram({ entry: 'sandbox' });
  const { url } = await startProgram({ env: { HOST: '0.0.0.0', FLAIR_API_URL: upstream.url } });

  expect(codesOf(await execute(url, FIRST_MODEL))).toEqual(['UNAUTHENTICATED']);
  expect(codesOf(await execute(url, FIRST_MODEL, {}, { 'x-api-key': 'unknown' }))).toEqual(['UNAUTHENTICATED']);
  expect(await execute(url, FIRST_MODEL, {}, { 'x-api-key': 'demo' })).toEqual(oneModel);
});

test('a request whose Host is not a loopback name needs a key', async () => {
  const { url } = await startProgram();

  expect(codesOf(await queryWithHost('evil.example', url))).toEqual(['UNAUTHENTICATED']);
  expect(await queryWithHost('evil.example', url, { 'x-api-key': 'demo' })).toEqual(oneModel);
  expect(await queryWithHost('localhost', url)).toEqual(oneModel);
});

test('a WebSocket whose Host is not a loopback name needs a key', async () => {
  const { url } = await startProgram();

  const anonymous = await openSocket(url, { host: 'evil.example' });
  anonymous.send({ type: 'connection_init' });
  expect(await anonymous.closed).toMatchObject({ code: 4401 });

  const authenticated = await openSocket(url, { host: 'evil.example' });
  expect(await queryOver(authenticated, { apiKey: 'demo' })).toEqual(oneModel);
});

test.each([
  ['no key', {}, 'the demo'],
  ['a key as `apiKey`', { apiKey: 'alices' }, 'Alice'],
  ['a key under the name of the header', { 'x-api-key': 'alices' }, 'Alice'],
  ['a key under the name of the header in another case', { 'X-API-Key': 'alices' }, 'Alice'],
])('a WebSocket with %s sees the models of that key', async (_, connectionParams, displayName) => {
  const { url } = await startProgram({ env: { SANDBOX_KEYS: 'alices', SANDBOX_SEED: 'false' } });
  for (const [name, key] of Object.entries({ 'the demo': 'demo', Alice: 'alices' })) {
    await execute(url, CREATE_MODEL, { displayName: name }, { 'x-api-key': key });
  }

  const result = await connectSocket(url, { connectionParams })
    .iterate({ query: '{ models { nodes { displayName } } }' })
    .next();

  expect(result.value).toEqual({ data: { models: { nodes: [{ displayName }] } } });
});

test.each([
  ['is not GraphQL', '{ models {', 'GRAPHQL_PARSE_FAILED'],
  ['does not match the schema', '{ modles { nodes { id } } }', 'GRAPHQL_VALIDATION_FAILED'],
])('an operation whose document %s gets an error, and its WebSocket stays open', async (_, query, code) => {
  const { url } = await startProgram();
  const { send: say, receive: hear } = await openSocket(url);
  say({ type: 'connection_init' });
  expect(await hear()).toEqual({ type: 'connection_ack' });

  say({ type: 'subscribe', id: 'bad', payload: { query } });
  expect(await hear()).toMatchObject({ type: 'error', id: 'bad', payload: [{ extensions: { code } }] });

  say({ type: 'subscribe', id: 'good', payload: { query: FIRST_MODEL } });
  expect(await hear()).toEqual({ type: 'next', id: 'good', payload: oneModel });
  expect(await hear()).toEqual({ type: 'complete', id: 'good' });
});

test('the root redirects to GraphiQL, the health check succeeds, and other paths get 404 with a message', async () => {
  const { url } = await startProgram();

  const root = await fetch(url, { redirect: 'manual' });
  expect({ status: root.status, location: root.headers.get('location') }).toEqual({
    status: 302,
    location: '/graphql',
  });

  const health = await fetch(`${url}/health`);
  expect({ status: health.status, body: await health.json() }).toEqual({ status: 200, body: { status: 'ok' } });

  const elsewhere = await fetch(`${url}/elsewhere`);
  expect(elsewhere.status).toBe(404);
  expect(await elsewhere.text()).toContain('/elsewhere');
});

test('every request is logged in one line, without its secrets', async () => {
  const secrets = {
    key: 'canary-key-of-a-caller',
    wrongKey: 'canary-key-that-is-wrong',
    ownKey: 'canary-key-of-the-gateway',
    text: 'canary-of-a-body',
    search: 'canary-of-a-query-string',
    token: 'canary-of-a-token',
  };
  const upstream = await startProgram({
    entry: 'sandbox',
    env: { SANDBOX_KEYS: `${secrets.key},${secrets.ownKey}`, SANDBOX_FAULTS: '500:getDataItem:always' },
  });
  const { url, output, stop } = await startProgram({
    env: { FLAIR_API_URL: upstream.url, FLAIR_API_KEY: secrets.ownKey, LOG_LEVEL: 'trace' },
  });
  const key = { 'x-api-key': secrets.key };

  const created = await execute<CreatedModel>(url, CREATE_MODEL, { displayName: secrets.text }, key);
  const modelId = created.data?.createModel.model.id ?? '';
  await execute(url, CREATE_PREDICTION, { modelId, prompt: secrets.text }, key);
  const stored = await upload<{ uploadDataItems: { outcomes: { dataItem: { image: { url: string } } }[] } }>(
    url,
    `mutation ($modelId: ID!, $files: [File!]!) {
      uploadDataItems(input: { modelId: $modelId, files: $files }) {
        ... on UploadDataItemsSuccess { outcomes { dataItem { image { url } } } }
      }
    }`,
    { modelId },
    [new File([Buffer.from(PIXEL.split(',')[1] ?? '', 'base64')], `${secrets.text}.png`)],
    key,
  );
  const imageUrl = stored.data?.uploadDataItems.outcomes[0]?.dataItem.image.url ?? '';
  expect((await fetch(imageUrl)).status).toBe(502);
  expect((await fetch(`${url}/images/${secrets.token}?${secrets.search}`)).status).not.toBe(200);
  await execute(url, FIRST_MODEL, {}, { 'x-api-key': secrets.wrongKey });
  await execute(url, FIRST_MODEL);
  await execute(url, `{ ${secrets.text} "`);
  await execute(url, CREATE_MODEL, { displayName: { text: secrets.text } });
  for (const query of [
    FIRST_MODEL,
    `mutation { createModel(input: { displayName: "${secrets.search}" }) { __typename } }`,
  ]) {
    await fetch(`${url}/graphql?${new URLSearchParams({ query, extra: secrets.search })}`, { headers: key });
  }
  const socket = await openSocket(url, { cookie: secrets.token });
  await queryOver(socket, { apiKey: secrets.key }, `{ models { nodes { id } } } # ${secrets.text}`);
  await queryOver(await openSocket(url), { apiKey: secrets.wrongKey });
  await upstream.stop();
  await execute(url, CREATE_MODEL, { displayName: secrets.text }, key);
  expect((await fetch(imageUrl)).status).toBe(502);
  await stop();

  const lines: { msg: string; transport?: string; method?: string; path?: string; status?: number }[] = output.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const operation = { msg: 'operation', transport: 'http' };
  const ofHttp = lines.filter((line) => line.msg === 'request' || line.transport === 'http');
  expect(ofHttp).toMatchObject([
    ...Array.from({ length: 3 }, () => ({ ...operation, status: 200 })),
    { msg: 'request', method: 'GET', path: '/images/…', status: 502 },
    { msg: 'request', method: 'GET', path: '/images/…' },
    ...Array.from({ length: 7 }, () => operation),
    { msg: 'request', method: 'GET', path: '/images/…', status: 502 },
  ]);
  expect(lines.map(({ msg }) => msg)).toContain('images cannot be served');
  const written = output.stdout + output.stderr;
  const sealed = new URL(imageUrl).pathname.split('/').at(-1) ?? '';
  const halves = { head: sealed.slice(0, sealed.length / 2), tail: sealed.slice(sealed.length / 2) };
  const leaked = Object.entries({ ...secrets, ...halves }).filter(([, secret]) => written.includes(secret));
  expect(leaked).toEqual([]);
});

test('acknowledged writes survive a SIGKILL', async () => {
  const directory = await temporaryDirectory();
  const first = await startProgram({ directory });
  const created = await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      execute<CreatedModel>(first.url, CREATE_MODEL, { displayName: `No. ${index}` }),
    ),
  );
  const models = created.map(({ data }) => data?.createModel.model.id ?? '');
  const modelId = models[0] ?? '';
  const { dataItemId, trainingId } = await startTraining(first.url, modelId);
  const predicted = await execute<{ createPrediction: { prediction: { id: string } } }>(first.url, CREATE_PREDICTION, {
    modelId,
    prompt: 'a coat',
  });
  const predictionId = predicted.data?.createPrediction.prediction.id ?? '';
  expect(await first.kill()).toEqual({ code: null, signal: 'SIGKILL' });

  const { url } = await startProgram({ directory });

  const ids = [...models, trainingId, predictionId, dataItemId];
  const found = await execute<{ nodes: ({ id: string } | null)[] }>(
    url,
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Model { displayName } ... on DataItem { image { byteSize } } } }',
    { ids },
  );
  expect(found).toEqual({
    data: {
      nodes: [
        ...models.map((id, index) => ({ id, displayName: `No. ${index}` })),
        { id: trainingId },
        { id: predictionId },
        { id: dataItemId, image: { byteSize: Buffer.from(PIXEL.split(',')[1] ?? '', 'base64').byteLength } },
      ],
    },
  });
});

test('a shutdown breaks event streams without completing them, and then the program exits', async () => {
  const { url, stop } = await startProgram({ env: { SANDBOX_FAST_SECONDS: '3600' } });
  const { trainingId } = await startTraining(url);
  const events = transports['server-sent events'](url, WATCH, { id: trainingId });
  expect(await events.next()).toMatchObject({ value: { data: { trainingUpdated: { isFinished: false } } } });

  const stopped = stop();

  await expect(events.next()).rejects.toThrow();
  expect(await stopped).toEqual({ code: 0, signal: null });
});

test('a client that reconnects after a restart resumes its subscription', async () => {
  const directory = await temporaryDirectory();
  const env = { SANDBOX_FAST_SECONDS: '3600' };
  const { url, stop } = await startProgram({ directory, env });
  const { trainingId } = await startTraining(url);
  let restarted: Promise<Program> | undefined;
  const retryWait = async () => {
    await restarted;
  };
  const events = connectSocket(url, { retryAttempts: 1, retryWait }).iterate({
    query: WATCH,
    variables: { id: trainingId },
  });
  const unfinished = { done: false, value: { data: { trainingUpdated: { isFinished: false } } } };
  expect(await events.next()).toEqual(unfinished);

  restarted = stop().then((exit) => {
    expect(exit).toEqual({ code: 0, signal: null });
    return startProgram({ directory, env: { ...env, PORT: new URL(url).port } });
  });

  expect(await events.next()).toEqual(unfinished);
});

test('a shutdown waits for pending requests', async () => {
  const upstream = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void upstream.close());
  await once(upstream, 'listening');
  const { url, stop } = await startProgram({
    env: { FLAIR_API_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` },
  });
  const { closed } = await openSocket(url);
  const pending = execute(url, FIRST_MODEL, {}, { 'x-api-key': 'any' });
  const [, response] = (await once(upstream, 'request')) as [unknown, ServerResponse];

  const stopped = stop();
  await closed;
  const page = { models: [{ id: '1', displayName: 'Coats' }], hasMore: false, nextPageCursor: null };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page));

  expect(await pending).toEqual({ data: { models: { nodes: [{ displayName: 'Coats' }] } } });
  expect(await stopped).toEqual({ code: 0, signal: null });
});

interface CreatedModel {
  createModel: { model: { id: string } };
}

const WATCH = 'subscription ($id: ID!) { trainingUpdated(id: $id) { isFinished } }';

/** The result of {@link FIRST_MODEL} with access to the demo data. */
const oneModel = { data: { models: { nodes: [{ displayName: expect.any(String) }] } } };

const codesOf = ({ errors = [] }: Pick<GraphQLResponse<unknown>, 'errors'>) =>
  errors.map(({ extensions }) => extensions.code);

/** Queries a model with any Host header, which `fetch` does not allow. */
async function queryWithHost(
  host: string,
  url: string,
  headers: Record<string, string> = {},
): Promise<GraphQLResponse<unknown>> {
  const sent = request(`${url}/graphql`, {
    method: 'POST',
    headers: { host, 'content-type': 'application/json', ...headers },
  });
  sent.end(JSON.stringify({ query: FIRST_MODEL }));
  return await new Promise((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => resolve(text(response).then((body) => JSON.parse(body))));
  });
}

/** Initializes a connection, executes one query, and returns its result. */
async function queryOver(
  { send: say, receive: hear }: ProtocolClient,
  connectionParams: object = {},
  query = FIRST_MODEL,
) {
  say({ type: 'connection_init', payload: connectionParams });
  expect(await hear()).toEqual({ type: 'connection_ack' });
  say({ type: 'subscribe', id: 'first', payload: { query } });
  return (await hear()).payload as GraphQLResponse<unknown>;
}

/** Starts a fast training of a model with one image. @param ofModel Id of the model. @default a new one */
async function startTraining(url: string, ofModel?: string): Promise<{ dataItemId: string; trainingId: string }> {
  const created = ofModel ? undefined : await execute<CreatedModel>(url, CREATE_MODEL, { displayName: 'Coats' });
  const modelId = ofModel ?? created?.data?.createModel.model.id;
  const { data } = await execute<{
    uploadDataItem: { dataItem: { id: string } };
    startTraining: { training: { id: string } };
  }>(
    url,
    `mutation ($modelId: ID!, $file: File!) {
      uploadDataItem(input: { modelId: $modelId, file: $file }) {
        ... on UploadDataItemSuccess { dataItem { id } }
      }
      startTraining(input: { modelId: $modelId, strength: 5, mode: { fast: {} } }) {
        ... on StartTrainingSuccess { training { id } }
      }
    }`,
    { modelId, file: PIXEL },
  );
  return { dataItemId: data?.uploadDataItem.dataItem.id ?? '', trainingId: data?.startTraining.training.id ?? '' };
}
