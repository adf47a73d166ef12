import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { openSocket } from '../e2e/client.ts';
import { settle } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';

const ID = globalId({ kind: 'Model', id: 'm' });
const FIELD = `trainingUpdated(id: "${globalId({ kind: 'Training', modelId: 'm', id: 't' })}")`;
const MESSAGE =
  'must not use `@skip` or `@include` directives in the top level selection. Omit the whole subscription instead.';

const REJECTED: readonly [name: string, text: string, variables?: object][] = [
  ['a literal on the field', `subscription { ${FIELD} @skip(if: true) { __typename } }`],
  ['a literal that changes nothing', `subscription { ${FIELD} @include(if: true) { __typename } }`],
  ['a variable', `subscription ($show: Boolean!) { ${FIELD} @include(if: $show) { __typename } }`, { show: true }],
  [
    'a variable that excludes it',
    `subscription ($hide: Boolean!) { ${FIELD} @skip(if: $hide) { __typename } }`,
    { hide: true },
  ],
  ['a variable with a default', `subscription ($show: Boolean = true) { ${FIELD} @include(if: $show) { __typename } }`],
  ['a variable without a value', `subscription ($show: Boolean!) { ${FIELD} @include(if: $show) { __typename } }`],
  [
    'both directives',
    `subscription ($a: Boolean!) { ${FIELD} @skip(if: $a) @include(if: $a) { __typename } }`,
    { a: false },
  ],
  ['an inline fragment', `subscription { ... @include(if: true) { ${FIELD} { __typename } } }`],
  ['a typed inline fragment', `subscription { ... on Subscription @skip(if: false) { ${FIELD} { __typename } } }`],
  [
    'a field within an inline fragment',
    `subscription { ... { ... on Subscription { ${FIELD} @skip(if: false) { __typename } } } }`,
  ],
  [
    'a fragment spread',
    `subscription { ...F @include(if: true) } fragment F on Subscription { ${FIELD} { __typename } }`,
  ],
  [
    'a field within a fragment',
    `subscription { ...F } fragment F on Subscription { ${FIELD} @include(if: true) { __typename } }`,
  ],
  [
    'a field within nested fragments',
    `subscription ($show: Boolean!) { ...F } fragment F on Subscription { ...G } fragment G on Subscription { ... { ${FIELD} @include(if: $show) { __typename } } }`,
    { show: true },
  ],
  [
    'one of two fields',
    `subscription { ${FIELD} @skip(if: true) { __typename } modelTrainings: ${FIELD} { __typename } }`,
  ],
  ['a named one', `subscription Watch { ${FIELD} @skip(if: true) { __typename } }`],
];

const post = (query: string, variables: object = {}, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ query, variables }),
});

const errorFor = (text: string) => {
  const name = /subscription (\w+)/.exec(text)?.[1];
  return {
    message: `${name ? `Subscription "${name}"` : 'Anonymous Subscription'} ${MESSAGE}`,
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', retryable: false },
  };
};

describe('a condition on the root field of a subscription', () => {
  test.each(REJECTED)('%s is rejected over HTTP', async (_, text, variables) => {
    const { fetch, logLines } = startGateway();
    const response = await fetch('/graphql', post(text, variables, { accept: 'application/graphql-response+json' }));

    expect(await response.json()).toMatchObject({ errors: [errorFor(text)] });
    expect(response.status).toBe(400);
    expect(logLines.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  test.each(REJECTED)('%s is rejected over a WebSocket', async (_, text, variables) => {
    const { url } = await serverOf(startGateway());
    const conversation = await openSocket(url);
    conversation.send({ type: 'connection_init' });
    await conversation.receive();
    conversation.send({ type: 'subscribe', id: '1', payload: { query: text, variables } });

    expect(await conversation.receive()).toMatchObject({ type: 'error', id: '1', payload: [errorFor(text)] });
  });

  test('a condition is rejected over server-sent events', async () => {
    const [, text] = REJECTED[0] ?? [];
    const { fetch } = startGateway();
    const response = await fetch('/graphql', post(text ?? '', {}, { accept: 'text/event-stream' }));

    expect(await response.text()).toContain(MESSAGE);
  });

  test('a condition is rejected in a persisted document', async () => {
    const [, query = ''] = REJECTED[2] ?? [];
    const { fetch } = startGateway();
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const body = JSON.stringify({
      query,
      variables: { show: true },
      extensions: { persistedQuery: { version: 1, sha256Hash } },
    });
    const response = await fetch('/graphql', { ...post(''), body });

    expect(await response.json()).toMatchObject({ errors: [errorFor(query)] });
  });

  test('a condition in a manifest prevents the gateway from starting', () => {
    const [, text = ''] = REJECTED[4] ?? [];

    expect(() =>
      startGateway({ documents: { automatic: false, manifest: { documents: new Map([['a', text]]), mistakes: [] } } }),
    ).toThrow(MESSAGE);
  });

  test('one error is reported for each subscription of a document, whichever operation is selected', async () => {
    const { fetch } = startGateway();
    const text = `subscription A { ${FIELD} @skip(if: true) @include(if: true) { __typename } } subscription B { ${FIELD} { __typename } } subscription C { ... @skip(if: true) { ${FIELD} { __typename } } }`;

    const body = JSON.stringify({ query: text, operationName: 'B' });
    const response = await fetch('/graphql', { ...post(''), body });
    const { errors } = await response.json();

    expect(errors.map(({ message }: Error) => message)).toEqual(
      ['A', 'C'].map((name) => `Subscription "${name}" ${MESSAGE}`),
    );
  });
});

describe('conditions elsewhere', () => {
  test('a condition below the root field of a subscription is accepted', async () => {
    const { fetch } = startGateway();
    const abortController = new AbortController();
    const text = `subscription ($show: Boolean!) { ${FIELD} { __typename ... @include(if: $show) { __typename } } }`;
    const response = await fetch('/graphql', {
      ...post(text, { show: true }, { accept: 'text/event-stream' }),
      signal: abortController.signal,
    });
    const read = response.body?.getReader().read();
    await settle();
    abortController.abort();

    expect(new TextDecoder().decode((await read)?.value)).not.toContain(MESSAGE);
  });

  test('a condition on a root field of a query is accepted', async () => {
    const { query } = startGateway();
    const text = `query Q($show: Boolean!) { model(id: "${ID}") @include(if: $show) { id } }`;

    expect(await query(text, { show: false })).toEqual({ data: {} });
  });

  test.each([
    ['two root fields', `subscription { ${FIELD} { __typename } b: ${FIELD} { __typename } }`, 'must select only one'],
    ['introspection', 'subscription { __typename }', 'must not select an introspection'],
  ])('%s at the root of a subscription is rejected by the other rules', async (_, text, message) => {
    const { query } = startGateway();

    expect((await query(text)).errors).toMatchObject([{ message: expect.stringContaining(message) }]);
  });

  test('a fragment that spreads itself is reported as such', async () => {
    const { query } = startGateway();
    const text = `subscription { ...F } fragment F on Subscription { ...F ${FIELD} { __typename } }`;

    expect((await query(text)).errors).toMatchObject([
      { message: expect.stringContaining('Cannot spread fragment "F" within itself') },
    ]);
  });
});
