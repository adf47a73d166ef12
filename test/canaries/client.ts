import { once } from 'node:events';
import { expect } from 'vitest';
import { type Message, openSocket } from '../e2e/client.ts';
import { smallImage } from '../support/seeds.ts';
import { SECRETS, type TestProgram } from './program.ts';

/** Output of the gateway: a response with its headers, or a WebSocket message. */
export interface Output {
  /** Kind of the request. */
  readonly source: string;
  readonly text: string;
}

/** Headers of all requests of a caller. */
type Credentials = Readonly<Record<string, string>>;

const IMAGE = 'image { url copy: url(width: 64) placeholder width byteSize }';
const JOB = 'id status progress { fraction } failureReason';

/** Global ids of a caller's objects; initially an id that does not exist. */
const noIds = () => ({ model: UNKNOWN_ID, item: UNKNOWN_ID, training: UNKNOWN_ID, prediction: UNKNOWN_ID });
const UNKNOWN_ID = 'TW9kZWw6bm93aGVyZQ';

/** Creates a client that records all output of the gateway, and the tokens in it. */
export function createTestClient({ program, jwt }: TestProgram) {
  const outputs: Output[] = [];
  const tokens = { images: new Set<string>(), tickets: new Set<string>(), watch: new Set<string>() };
  const idsByCaller = new Map<string, ReturnType<typeof noIds>>();
  const idsOf = (credentials: Credentials) => {
    const name = JSON.stringify(credentials);
    const existing = idsByCaller.get(name) ?? noIds();
    idsByCaller.set(name, existing);
    return existing;
  };
  const { url } = program;

  const send = async (source: string, path: string, init: RequestInit = {}): Promise<string> => {
    const response = await fetch(path.startsWith('http') ? path : url + path, { redirect: 'manual', ...init });
    const body = Buffer.from(await response.arrayBuffer()).toString('latin1');
    outputs.push({ source, text: `${response.status} ${JSON.stringify([...response.headers])} ${body}` });
    for (const [, token = ''] of body.matchAll(/\/images\/([\w-]+)/g)) tokens.images.add(token);
    for (const [, token = ''] of body.matchAll(/\/uploads\/([\w-]+)/g)) tokens.tickets.add(token);
    for (const [, token = ''] of body.matchAll(/"token":"([\w-]+)"/g)) tokens.watch.add(token);
    return body;
  };
  const sendQuery = (source: string, query: string, variables: object, credentials: Credentials) =>
    send(source, '/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: SECRETS.cookie, ...credentials },
      body: JSON.stringify({ query, variables }),
    });

  /** Sends all kinds of queries and mutations. */
  async function runOperations(credentials: Credentials): Promise<void> {
    const ids = idsOf(credentials);
    const { model, item, training, prediction } = ids;
    const once = { idempotencyKey: SECRETS.idempotencyKey };
    const form = new FormData();
    const upload = `mutation ($file: File!) { uploadDataItem(input: { modelId: "${model}", file: $file }) { ... on UploadDataItemSuccess { dataItem { id ${IMAGE} } } ... on Error { message } } }`;
    form.set('operations', JSON.stringify({ query: upload, variables: { file: null } }));
    form.set('map', '{"0":["variables.file"]}');
    form.set('0', new File([await smallImage()], `../../${SECRETS.folder}/a.png`));
    const write = (field: string, kind: string, input: object, result: string) =>
      sendQuery(
        field,
        `mutation ($input: ${kind}Input!) { ${field}(input: $input) { __typename ... on ${kind}Success { ${result} } ... on Error { message } } }`,
        { input },
        credentials,
      );
    const reads = [
      `{ models(first: 5) { nodes { id displayName triggerWord dataItems(first: 3) { nodes { id ${IMAGE} } } trainings(first: 3) { nodes { ${JOB} } } } } }`,
      `{ predictions(first: 3) { nodes { ${JOB} prompt images { url placeholder } models { model { displayName } } } } }`,
    ];
    const responses = await Promise.all([
      ...reads.map((query) => sendQuery('a read with images', query, {}, credentials)),
      sendQuery(
        'a node',
        'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
        { ids: [model, item, training, prediction] },
        credentials,
      ),
      send('an upload', '/graphql', {
        method: 'POST',
        headers: { cookie: SECRETS.cookie, ...credentials },
        body: form,
      }),
      write('createModel', 'CreateModel', { displayName: 'one', ...once }, 'model { id }'),
      write(
        'startTraining',
        'StartTraining',
        { modelId: model, strength: 5, mode: { fast: {} }, ...once },
        'training { id }',
      ),
      write(
        'createPrediction',
        'CreatePrediction',
        { prompt: 'a dress', models: [{ id: model, scale: 1 }], ...once },
        'prediction { id }',
      ),
      write('renameModel', 'RenameModel', { id: model, displayName: 'two' }, 'model { id }'),
      write('createUploadTickets', 'CreateUploadTickets', { target: { newInModel: model } }, 'tickets { url }'),
      write('createWatchToken', 'CreateWatchToken', { jobIds: [training, prediction] }, 'token'),
    ]);
    const found = responses.join().matchAll(/"(dataItem|model|training|prediction)":\{"id":"(\w+)"/g);
    for (const [, kind, id = ''] of found) {
      if (kind === 'model') ids.model = id;
      if (kind === 'dataItem') ids.item = id;
      if (kind === 'training') ids.training = id;
      if (kind === 'prediction') ids.prediction = id;
    }
  }

  /** Uses all recorded tokens, and invalid ones. */
  async function useTokens(): Promise<void> {
    const body = await smallImage({ hue: 90 });
    const jobs = [...idsByCaller.values()].map(
      ({ training, prediction }) =>
        `{ training(id: "${training}") { status } prediction(id: "${prediction}") { status images { url } } }`,
    );
    await Promise.all([
      ...[...tokens.images].flatMap((token) => [
        send('an image', `/images/${token}`, { headers: { range: 'bytes=0-9' } }),
        send('an image', `/images/${token}x`, { method: 'HEAD' }),
      ]),
      ...[...tokens.tickets].map((token) => send('a ticket', `/uploads/${token}`, { method: 'PUT', body })),
      ...[...tokens.watch].flatMap((token) => [
        ...jobs.map((watch) => sendQuery('a read with images', watch, {}, { 'x-watch-token': token })),
        sendQuery('a watch token', '{ models { nodes { id } } }', {}, { 'x-watch-token': token }),
        send('a watch token', `/graphql?watchToken=${token}&query=%7Bmodels%7Bnodes%7Bid%7D%7D%7D`),
        send('a watch token', `/elsewhere?watchToken=${token}`),
      ]),
    ]);
  }

  /** Sends malformed and hostile requests. */
  async function sendInvalid(): Promise<void> {
    const hostile: readonly Credentials[] = [
      { 'x-api-key': SECRETS.wrongKey },
      { 'x-api-key': `${SECRETS.key} ${SECRETS.key}` },
      { 'x-api-key': SECRETS.key, authorization: `Bearer ${jwt}` },
      { authorization: `Bearer ${jwt.slice(0, -2)}` },
      { authorization: `Basic ${SECRETS.key}` },
      { 'x-watch-token': SECRETS.key },
      { 'x-forwarded-for': SECRETS.key, forwarded: `for="${SECRETS.key}"` },
      { 'x-api-key': SECRETS.key, origin: 'https://pages.example' },
      // Error messages may quote these values to the client that sent them.
      { 'x-api-key': SECRETS.key, cookie: SECRETS.cookie, 'content-type': 'text/odd' },
      { 'x-api-key': SECRETS.key, 'x-explain': SECRETS.cookie, accept: 'text/odd' },
    ];
    const broken = [
      '{',
      '[]',
      'null',
      '{"query":1}',
      '{"query":"{ models { nope } }"}',
      '{"query":"{ models("}',
      '\u0000',
    ];
    await Promise.all([
      ...hostile.map((headers) => sendQuery('a hostile request', '{ models { nodes { id } } }', {}, headers)),
      ...broken.map((body) =>
        send('a malformed request', '/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': SECRETS.key },
          body,
        }),
      ),
      send('a page', `/graphql?key=${SECRETS.key}`, { headers: { accept: 'text/html' } }),
      send('an invalid ticket', `/uploads/${SECRETS.sealing}`, { method: 'PUT', body: 'x' }),
      send('an invalid image token', `/images/${SECRETS.sealing}`),
    ]);
  }

  /**
   * Opens WebSockets, and sends valid and invalid messages.
   *
   * @param streamsEnd True to wait for the end of streams, which do not end while the upstream fails.
   */
  async function useSockets(streamsEnd: boolean): Promise<void> {
    const query = '{ models { nodes { displayName } } }';
    const { prediction } = idsOf({ 'x-api-key': SECRETS.key });
    const first = { type: 'subscribe', id: 'a', payload: { query } };
    const jobs = `subscription { jobsUpdated(ids: ["${prediction}"]) { id status ... on Prediction { images { url } } } }`;
    const initPayloads: readonly object[] = [
      { apiKey: SECRETS.key },
      { apiKey: SECRETS.wrongKey },
      { authorization: `Bearer ${jwt}` },
      { authorization: `Bearer ${jwt}x` },
      { apiKey: `${SECRETS.key} ${SECRETS.key}` },
      { watchToken: SECRETS.key },
      ...[...tokens.watch].slice(0, 2).map((watchToken) => ({ watchToken })),
    ];
    const garbage = [
      SECRETS.key,
      `{"type":"${SECRETS.key}"}`,
      `{"type":"connection_ack"}`,
      '{"id":1,"type":"subscribe"}',
    ];
    const exchanges = [
      ...initPayloads.map((payload) => [
        JSON.stringify({ type: 'connection_init', payload }),
        JSON.stringify(first),
        JSON.stringify({ ...first, id: 'b', payload: { query: jobs } }),
      ]),
      ...garbage.map((message) => [JSON.stringify({ type: 'connection_init', payload: initPayloads[0] }), message]),
      ...garbage.map((message) => [message]),
    ];
    await Promise.all(
      exchanges.map(async (messages) => {
        const { socket, closed } = await openSocket(url, { cookie: SECRETS.cookie });
        const finished = new Set<string>();
        const allFinished = new Promise<void>((resolve) => {
          socket.on('message', (data) => {
            const text = String(data);
            outputs.push({ source: 'a socket', text });
            const { type, id }: Message = JSON.parse(text);
            if (id && (type === 'complete' || type === 'error')) finished.add(id);
            if (finished.has('a') && (finished.has('b') || !streamsEnd)) resolve();
          });
        });
        const [firstMessage = '', ...others] = messages;
        const responded = once(socket, 'message');
        socket.send(firstMessage);
        await Promise.race([responded, closed]);
        for (const message of others) if (socket.readyState === socket.OPEN) socket.send(message);
        const { code, reason } = await Promise.race([closed, allFinished.then(() => ({ code: 0, reason: '' }))]);
        outputs.push({ source: 'a socket', text: `${code} ${reason}` });
        if (socket.readyState === socket.OPEN) {
          socket.close();
          await once(socket, 'close');
        }
      }),
    );
    expect(outputs.some(({ source }) => source === 'a socket')).toBe(true);
  }

  return { outputs, tokens, runOperations, useTokens, sendInvalid, useSockets };
}
