import { once } from 'node:events';
import { expect } from 'vitest';
import { type Message, openSocket } from '../e2e/client.ts';
import { picture } from '../support/seeds.ts';
import { type House, SECRETS } from './house.ts';

/** Something that came out of the gateway: an answer with its headers, or a message over a socket. */
export interface Said {
  /** What it answers. */
  readonly to: string;
  readonly text: string;
}

/** What a visitor sends with every request. */
type Credentials = Readonly<Record<string, string>>;

const IMAGE = 'image { url copy: url(width: 64) placeholder width byteSize }';
const JOB = 'id status progress { fraction } failureReason';

/** What a caller has, as global ids: in the beginning none that there are. */
const nothing = () => ({ model: NOWHERE, item: NOWHERE, training: NOWHERE, prediction: NOWHERE });
const NOWHERE = 'TW9kZWw6bm93aGVyZQ';

/** Asks for everything there is, notes all that is said, and keeps the tokens that it was given. */
export function createVisitor({ program, jwt }: House) {
  const said: Said[] = [];
  const tokens = { images: new Set<string>(), tickets: new Set<string>(), watch: new Set<string>() };
  const everybody = new Map<string, ReturnType<typeof nothing>>();
  const belongingsOf = (credentials: Credentials) => {
    const name = JSON.stringify(credentials);
    const has = everybody.get(name) ?? nothing();
    everybody.set(name, has);
    return has;
  };
  const { url } = program;

  const send = async (to: string, path: string, init: RequestInit = {}): Promise<string> => {
    const response = await fetch(path.startsWith('http') ? path : url + path, { redirect: 'manual', ...init });
    const body = Buffer.from(await response.arrayBuffer()).toString('latin1');
    said.push({ to, text: `${response.status} ${JSON.stringify([...response.headers])} ${body}` });
    for (const [, token = ''] of body.matchAll(/\/images\/([\w-]+)/g)) tokens.images.add(token);
    for (const [, token = ''] of body.matchAll(/\/uploads\/([\w-]+)/g)) tokens.tickets.add(token);
    for (const [, token = ''] of body.matchAll(/"token":"([\w-]+)"/g)) tokens.watch.add(token);
    return body;
  };
  const ask = (to: string, query: string, variables: object, credentials: Credentials) =>
    send(to, '/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: SECRETS.cookie, ...credentials },
      body: JSON.stringify({ query, variables }),
    });

  /** Reads and writes all that the graph knows. */
  async function roam(credentials: Credentials): Promise<void> {
    const belongings = belongingsOf(credentials);
    const { model, item, training, prediction } = belongings;
    const once = { idempotencyKey: SECRETS.idempotencyKey };
    const form = new FormData();
    const upload = `mutation ($file: File!) { uploadDataItem(input: { modelId: "${model}", file: $file }) { ... on UploadDataItemSuccess { dataItem { id ${IMAGE} } } ... on Error { message } } }`;
    form.set('operations', JSON.stringify({ query: upload, variables: { file: null } }));
    form.set('map', '{"0":["variables.file"]}');
    form.set('0', new File([await picture()], `../../${SECRETS.folder}/a.png`));
    const write = (field: string, kind: string, input: object, result: string) =>
      ask(
        field,
        `mutation ($input: ${kind}Input!) { ${field}(input: $input) { __typename ... on ${kind}Success { ${result} } ... on Error { message } } }`,
        { input },
        credentials,
      );
    const reads = [
      `{ models(first: 5) { nodes { id displayName triggerWord dataItems(first: 3) { nodes { id ${IMAGE} } } trainings(first: 3) { nodes { ${JOB} } } } } }`,
      `{ predictions(first: 3) { nodes { ${JOB} prompt images { url placeholder } models { model { displayName } } } } }`,
    ];
    const answers = await Promise.all([
      ...reads.map((query) => ask('a read with images', query, {}, credentials)),
      ask(
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
    const ids = answers.join().matchAll(/"(dataItem|model|training|prediction)":\{"id":"(\w+)"/g);
    for (const [, kind, id = ''] of ids) {
      if (kind === 'model') belongings.model = id;
      if (kind === 'dataItem') belongings.item = id;
      if (kind === 'training') belongings.training = id;
      if (kind === 'prediction') belongings.prediction = id;
    }
  }

  /** Uses every token that it was given, and broken ones. */
  async function use(): Promise<void> {
    const body = await picture({ hue: 90 });
    const jobs = [...everybody.values()].map(
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
        ...jobs.map((watch) => ask('a read with images', watch, {}, { 'x-watch-token': token })),
        ask('a watch token', '{ models { nodes { id } } }', {}, { 'x-watch-token': token }),
        send('a watch token', `/graphql?watchToken=${token}&query=%7Bmodels%7Bnodes%7Bid%7D%7D%7D`),
        send('a watch token', `/elsewhere?watchToken=${token}`),
      ]),
    ]);
  }

  /** What nobody should send. */
  async function annoy(): Promise<void> {
    const hostile: readonly Credentials[] = [
      { 'x-api-key': SECRETS.wrongKey },
      { 'x-api-key': `${SECRETS.key} ${SECRETS.key}` },
      { 'x-api-key': SECRETS.key, authorization: `Bearer ${jwt}` },
      { authorization: `Bearer ${jwt.slice(0, -2)}` },
      { authorization: `Basic ${SECRETS.key}` },
      { 'x-watch-token': SECRETS.key },
      { 'x-forwarded-for': SECRETS.key, forwarded: `for="${SECRETS.key}"` },
      { 'x-api-key': SECRETS.key, origin: 'https://pages.example' },
      // Their values are repeated to the client itself, so that it sees what came.
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
      ...hostile.map((headers) => ask('a hostile request', '{ models { nodes { id } } }', {}, headers)),
      ...broken.map((body) =>
        send('a broken request', '/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': SECRETS.key },
          body,
        }),
      ),
      send('a page', `/graphql?key=${SECRETS.key}`, { headers: { accept: 'text/html' } }),
      send('no ticket', `/uploads/${SECRETS.sealing}`, { method: 'PUT', body: 'x' }),
      send('no image', `/images/${SECRETS.sealing}`),
    ]);
  }

  /**
   * Speaks over WebSockets, also such as no client would.
   *
   * @param streamsEnd Whether a stream is waited for: while the upstream cannot be read, none ends.
   */
  async function call(streamsEnd: boolean): Promise<void> {
    const query = '{ models { nodes { displayName } } }';
    const { prediction } = belongingsOf({ 'x-api-key': SECRETS.key });
    const first = { type: 'subscribe', id: 'a', payload: { query } };
    const jobs = `subscription { jobsUpdated(ids: ["${prediction}"]) { id status ... on Prediction { images { url } } } }`;
    const opened: readonly object[] = [
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
    const conversations = [
      ...opened.map((payload) => [
        JSON.stringify({ type: 'connection_init', payload }),
        JSON.stringify(first),
        JSON.stringify({ ...first, id: 'b', payload: { query: jobs } }),
      ]),
      ...garbage.map((message) => [JSON.stringify({ type: 'connection_init', payload: opened[0] }), message]),
      ...garbage.map((message) => [message]),
    ];
    await Promise.all(
      conversations.map(async (messages) => {
        const { socket, closed } = await openSocket(url, { cookie: SECRETS.cookie });
        const over = new Set<string>();
        const enough = new Promise<void>((resolve) => {
          socket.on('message', (data) => {
            const text = String(data);
            said.push({ to: 'a socket', text });
            const { type, id }: Message = JSON.parse(text);
            if (id && (type === 'complete' || type === 'error')) over.add(id);
            if (over.has('a') && (over.has('b') || !streamsEnd)) resolve();
          });
        });
        const [opening = '', ...others] = messages;
        const answered = once(socket, 'message');
        socket.send(opening);
        await Promise.race([answered, closed]);
        for (const message of others) if (socket.readyState === socket.OPEN) socket.send(message);
        const { code, reason } = await Promise.race([closed, enough.then(() => ({ code: 0, reason: '' }))]);
        said.push({ to: 'a socket', text: `${code} ${reason}` });
        if (socket.readyState === socket.OPEN) {
          socket.close();
          await once(socket, 'close');
        }
      }),
    );
    expect(said.some(({ to }) => to === 'a socket')).toBe(true);
  }

  return { said, tokens, roam, use, annoy, call };
}
