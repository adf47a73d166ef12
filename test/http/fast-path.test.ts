import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';
import { bothPaths } from './both-paths.ts';
import type { RawRequest } from './raw.ts';

const json = 'content-type: application/json';
const post = (body: object, ...headers: string[]): RawRequest => ({
  body: JSON.stringify(body),
  headers: [json, ...headers],
});
const MODELS = '{ models { nodes { id displayName } } }';
const TWO = 'query A { __typename } query B { models(first: 1) { nodes { displayName } } }';

describe('both paths', () => {
  test.each<[what: string, request: RawRequest, isFast?: boolean]>([
    ['a query', post({ query: MODELS }), true],
    ['a query that needs no key', post({ query: '{ __typename }' }), true],
    ['one of several operations', post({ query: TWO, operationName: 'B' }), true],
    [
      'a client that accepts application/graphql-response+json',
      post({ query: MODELS }, 'accept: application/graphql-response+json'),
      true,
    ],
    [
      'a client that accepts both media types',
      post({ query: MODELS }, 'accept: application/graphql-response+json, application/json;q=0.9'),
      true,
    ],
    ['a client that accepts everything', post({ query: MODELS }, 'accept: */*'), true],
    ['a client that accepts none of the media types', post({ query: MODELS }, 'accept: image/png')],
    ['a client that accepts events only', post({ query: MODELS }, 'accept: text/event-stream')],
    ['a page of this machine', post({ query: MODELS }, 'origin: http://localhost:5173'), true],
    ['a page of an allowed origin', post({ query: MODELS }, 'origin: https://app.example.com'), true],
    ['a page of another origin', post({ query: MODELS }, 'origin: https://evil.example'), true],
    ['x-explain: cost', post({ query: MODELS }, 'x-explain: cost'), true],
    ['a wrong key', post({ query: MODELS }, 'x-api-key: wrong'), true],
    ['an empty key', post({ query: MODELS }, 'x-api-key:'), true],
    ['a JWT on a gateway without JWTs', post({ query: MODELS }, 'authorization: Bearer a.b.c'), true],
    ['a request that has passed a proxy', post({ query: MODELS }, 'x-forwarded-for: 1.2.3.4'), true],
    ['an object that does not exist', post({ query: '{ model(id: "nothing") { id } __typename }' }), true],
    ['an argument that is out of bounds', post({ query: '{ models(first: 101) { nodes { id } } }' }), true],
    ['an invalid cursor', post({ query: '{ models(after: "x") { nodes { id } } }' }), true],
    [
      'variables',
      post({ query: 'query ($n: Int = 1) { models(first: $n) { nodes { id } } }', variables: { n: 2 } }),
      true,
    ],
    [
      'an invalid variable',
      post({ query: 'query ($n: Int!) { models(first: $n) { nodes { id } } }', variables: { n: 'x' } }),
      true,
    ],
    ['a missing variable', post({ query: 'query ($n: Int!) { models(first: $n) { nodes { id } } }' }), true],
    [
      'a query above the cost limit',
      post({
        query:
          '{ models(first: 100) { nodes { trainings(first: 100) { nodes { id } } dataItems(first: 100) { nodes { id } } predictions { nodes { id } } triggerWord } } }',
      }),
      true,
    ],
    ['characters beyond ASCII', post({ query: '{ model(id: "ü") { id } __typename }' }), true],
    ['an unknown operation name', post({ query: TWO, operationName: 'C' })],
    ['several operations without a name', post({ query: TWO })],
    ['a mutation', post({ query: 'mutation { renameModel(input: { id: "x", displayName: "y" }) { __typename } }' })],
    ['a syntax error', post({ query: '{' })],
    ['an unknown field', post({ query: '{ nothing }' })],
    ['no document', post({ variables: {} })],
    ['a document that is not a string', post({ query: 1 })],
    ['variables that are a list', post({ query: MODELS, variables: [] })],
    ['an unknown member', post({ query: MODELS, more: 1 })],
    ['a list', post([{ query: MODELS }])],
    ['null', { body: 'null' }],
    ['malformed JSON', { body: `{"query":"${MODELS}"` }],
    ['an empty body', { body: '' }],
    ['a byte order mark', { body: `\ufeff${JSON.stringify({ query: MODELS })}` }],
    ['a query string', { ...post({ query: MODELS }), path: '/graphql?x=1' }],
    ['a form', { body: 'query={__typename}', headers: ['content-type: application/x-www-form-urlencoded'] }],
    ['a body without a Content-Type', { body: JSON.stringify({ query: MODELS }), headers: [] }],
    [
      'a Content-Type in capitals',
      { body: JSON.stringify({ query: MODELS }), headers: ['Content-Type: Application/JSON'] },
    ],
    ['an unknown hash', post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } })],
  ])('the response is byte for byte the same on both paths: %s', async (_, request, isFast = false) => {
    const { send, fastResponses } = await bothPaths(await seeded());

    const { yoga, fast } = await send(request);

    expect(fast).toBe(yoga);
    expect(fast).toMatch(/^HTTP\/1\.1 \d{3} /);
    expect(await fastResponses()).toBe(isFast ? 1 : 0);
  });

  test('the response is byte for byte the same on both paths for generated requests', async () => {
    const started = await seeded();
    const { send } = await bothPaths(started);
    const header = (name: string, ...values: string[]) =>
      fc.constantFrom(undefined, ...values).map((value) => (value === undefined ? [] : [`${name}: ${value}`]));
    const headers = fc
      .tuple(
        header(
          'content-type',
          'application/json',
          'application/json; charset=utf-8',
          'application/graphql+json',
          'text/plain',
        ),
        header(
          'accept',
          '*/*',
          'application/json',
          'application/json;q=0.1, application/graphql-response+json',
          'text/html',
          'application/*',
          'application/json; charset=latin1',
          ', ;;',
        ),
        header('origin', 'null', 'http://localhost:1', 'https://app.example.com', 'https://evil.example'),
        header('x-api-key', 'demo', 'wrong', ''),
        header('x-watch-token', 'none'),
        header('x-explain', 'cost', 'more'),
      )
      .map((lists) => lists.flat());
    const query = fc.constantFrom(
      MODELS,
      TWO,
      '{ __typename }',
      '{ nothing }',
      'query ($n: Int!) { models(first: $n) { nodes { id } } }',
      '{ predictions { nodes { prompt models { model { displayName } } } } }',
      '',
      'mutation { deleteModel(input: { id: "x" }) { __typename } }',
    );
    const body = fc.oneof(
      {
        weight: 9,
        arbitrary: fc
          .record(
            {
              query,
              operationName: fc.constantFrom(null, 'A', 'B', 'C', ''),
              variables: fc.constantFrom(null, {}, { n: 1 }, { n: 1.5 }, { n: -1 }, 'x'),
              extensions: fc.constantFrom(null, {}, 1),
            },
            { requiredKeys: ['query'] },
          )
          .map((value) => JSON.stringify(value)),
      },
      { weight: 1, arbitrary: fc.json() },
    );

    await fc.assert(
      fc.asyncProperty(headers, body, async (headers, body) => {
        const { yoga, fast } = await send({ headers, body });

        expect(fast).toBe(yoga);
      }),
      { seed: 20_261_122, numRuns: 120 },
    );
  }, 60_000);
});

test('a body that the fast path leaves to Yoga is not enumerated byte by byte', async () => {
  const { sendUnknown } = await bothPaths(await seeded());
  const enumerate = vi.spyOn(Object, 'keys');
  onTestFinished(() => enumerate.mockRestore());

  const body = JSON.stringify({ query: 'mutation { deleteModel(input: { id: "x" }) { __typename } }' });
  const response = await sendUnknown('fast', { headers: ['content-type: application/json'], body });

  expect(response).toContain('"deleteModel":{"__typename"');
  expect(enumerate.mock.calls.filter(([value]) => value instanceof Uint8Array)).toEqual([]);
});

async function seeded() {
  const started = startGateway({ config: { corsOrigins: ['https://app.example.com'] } });
  const model = await seedModel(started.upstream, 'A dress', { images: 1, trainings: 1 });
  await seedPrediction(started.upstream, [model.id]);
  return started;
}
