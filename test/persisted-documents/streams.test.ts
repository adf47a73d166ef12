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

/** Starts a gateway with a running training, and opens a WebSocket with an acknowledged connection. */
async function start(options: StartOptions = {}) {
  const started = startGateway(options);
  const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  const id = globalId({ kind: 'Training', modelId, id: await seedTraining(started.upstream, modelId) });
  const { url } = await serverOf(started);
  const socket = await openSocket(url);
  socket.send({ type: 'connection_init' });
  await socket.receive();
  /** Sends an operation and resolves with the next message on the socket. */
  const subscribe = (name: string, payload: object) => {
    socket.send({ type: 'subscribe', id: name, payload: { ...payload, variables: { id } } });
    return socket.receive();
  };
  const stream = async (params: object) => {
    const abortController = new AbortController();
    const response = await started.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ ...params, variables: { id } }),
      signal: abortController.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!/^data: ?\{.*\n/m.test(text)) text += (await reader?.read())?.value ?? expect.fail('The stream has ended.');
    abortController.abort();
    return JSON.parse(/^data: ?(\{.*)$/m.exec(text)?.[1] ?? '');
  };
  return { subscribe, stream, socket };
}

const SHOWN = { data: { trainingUpdated: { status: 'QUEUED' } } };
const both = { query: WATCH, ...persisted(hashOf(WATCH)) };

describe('persisted documents over a WebSocket', () => {
  test.each([
    ['without `query`', {}],
    ['with an empty `query`', { query: '' }],
  ])('a subscription by hash, %s, starts after the hash was sent together with its document', async (_, alone) => {
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
          extensions: {
            code: 'PERSISTED_QUERY_NOT_FOUND',
            retryable: false,
            help: 'graphql/errors#persisted_query_not_found',
          },
        },
      ],
    });
    expect([registered, known]).toMatchObject([
      { type: 'next', id: 'registered', payload: SHOWN },
      { type: 'next', id: 'known', payload: SHOWN },
    ]);
  });

  test('the hash of another document is rejected with an error of its operation alone', async () => {
    const { subscribe } = await start();

    const rejected = await subscribe('rejected', { query: WATCH, ...persisted(hashOf(QUERY)) });

    expect(rejected).toMatchObject({
      type: 'error',
      id: 'rejected',
      payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(await subscribe('after', { query: WATCH })).toMatchObject({ type: 'next', payload: SHOWN });
  });

  test('an invalid document is not cached', async () => {
    const { subscribe } = await start();
    const query = 'subscription { nothing }';

    await subscribe('wrong', { query, ...persisted(hashOf(query)) });

    expect(await subscribe('again', persisted(hashOf(query)))).toMatchObject({
      type: 'error',
      payload: [{ message: 'PersistedQueryNotFound' }],
    });
  });

  test('with a manifest, only its documents are executed, by their ids', async () => {
    const { subscribe } = await start({ documents: { manifest: MANIFEST } });

    const messages = [
      await subscribe('a', { documentId: 'watch' }),
      await subscribe('b', { query: '', doc_id: 'watch' }),
      await subscribe('c', { query: QUERY, ...persisted('watch') }),
      await subscribe('d', { query: WATCH }),
      await subscribe('e', { query: WATCH, documentId: 'other' }),
      await subscribe('f', both),
    ];

    const errorWith = (code: string) => ({ type: 'error', payload: [{ extensions: { code } }] });
    expect(messages).toMatchObject([
      { type: 'next', id: 'a', payload: SHOWN },
      { type: 'next', id: 'b', payload: SHOWN },
      { type: 'next', id: 'c', payload: SHOWN },
      errorWith('PERSISTED_QUERY_REQUIRED'),
      errorWith('PERSISTED_QUERY_NOT_FOUND'),
      errorWith('PERSISTED_QUERY_NOT_FOUND'),
    ]);
    expect(JSON.stringify(messages)).not.toContain('"http"');
  });

  test('a message without a document or an id closes the socket, as the protocol requires', async () => {
    const { socket } = await start();

    socket.send({ type: 'subscribe', id: 'nothing', payload: {} });

    expect(await socket.closed).toMatchObject({ code: 4400 });
  });
});

describe('persisted documents over server-sent events', () => {
  test('a stream by hash starts after the hash was sent together with its document', async () => {
    const { stream } = await start();

    const events = [await stream(persisted(hashOf(WATCH))), await stream(both), await stream(persisted(hashOf(WATCH)))];

    expect(events).toMatchObject([{ errors: [{ message: 'PersistedQueryNotFound' }] }, SHOWN, SHOWN]);
  });

  test('with a manifest, only streams of its documents are opened', async () => {
    const { stream } = await start({ documents: { manifest: MANIFEST } });

    const events = [await stream({ documentId: 'watch' }), await stream({ query: WATCH })];

    expect(events).toMatchObject([SHOWN, { errors: [{ extensions: { code: 'PERSISTED_QUERY_REQUIRED' } }] }]);
  });
});

test('a message is changed only if graphql-ws would require a `query`', () => {
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
