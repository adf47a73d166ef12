import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openSocket } from '../e2e/client.ts';
import { settle } from '../support/clock.ts';
import { acknowledged, expectAnswers, listen } from './support.ts';

/** Timeout for `connection_init`, in milliseconds. */
const INIT_WAIT = 3_000;

const QUERY = { query: '{ __typename }' };
const WATCH = { query: 'subscription { trainingsUpdated(modelId: "TW9kZWw6YQ") { status } }' };
const CREATE = { query: 'mutation { createModel(input: { displayName: "Coats" }) { __typename } }' };

/** A list in a list, and so on. */
const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('protocol violations', () => {
  test.each([
    ['no JSON', '{"type":'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['no type', '{"id":"a"}'],
    ['a type that is no string', '{"type":1}'],
    ['an unknown type', '{"type":"start","id":"a","payload":{"query":"{__typename}"}}'],
    ['a type that is a property of every object', '{"type":"constructor"}'],
    ['an init whose payload is a list', '{"type":"connection_init","payload":[]}'],
    ['no id', '{"type":"subscribe","payload":{"query":"{__typename}"}}'],
    ['an empty id', '{"type":"subscribe","id":"","payload":{"query":"{__typename}"}}'],
    ['an id that is no string', '{"type":"subscribe","id":1,"payload":{"query":"{__typename}"}}'],
    ['no payload', '{"type":"subscribe","id":"a"}'],
    ['no query', '{"type":"subscribe","id":"a","payload":{}}'],
    ['a query that is no string', '{"type":"subscribe","id":"a","payload":{"query":{}}}'],
    ['variables that are a list', '{"type":"subscribe","id":"a","payload":{"query":"{__typename}","variables":[]}}'],
    ['a name that is no string', '{"type":"subscribe","id":"a","payload":{"query":"{__typename}","operationName":1}}'],
    ['a result, which only servers send', '{"type":"next","id":"a","payload":{}}'],
    ['an error, which only servers send', '{"type":"error","id":"a","payload":[{"message":"x"}]}'],
    ['an acknowledgement, which only servers send', '{"type":"connection_ack"}'],
  ])('a message that violates the protocol closes the socket with 4400: %s', async (_, text) => {
    const { url } = await listen();
    const { socket, closed } = await acknowledged(url);

    socket.send(text);

    expect(await closed).toEqual({ code: 4400, reason: 'Invalid message received' });
  });

  test('messages after a protocol violation are ignored', async () => {
    const { url, takeRequests } = await listen();
    const { socket, send: say, closed } = await acknowledged(url);

    socket.send('nonsense');
    say({ type: 'subscribe', id: 'create', payload: CREATE });
    expect(await closed).toMatchObject({ code: 4400 });
    await settle();

    expect(takeRequests()).toEqual([]);
  });
});

describe('close codes', () => {
  test('a socket is closed with 4401 for an operation before connection_ack', async () => {
    const { url } = await listen();
    const { send: say, closed } = await openSocket(url);

    say({ type: 'subscribe', id: 'a', payload: QUERY });

    expect(await closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  test('a socket is closed with 4406 if it offers no subprotocol', async () => {
    const { url } = await listen();

    const { closed } = await openSocket(url, {}, { protocols: [] });

    expect(await closed).toEqual({ code: 4406, reason: 'Subprotocol not acceptable' });
  });

  test.each([
    ['a list', []],
    ['an object', {}],
    ['a boolean', true],
    ['an object that cannot be converted', { toString: 1 }],
  ])('a socket is closed with 4400 if its API key is %s', async (_, apiKey) => {
    const { url } = await listen();
    const { send: say, closed } = await openSocket(url);

    say({ type: 'connection_init', payload: { apiKey } });

    expect(await closed).toEqual({ code: 4400, reason: expect.stringContaining('`apiKey` in connectionParams') });
  });

  test('a socket is closed with 4408 if connection_init does not arrive in time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { url } = await listen();
    const { socket, send: say, receive: hear, closed } = await openSocket(url);

    vi.advanceTimersByTime(INIT_WAIT - 1);
    say({ type: 'ping' });
    expect(await hear()).toEqual({ type: 'pong' });
    expect(socket.readyState).toBe(socket.OPEN);
    vi.advanceTimersByTime(1);

    expect(await closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  test('a socket is closed with 4409 for a second operation with the same id', async () => {
    const { url } = await listen();
    const { send: say, closed } = await acknowledged(url);

    say({ type: 'subscribe', id: 'a', payload: WATCH });
    say({ type: 'subscribe', id: 'a', payload: WATCH });

    expect(await closed).toEqual({ code: 4409, reason: 'Subscriber for a already exists' });
  });

  test('a socket is closed with 4429 for a second connection_init', async () => {
    const { url } = await listen();
    const { send: say, closed } = await acknowledged(url);

    say({ type: 'connection_init' });

    expect(await closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
  });

  test.each([
    ['the payload of a ping', `{"type":"ping","payload":{"a":${deep(20_000)}}}`],
    ['variables', `{"id":"a","type":"subscribe","payload":{"documentId":"a","variables":{"a":${deep(20_000)}}}}`],
  ])('a socket is closed with 4400 for a message that is nested too deeply: %s', async (_, message) => {
    const { url } = await listen();
    const { socket, closed } = await acknowledged(url);

    socket.send(message);

    expect(await closed).toMatchObject({ code: 4400 });
  });

  test('a socket is closed with 1007 for text that is not UTF-8', async () => {
    const { url } = await listen();
    const { socket, closed } = await acknowledged(url);

    socket.send(Buffer.from([0xff, 0xfe]), { binary: false });

    expect(await closed).toEqual({ code: 1007, reason: expect.stringContaining('UTF-8') });
  });
});

describe('operations that cannot be executed', () => {
  test.each([
    ['no GraphQL', { query: '{' }, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown operation', { ...QUERY, operationName: 'Unknown' }, 'BAD_USER_INPUT'],
    ['two operations and no name', { query: 'query A { __typename } query B { __typename }' }, 'BAD_USER_INPUT'],
    ['no operation at all', { query: 'fragment A on Query { __typename }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing variable', { query: 'query ($id: ID!) { node(id: $id) { id } }' }, 'BAD_USER_INPUT'],
    ['a subscription to nothing', { query: 'subscription { nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ])(
    'an operation that cannot be executed gets an error with a code, and the socket stays open: %s',
    async (_, payload, code) => {
      const { url } = await listen();
      const conversation = await acknowledged(url);

      conversation.send({ type: 'subscribe', id: 'a', payload });

      expect(await conversation.receive()).toMatchObject({
        type: 'error',
        id: 'a',
        payload: [{ message: expect.any(String), extensions: { code, retryable: false } }],
      });
      await expectAnswers(conversation);
    },
  );
});
