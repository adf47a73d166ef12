import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';
import { bothRoads } from './both-paths.ts';
import type { RawRequest } from './raw.ts';

const json = 'content-type: application/json';
const post = (body: object, ...headers: string[]): RawRequest => ({
  body: JSON.stringify(body),
  headers: [json, ...headers],
});
const MODELS = '{ models { nodes { id displayName } } }';
const TWO = 'query A { __typename } query B { models(first: 1) { nodes { displayName } } }';

describe('an answer is the same bytes by both roads', () => {
  test.each<[what: string, request: RawRequest, isShort?: boolean]>([
    ['to a query', post({ query: MODELS }), true],
    ['to one that needs no key', post({ query: '{ __typename }' }), true],
    ['to one of several operations', post({ query: TWO, operationName: 'B' }), true],
    ['to a client of the specification', post({ query: MODELS }, 'accept: application/graphql-response+json'), true],
    [
      'to a client of both',
      post({ query: MODELS }, 'accept: application/graphql-response+json, application/json;q=0.9'),
      true,
    ],
    ['to whoever takes everything', post({ query: MODELS }, 'accept: */*'), true],
    ['to whoever takes nothing of it', post({ query: MODELS }, 'accept: image/png')],
    ['to whoever wants events', post({ query: MODELS }, 'accept: text/event-stream')],
    ['to a page of this machine', post({ query: MODELS }, 'origin: http://localhost:5173'), true],
    ['to a page that is allowed', post({ query: MODELS }, 'origin: https://app.example.com'), true],
    ['to a page that is not', post({ query: MODELS }, 'origin: https://evil.example'), true],
    ['to whoever wants to know the cost', post({ query: MODELS }, 'x-explain: cost'), true],
    ['with a wrong key', post({ query: MODELS }, 'x-api-key: wrong'), true],
    ['with an empty key', post({ query: MODELS }, 'x-api-key:'), true],
    ['with a JWT where none is taken', post({ query: MODELS }, 'authorization: Bearer a.b.c'), true],
    ['by a proxy', post({ query: MODELS }, 'x-forwarded-for: 1.2.3.4'), true],
    ['where something is missing', post({ query: '{ model(id: "nothing") { id } __typename }' }), true],
    ['where an argument is out of bounds', post({ query: '{ models(first: 101) { nodes { id } } }' }), true],
    ['where a cursor is none', post({ query: '{ models(after: "x") { nodes { id } } }' }), true],
    [
      'with variables',
      post({ query: 'query ($n: Int = 1) { models(first: $n) { nodes { id } } }', variables: { n: 2 } }),
      true,
    ],
    [
      'with a wrong variable',
      post({ query: 'query ($n: Int!) { models(first: $n) { nodes { id } } }', variables: { n: 'x' } }),
      true,
    ],
    ['without a variable', post({ query: 'query ($n: Int!) { models(first: $n) { nodes { id } } }' }), true],
    [
      'to a costly one',
      post({
        query:
          '{ models(first: 100) { nodes { trainings(first: 100) { nodes { id } } dataItems(first: 100) { nodes { id } } predictions { nodes { id } } triggerWord } } }',
      }),
      true,
    ],
    ['in letters beyond ASCII', post({ query: '{ model(id: "ü") { id } __typename }' }), true],
    ['to another operation', post({ query: TWO, operationName: 'C' })],
    ['to an unnamed one of several', post({ query: TWO })],
    ['to a mutation', post({ query: 'mutation { renameModel(input: { id: "x", displayName: "y" }) { __typename } }' })],
    ['to a broken document', post({ query: '{' })],
    ['to one that is not valid', post({ query: '{ nothing }' })],
    ['to no document', post({ variables: {} })],
    ['to a document that is none', post({ query: 1 })],
    ['to variables that are none', post({ query: MODELS, variables: [] })],
    ['to an unknown member', post({ query: MODELS, more: 1 })],
    ['to a list', post([{ query: MODELS }])],
    ['to null', { body: 'null' }],
    ['to broken JSON', { body: `{"query":"${MODELS}"` }],
    ['to nothing', { body: '' }],
    ['to a mark before the JSON', { body: `\ufeff${JSON.stringify({ query: MODELS })}` }],
    ['to another path', { ...post({ query: MODELS }), path: '/graphql?x=1' }],
    ['to a form', { body: 'query={__typename}', headers: ['content-type: application/x-www-form-urlencoded'] }],
    ['to a body without a type', { body: JSON.stringify({ query: MODELS }), headers: [] }],
    ['to a type in capitals', { body: JSON.stringify({ query: MODELS }), headers: ['Content-Type: Application/JSON'] }],
    [
      'to a document of a hash that nobody knows',
      post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
    ],
  ])('%s', async (_, request, isShort = false) => {
    const { send, shortAnswers } = await bothRoads(await seeded());

    const { yoga, short } = await send(request);

    expect(short).toBe(yoga);
    expect(short).toMatch(/^HTTP\/1\.1 \d{3} /);
    expect(await shortAnswers()).toBe(isShort ? 1 : 0);
  });

  test('whatever is sent', async () => {
    const started = await seeded();
    const { send } = await bothRoads(started);
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
        const { yoga, short } = await send({ headers, body });

        expect(short).toBe(yoga);
      }),
      { seed: 20_261_122, numRuns: 120 },
    );
  }, 60_000);
});

async function seeded() {
  const started = startGateway({ config: { corsOrigins: ['https://app.example.com'] } });
  const model = await seedModel(started.upstream, 'A dress', { images: 1, trainings: 1 });
  await seedPrediction(started.upstream, [model.id]);
  return started;
}
