import { beforeEach, describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { openSocket, type ProtocolClient } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';

interface Held {
  readonly request: Request;
  /** Forwards the request to the upstream. */
  forward: () => void;
  /** Responds with an error status. */
  fail: (status: number) => void;
}

/** Starts a gateway on a port. Holds its upstream requests with these methods until the test forwards or fails them. */
async function startHeld(methods: readonly string[]) {
  const held: Held[] = [];
  const started = startGateway({
    upstream: { retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 } },
    transport: (request, upstream) => {
      if (!methods.includes(request.method)) return upstream(request);
      return new Promise((resolve, reject) => {
        const copy = request.clone();
        held.push({
          request,
          forward: () => resolve(upstream(copy)),
          fail: (status) => resolve(new Response(null, { status })),
        });
        request.signal.addEventListener('abort', () => reject(request.signal.reason));
      });
    },
  });
  const { url } = await serverOf(started);
  return { ...started, url, held };
}

const isAborted = ({ request }: Held) => request.signal.aborted;
const MODEL = { id: globalId({ kind: 'Model', id: 'm' }) };
const MODELS = '{ models { nodes { displayName } } }';
const CREATE_TWO = `mutation {
  a: createModel(input: { displayName: "A" }) { ... on CreateModelSuccess { model { displayName } } }
  b: createModel(input: { displayName: "B" }) { ... on CreateModelSuccess { model { displayName } } }
}`;

const send = (
  url: string,
  query: string,
  { variables = {}, signal }: { variables?: object; signal?: AbortSignal } = {},
) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
    ...(signal && { signal }),
  }).then((response) => response.json());

async function openConversation(url: string): Promise<ProtocolClient> {
  const conversation = await openSocket(url);
  conversation.send({ type: 'connection_init' });
  expect(await conversation.receive()).toEqual({ type: 'connection_ack' });
  return conversation;
}

const subscribe = ({ send: say }: ProtocolClient, id: string, query: string, variables: object = {}) =>
  say({ type: 'subscribe', id, payload: { query, variables } });

describe('a response whose data is already null', () => {
  const query =
    'query ($id: ID!) { model(id: $id) { displayName } predictions { nodes { id } } models { nodes { id } } }';

  test('a response whose data is already null is sent at once, and the pending reads are aborted', async () => {
    const { url, held, clock } = await startHeld(['GET']);
    const response = send(url, query, { variables: MODEL });
    await until(() => held.length === 3);
    held.find(({ request }) => request.url.includes('predictions'))?.fail(403);

    expect(await response).toMatchObject({
      data: null,
      errors: [{ path: ['predictions'], extensions: { code: 'FORBIDDEN' } }],
    });
    await until(() => held.filter(isAborted).length === 2);
    expect(clock.waits()).toEqual([]);
  });

  test('a read that another operation shares is not aborted', async () => {
    const { url, held } = await startHeld(['GET']);
    const response = send(url, '{ predictions { nodes { id } } models { nodes { displayName } } }');
    await until(() => held.length === 2);
    const other = send(url, MODELS);
    await settle();
    held.find(({ request }) => request.url.includes('predictions'))?.fail(403);
    await response;
    await settle();
    const shared = held.find(({ request }) => request.url.includes('models'));
    shared?.forward();

    expect(await other).toEqual({ data: { models: { nodes: [] } } });
    expect(held.filter(isAborted)).toEqual([]);
  });

  test.each([
    ['{ models { nodes { id } } many: predictions(first: 101) { nodes { id } } }', 'many'],
    ['{ many: predictions(first: 101) { nodes { id } } models { nodes { id } } }', 'many'],
    ['{ models { nodes { id } } many: models(first: -1) { nodes { id } } }', 'many'],
  ])('the response reports the client error, not the upstream failure: %s', async (invalid, path) => {
    const { query } = startGateway({
      upstream: { retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 } },
      transport: async () => new Response(null, { status: 429, headers: { 'retry-after': '60' } }),
    });

    expect(await query(invalid)).toMatchObject({
      data: null,
      errors: [{ path: [path], extensions: { code: 'BAD_USER_INPUT', retryable: false } }],
    });
  });
});

test('client errors are reported before retryable failures', async () => {
  const { query } = startGateway({
    upstream: { retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 } },
    transport: async () => new Response(null, { status: 503 }),
  });
  const { errors } = await query(
    'query ($id: ID!) { a: model(id: $id) { displayName } b: model(id: "?") { displayName } c: node(id: "?") { id } }',
    MODEL,
  );

  expect(errors?.map(({ extensions }) => extensions.retryable)).toEqual(
    errors?.map(({ extensions }) => extensions.retryable).toSorted(),
  );
  expect(errors?.at(-1)?.extensions).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
});

describe('`complete` of an operation over a WebSocket', () => {
  let started: Awaited<ReturnType<typeof startHeld>>;
  let conversation: ProtocolClient;
  beforeEach(async () => {
    started = await startHeld(['GET', 'POST']);
    conversation = await openConversation(started.url);
  });

  test('`complete` aborts the reads of a query, and no result is sent', async () => {
    const { held, clock } = started;
    subscribe(conversation, '1', MODELS);
    await until(() => held.length === 1);
    conversation.send({ type: 'complete', id: '1' });
    await until(() => held.every(isAborted));

    expect(clock.waits()).toEqual([]);
    subscribe(conversation, '1', '{ __typename }');
    expect(await conversation.receive()).toMatchObject({
      type: 'next',
      id: '1',
      payload: { data: { __typename: 'Query' } },
    });
    expect(await conversation.receive()).toEqual({ type: 'complete', id: '1' });
  });

  test('`complete` does not affect other operations of the socket, even if they share its reads', async () => {
    const { held } = started;
    subscribe(conversation, '1', MODELS);
    subscribe(conversation, '2', MODELS);
    subscribe(conversation, '3', '{ predictions { nodes { id } } }');
    await until(() => held.length === 2);
    conversation.send({ type: 'complete', id: '1' });
    await settle();
    expect(held.filter(isAborted)).toEqual([]);
    for (const { forward } of held) forward();

    const messages = [
      await conversation.receive(),
      await conversation.receive(),
      await conversation.receive(),
      await conversation.receive(),
    ];
    expect(messages.map(({ id, type }) => `${id} ${type}`).toSorted()).toEqual([
      '2 complete',
      '2 next',
      '3 complete',
      '3 next',
    ]);
  });

  test('after `complete`, the running root field of a mutation continues, and no further one starts', async () => {
    const { held } = started;
    subscribe(conversation, '1', CREATE_TWO);
    await until(() => held.length === 1);
    conversation.send({ type: 'complete', id: '1' });
    await settle();
    expect(held.filter(isAborted)).toEqual([]);
    held[0]?.forward();
    await settle();

    expect(started.requests.map(({ operation }) => operation)).toEqual(['createModel']);
    expect(held).toHaveLength(1);
  });

  test('`complete` directly after `subscribe` prevents the operation from starting', async () => {
    const { held } = started;
    subscribe(conversation, '1', CREATE_TWO);
    conversation.send({ type: 'complete', id: '1' });
    subscribe(conversation, '2', '{ __typename }');
    expect(await conversation.receive()).toMatchObject({ type: 'next', id: '2' });
    await settle();

    expect(held).toEqual([]);
  });
});

describe('a disconnect during a mutation', () => {
  test.each(['HTTP', 'a WebSocket'])(
    'a disconnect over %s ends a mutation after its running root field',
    async (transport) => {
      const { url, held, requests, logLines } = await startHeld(['POST']);
      const abortController = new AbortController();
      if (transport === 'HTTP') void send(url, CREATE_TWO, { signal: abortController.signal }).catch(() => {});
      else {
        const conversation = await openConversation(url);
        subscribe(conversation, '1', CREATE_TWO);
        abortController.signal.addEventListener('abort', () => conversation.socket.terminate());
      }
      await until(() => held.length === 1);
      abortController.abort();
      await settle(50);
      expect(held.filter(isAborted)).toEqual([]);
      held[0]?.forward();
      await settle(50);

      expect(requests.map(({ operation }) => operation)).toEqual(['createModel']);
      expect(held).toHaveLength(1);
      expect(logLines.filter((line) => line.includes('"level":50'))).toEqual([]);
    },
  );
});

test('every root field of a mutation runs while the client is connected', async () => {
  const { query } = startGateway();

  expect(await query(CREATE_TWO)).toEqual({
    data: { a: { model: { displayName: 'A' } }, b: { model: { displayName: 'B' } } },
  });
});
