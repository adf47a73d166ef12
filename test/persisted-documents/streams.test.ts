import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { withQuery } from '../../src/persisted-documents/socket.ts';
import { openSocket } from '../e2e/client.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';
import { hashOf, persisted } from './support.ts';

const QUERY = '{ __typename }';
const WATCH = 'subscription Watch($id: ID!) { trainingUpdated(id: $id) { status } }';
const MANIFEST = { documents: new Map([['watch', WATCH]]), mistakes: [] };

/** A gateway with a running training, and a socket over which operations may begin. */
async function start(options: StartOptions = {}) {
  const started = startGateway(options);
  const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  const id = globalId({ kind: 'Training', modelId, id: await seedTraining(started.upstream, modelId) });
  const { url } = await serverOf(started);
  const socket = await openSocket(url);
  socket.say({ type: 'connection_init' });
  await socket.hear();
  /** The first message in answer to an operation. */
  const subscribe = (name: string, payload: object) => {
    socket.say({ type: 'subscribe', id: name, payload: { ...payload, variables: { id } } });
    return socket.hear();
  };
  const stream = async (params: object) => {
    const left = new AbortController();
    const response = await started.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ ...params, variables: { id } }),
      signal: left.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!/^data: ?\{.*\n/m.test(text)) text += (await reader?.read())?.value ?? expect.fail('The stream has ended.');
    left.abort();
    return JSON.parse(/^data: ?(\{.*)$/m.exec(text)?.[1] ?? '');
  };
  return { subscribe, stream, socket };
}

const SHOWN = { data: { trainingUpdated: { status: 'QUEUED' } } };
const both = { query: WATCH, ...persisted(hashOf(WATCH)) };

describe('a WebSocket', () => {
  test.each([
    ['without a text', {}],
    ['with an empty text', { query: '' }],
  ])('subscribes by a hash %s, once its document has come with it', async (_, alone) => {
    const { subscribe } = await start();

    const unknown = await subscribe('unknown', { ...alone, ...persisted(hashOf(WATCH)) });
    const registered = await subscribe('registered', both);
    const known = await subscribe('known', { ...alone, ...persisted(hashOf(WATCH)) });

    expect(unknown).toEqual({
      type: 'error',
      id: 'unknown',
      payload: [
        {
          message: 'PersistedQueryNotFound',
          extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', retryable: false },
        },
      ],
    });
    expect([registered, known]).toMatchObject([
      { type: 'next', id: 'registered', payload: SHOWN },
      { type: 'next', id: 'known', payload: SHOWN },
    ]);
  });

  test('refuses a hash of another document, on its operation alone', async () => {
    const { subscribe } = await start();

    const refused = await subscribe('refused', { query: WATCH, ...persisted(hashOf(QUERY)) });

    expect(refused).toMatchObject({
      type: 'error',
      id: 'refused',
      payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(await subscribe('after', { query: WATCH })).toMatchObject({ type: 'next', payload: SHOWN });
  });

  test('keeps no document that does not fit the schema', async () => {
    const { subscribe } = await start();
    const query = 'subscription { nothing }';

    await subscribe('wrong', { query, ...persisted(hashOf(query)) });

    expect(await subscribe('again', persisted(hashOf(query)))).toMatchObject({
      type: 'error',
      payload: [{ message: 'PersistedQueryNotFound' }],
    });
  });

  test('with a manifest executes its documents alone, by their ids', async () => {
    const { subscribe } = await start({ documents: { manifest: MANIFEST } });

    const answers = [
      await subscribe('a', { documentId: 'watch' }),
      await subscribe('b', { query: '', doc_id: 'watch' }),
      await subscribe('c', { query: QUERY, ...persisted('watch') }),
      await subscribe('d', { query: WATCH }),
      await subscribe('e', { query: WATCH, documentId: 'other' }),
      await subscribe('f', both),
    ];

    const refused = (code: string) => ({ type: 'error', payload: [{ extensions: { code } }] });
    expect(answers).toMatchObject([
      { type: 'next', id: 'a', payload: SHOWN },
      { type: 'next', id: 'b', payload: SHOWN },
      { type: 'next', id: 'c', payload: SHOWN },
      refused('PERSISTED_QUERY_REQUIRED'),
      refused('PERSISTED_QUERY_NOT_FOUND'),
      refused('PERSISTED_QUERY_NOT_FOUND'),
    ]);
    expect(JSON.stringify(answers)).not.toContain('"http"');
  });

  test('that asks for no document at all is closed, as the protocol says', async () => {
    const { socket } = await start();

    socket.say({ type: 'subscribe', id: 'nothing', payload: {} });

    expect(await socket.closed).toMatchObject({ code: 4400 });
  });
});

describe('server-sent events', () => {
  test('are subscribed to by a hash, once its document has come with it', async () => {
    const { stream } = await start();

    const events = [await stream(persisted(hashOf(WATCH))), await stream(both), await stream(persisted(hashOf(WATCH)))];

    expect(events).toMatchObject([{ errors: [{ message: 'PersistedQueryNotFound' }] }, SHOWN, SHOWN]);
  });

  test('with a manifest are those of its documents alone', async () => {
    const { stream } = await start({ documents: { manifest: MANIFEST } });

    const events = [await stream({ documentId: 'watch' }), await stream({ query: WATCH })];

    expect(events).toMatchObject([SHOWN, { errors: [{ extensions: { code: 'PERSISTED_QUERY_REQUIRED' } }] }]);
  });
});

test('a message is changed only where graphql-ws would miss a text', () => {
  const subscribe = (payload: object) => JSON.stringify({ type: 'subscribe', id: 'a', payload });
  const untouched = [
    subscribe({ query: QUERY, documentId: 'a' }),
    subscribe({ query: 7, documentId: 'a' }),
    subscribe({ variables: { id: 'a' } }),
    JSON.stringify({ type: 'connection_init', payload: { documentId: 'a' } }),
    '{"type":"subscribe","payload":null,"documentId":"a"}',
    '{"documentId"',
    '"documentId"',
  ];

  expect(untouched.map(withQuery)).toEqual(untouched);
  expect(JSON.parse(withQuery(subscribe({ documentId: 'a', variables: { doc_id: 1 } })))).toEqual({
    type: 'subscribe',
    id: 'a',
    payload: { query: '', documentId: 'a', variables: { doc_id: 1 } },
  });
});
