import { beforeEach, describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { type Conversation, openSocket } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';

interface Held {
  readonly request: Request;
  /** Passes it on to the upstream. */
  answer: () => void;
  /** Answers it with a status. */
  fail: (status: number) => void;
}

/** A gateway on a port, whose upstream holds back requests of these methods until a test answers them. */
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
          answer: () => resolve(upstream(copy)),
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

async function openConversation(url: string): Promise<Conversation> {
  const conversation = await openSocket(url);
  conversation.say({ type: 'connection_init' });
  expect(await conversation.hear()).toEqual({ type: 'connection_ack' });
  return conversation;
}

const subscribe = ({ say }: Conversation, id: string, query: string, variables: object = {}) =>
  say({ type: 'subscribe', id, payload: { query, variables } });

describe('a response that is null already', () => {
  const query =
    'query ($id: ID!) { model(id: $id) { displayName } predictions { nodes { id } } models { nodes { id } } }';

  test('is sent at once, and the reads that are under way are aborted', async () => {
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

  test('leaves a read alone that another operation shares', async () => {
    const { url, held } = await startHeld(['GET']);
    const response = send(url, '{ predictions { nodes { id } } models { nodes { displayName } } }');
    await until(() => held.length === 2);
    const other = send(url, MODELS);
    await settle();
    held.find(({ request }) => request.url.includes('predictions'))?.fail(403);
    await response;
    await settle();
    const shared = held.find(({ request }) => request.url.includes('models'));
    shared?.answer();

    expect(await other).toEqual({ data: { models: { nodes: [] } } });
    expect(held.filter(isAborted)).toEqual([]);
  });

  test.each([
    ['{ models { nodes { id } } many: predictions(first: 101) { nodes { id } } }', 'many'],
    ['{ many: predictions(first: 101) { nodes { id } } models { nodes { id } } }', 'many'],
    ['{ models { nodes { id } } many: models(first: -1) { nodes { id } } }', 'many'],
  ])('reports the mistake of the client, not the failure of the upstream: %s', async (mistaken, path) => {
    const { query: ask } = startGateway({
      upstream: { retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 } },
      transport: async () => new Response(null, { status: 429, headers: { 'retry-after': '60' } }),
    });

    expect(await ask(mistaken)).toMatchObject({
      data: null,
      errors: [{ path: [path], extensions: { code: 'BAD_USER_INPUT', retryable: false } }],
    });
  });
});

test('a mistake of the client is reported before failures that may pass', async () => {
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
  let conversation: Conversation;
  beforeEach(async () => {
    started = await startHeld(['GET', 'POST']);
    conversation = await openConversation(started.url);
  });

  test('aborts the reads of a query, and nothing of it is sent', async () => {
    const { held, clock } = started;
    subscribe(conversation, '1', MODELS);
    await until(() => held.length === 1);
    conversation.say({ type: 'complete', id: '1' });
    await until(() => held.every(isAborted));

    expect(clock.waits()).toEqual([]);
    subscribe(conversation, '1', '{ __typename }');
    expect(await conversation.hear()).toMatchObject({
      type: 'next',
      id: '1',
      payload: { data: { __typename: 'Query' } },
    });
    expect(await conversation.hear()).toEqual({ type: 'complete', id: '1' });
  });

  test('leaves other operations of the socket alone, those that share its reads too', async () => {
    const { held } = started;
    subscribe(conversation, '1', MODELS);
    subscribe(conversation, '2', MODELS);
    subscribe(conversation, '3', '{ predictions { nodes { id } } }');
    await until(() => held.length === 2);
    conversation.say({ type: 'complete', id: '1' });
    await settle();
    expect(held.filter(isAborted)).toEqual([]);
    for (const { answer } of held) answer();

    const messages = [
      await conversation.hear(),
      await conversation.hear(),
      await conversation.hear(),
      await conversation.hear(),
    ];
    expect(messages.map(({ id, type }) => `${id} ${type}`).toSorted()).toEqual([
      '2 complete',
      '2 next',
      '3 complete',
      '3 next',
    ]);
  });

  test('does not start the remaining root fields of a mutation; the one that runs goes on', async () => {
    const { held } = started;
    subscribe(conversation, '1', CREATE_TWO);
    await until(() => held.length === 1);
    conversation.say({ type: 'complete', id: '1' });
    await settle();
    expect(held.filter(isAborted)).toEqual([]);
    held[0]?.answer();
    await settle();

    expect(started.requests.map(({ operation }) => operation)).toEqual(['createModel']);
    expect(held).toHaveLength(1);
  });

  test('that comes with the operation in one breath keeps it from starting', async () => {
    const { held } = started;
    subscribe(conversation, '1', CREATE_TWO);
    conversation.say({ type: 'complete', id: '1' });
    subscribe(conversation, '2', '{ __typename }');
    expect(await conversation.hear()).toMatchObject({ type: 'next', id: '2' });
    await settle();

    expect(held).toEqual([]);
  });
});

describe('a client that disconnects during a mutation', () => {
  test.each(['HTTP', 'a WebSocket'])('over %s ends it behind the root field that runs', async (transport) => {
    const { url, held, requests, logLines } = await startHeld(['POST']);
    const leaving = new AbortController();
    if (transport === 'HTTP') void send(url, CREATE_TWO, { signal: leaving.signal }).catch(() => {});
    else {
      const conversation = await openConversation(url);
      subscribe(conversation, '1', CREATE_TWO);
      leaving.signal.addEventListener('abort', () => conversation.socket.terminate());
    }
    await until(() => held.length === 1);
    leaving.abort();
    await settle(50);
    expect(held.filter(isAborted)).toEqual([]);
    held[0]?.answer();
    await settle(50);

    expect(requests.map(({ operation }) => operation)).toEqual(['createModel']);
    expect(held).toHaveLength(1);
    expect(logLines.filter((line) => line.includes('"level":50'))).toEqual([]);
  });
});

test('every root field of a mutation runs for a client that stays', async () => {
  const { query } = startGateway();

  expect(await query(CREATE_TWO)).toEqual({
    data: { a: { model: { displayName: 'A' } }, b: { model: { displayName: 'B' } } },
  });
});
