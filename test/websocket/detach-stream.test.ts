import { once } from 'node:events';
import { buildSchema, GraphQLError, parse } from 'graphql';
import { type Context, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import { expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { DONE, Stream } from '../../src/util/async-iterators.ts';
import { detachStream, type HandledMessage, observeMessages } from '../../src/websocket/detach-stream.ts';
import { openSocket } from '../e2e/client.ts';
import { settle } from '../support/clock.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { listen } from './support.ts';

const schema = buildSchema('type Query { a: Int } type Subscription { a: Int }');

/** A socket of graphql-ws on which every operation is a detached stream, which the test ends. */
async function open() {
  const sent: unknown[] = [];
  const closed: unknown[] = [];
  const streams: { end: () => void; fail: (error: unknown) => void; isClosed: boolean }[] = [];
  let message: HandledMessage = {};
  let operations: Context['subscriptions'] = {};
  let handle = async (_text: string): Promise<void> => {};
  const send = (text: string) => void sent.push(JSON.parse(text));
  const startStream = () => {
    const state = { end: () => {}, fail: (_: unknown) => {}, isClosed: false };
    streams.push(state);
    return new Stream<never>(
      () =>
        new Promise((resolve, reject) => {
          state.end = () => resolve(DONE);
          state.fail = reject;
        }),
      () => {
        state.isClosed = true;
        state.end();
      },
    );
  };
  const server = makeServer({
    onSubscribe: (_, _id, { query }) => ({ schema, document: parse(query), contextValue: message }),
    subscribe: startStream,
    onOperation({ subscriptions }, id, _payload, args, stream) {
      operations = subscriptions;
      const toPayload = (error: unknown) => [{ message: (error as Error).message }];
      const subscribeMessage = args.contextValue as HandledMessage;
      return detachStream(stream as Stream<never>, {
        operations: subscriptions,
        id,
        message: subscribeMessage,
        send,
        toPayload,
        isStopping: () => false,
      });
    },
  });
  const socket = {
    protocol: GRAPHQL_TRANSPORT_WS_PROTOCOL,
    send,
    close: (code: number) => void closed.push(code),
    onMessage(given: typeof handle) {
      handle = given;
    },
  };
  const observed = observeMessages(socket, (begun) => {
    message = begun;
    return true;
  });
  server.opened(observed, {});
  const receive = (content: object) => handle(JSON.stringify(content));
  await receive({ type: 'connection_init' });
  sent.length = 0;
  const subscribe = (id: string) => receive({ type: 'subscribe', id, payload: { query: 'subscription { a }' } });
  return { sent, closed, streams, subscribe, receive, ids: () => Object.keys(operations) };
}

test('the `subscribe` message of an open stream is handled at once, and the stream stays open', async () => {
  const { sent, streams, subscribe, ids } = await open();

  await subscribe('a');

  expect(ids()).toEqual(['a']);
  expect(sent).toEqual([]);
  expect(streams).toMatchObject([{ isClosed: false }]);
});

test('a second operation with the id of an open stream closes the socket', async () => {
  const { closed, subscribe } = await open();
  await subscribe('a');

  await subscribe('a');

  expect(closed).toEqual([4409]);
});

test('a stream that ends is completed once, and its id is free again', async () => {
  const { sent, streams, subscribe, ids } = await open();
  await subscribe('a');

  streams[0]?.end();
  await settle();

  expect(sent).toEqual([{ id: 'a', type: 'complete' }]);
  expect(ids()).toEqual([]);
  await subscribe('a');
  expect(ids()).toEqual(['a']);
});

test('a stream that fails sends its error, and no `complete`', async () => {
  const { sent, streams, subscribe, ids } = await open();
  await subscribe('a');

  streams[0]?.fail(new GraphQLError('it broke'));
  await settle();

  expect(sent).toEqual([{ id: 'a', type: 'error', payload: [{ message: 'it broke' }] }]);
  expect(ids()).toEqual([]);
});

test('`complete` closes the stream without a response, and does not end a later one with the same id', async () => {
  const { sent, streams, subscribe, receive, ids } = await open();
  await subscribe('a');

  const completed = receive({ type: 'complete', id: 'a' });
  const subscribed = subscribe('a');
  await Promise.all([completed, subscribed]);
  await settle();

  expect(streams).toMatchObject([{ isClosed: true }, { isClosed: false }]);
  expect(ids()).toEqual(['a']);
  expect(sent).toEqual([]);
});

test('messages that arrive together with a `subscribe` message find its operation open', async () => {
  const { url, upstream } = await listen();
  const { id: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });
  const id = globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });
  const payload = { query: 'subscription ($id: ID!) { trainingUpdated(id: $id) { status } }', variables: { id } };
  const client = await openSocket(url);
  client.send({ type: 'connection_init' });
  await client.receive();
  client.send({ type: 'subscribe', id: 'a', payload });
  expect(await client.receive()).toMatchObject({ id: 'a', type: 'next' });
  const closed = once(client.socket, 'close');

  client.send({ type: 'complete', id: 'a' });
  client.send({ type: 'subscribe', id: 'a', payload });
  client.send({ type: 'subscribe', id: 'a', payload });

  expect((await closed)[0]).toBe(4409);
});
