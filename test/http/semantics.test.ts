import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { chooseMediaType, SINGLE_RESULT, STREAM } from '../../src/http/media-types.ts';
import { startGateway } from '../support/gateway.ts';
import { httpPaths } from '../support/transports.ts';

const JSON_TYPE = 'application/json';
const GRAPHQL = 'application/graphql-response+json';
const SSE = 'text/event-stream';

const JOB = globalId({ kind: 'Prediction', id: 'a' });

const post = (body: object, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': JSON_TYPE, ...headers },
  body: JSON.stringify(body),
});

describe('the media type of a response', () => {
  test.each<[accept: string | null, type: string | undefined]>([
    [null, JSON_TYPE],
    ['', JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['*', JSON_TYPE],
    ['application/*', JSON_TYPE],
    [GRAPHQL, GRAPHQL],
    [`${GRAPHQL}, ${JSON_TYPE}`, GRAPHQL],
    [`${JSON_TYPE}, ${GRAPHQL}`, JSON_TYPE],
    [`${JSON_TYPE};q=0.5, ${GRAPHQL}`, GRAPHQL],
    [`${GRAPHQL};q=0.5, ${JSON_TYPE}`, JSON_TYPE],
    [`${JSON_TYPE};q=0, */*`, GRAPHQL],
    [`${JSON_TYPE}; Q=0.1 , ${GRAPHQL} ; q=0.2`, GRAPHQL],
    [`${JSON_TYPE};charset=utf-16, ${GRAPHQL};charset=UTF-8`, GRAPHQL],
    [`${SSE}, ${JSON_TYPE}`, JSON_TYPE],
    [`${SSE}, ${JSON_TYPE};q=0.1`, SSE],
    ['multipart/mixed;boundary="a,b";deferSpec=20220824, application/json', JSON_TYPE],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', JSON_TYPE],
    ['APPLICATION/JSON', JSON_TYPE],
    [`${JSON_TYPE};q=0`, undefined],
    ['*/*;q=0', undefined],
    ['text/csv', undefined],
  ])('the media type of a response for the Accept header %j is %s', (accept, type) => {
    expect(chooseMediaType(accept, SINGLE_RESULT)).toBe(type);
  });

  test('the media type of a stream is text/event-stream if Accept allows it', () => {
    expect(chooseMediaType(`${JSON_TYPE}, ${SSE};q=0.1`, STREAM)).toBe(SSE);
    expect(chooseMediaType(`*/*, ${SSE};q=0`, STREAM)).toBeUndefined();
  });
});

describe.each(httpPaths)('GraphQL over HTTP ($httpPath)', ({ open }) => {
  const TRAINING = '{ training(id: "a") { id } }';

  test.each<[what: string, body: object, status: number]>([
    ['a variable that is missing', { query: 'query ($id: ID!) { node(id: $id) { id } }' }, 400],
    [
      'a variable of another type',
      { query: 'query ($n: Int!) { models(first: $n) { nodes { id } } }', variables: { n: 'x' } },
      400,
    ],
    ['a syntax error', { query: '{' }, 400],
    ['an unknown field', { query: '{ nothing }' }, 400],
    ['an unknown operation', { query: TRAINING, operationName: 'Other' }, 400],
    ['an unknown hash', { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }, 404],
    ['another version of hashes', { extensions: { persistedQuery: { version: 2, sha256Hash: 'a' } } }, 400],
    [
      'a subscription whose Accept allows no events',
      { query: `subscription { jobsUpdated(ids: ["${JOB}"]) { id } }` },
      406,
    ],
  ])('a response without data, for %s, has the status of its error', async (_, body, status) => {
    const { send } = await open(startGateway());

    const response = await send('/graphql', post(body, { accept: GRAPHQL }));

    expect([response.status, await response.json()]).toEqual([status, { errors: expect.any(Array) }]);
  });

  test('a rejected subscription has the status of its error', async () => {
    const { send } = await open(startGateway());
    const init = post({ query: 'subscription { jobsUpdated(ids: ["a"]) { id } }' }, { accept: `${GRAPHQL}, ${SSE}` });

    const response = await send('/graphql', init);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  test('a response with data has status 200, whatever its errors', async () => {
    const { send } = await open(startGateway({ config: { ownKey: undefined } }));

    const response = await send('/graphql', post({ query: '{ models { nodes { id } } }' }, { accept: GRAPHQL }));

    expect([response.status, await response.json()]).toEqual([200, { data: null, errors: expect.any(Array) }]);
  });

  test('an Accept header that allows no supported type gets 406, and nothing is executed', async () => {
    const started = startGateway();
    const { send } = await open(started);
    const create = 'mutation { createModel(input: { displayName: "Coats" }) { __typename } }';

    const response = await send('/graphql', post({ query: create }, { accept: 'text/csv' }));

    expect([response.status, await response.json()]).toMatchObject([
      406,
      { errors: [{ message: expect.stringContaining('application/json'), extensions: { code: 'NOT_ACCEPTABLE' } }] },
    ]);
    expect(started.takeRequests()).toEqual([]);
  });

  test.each(['text/csv', 'application/graphql-response+json', 'application/x-www-form-urlencoded'])(
    'a body of type %s gets 415 with the supported types',
    async (type) => {
      const { send } = await open(startGateway());

      const response = await send('/graphql', { method: 'POST', headers: { 'content-type': type }, body: 'a=b' });

      expect([response.status, await response.json()]).toMatchObject([
        415,
        { errors: [{ message: expect.stringMatching(/application\/json.*but got/) }] },
      ]);
    },
  );

  test.each(['Application/JSON', 'APPLICATION/JSON; charset=UTF-8', 'application/Json;charset=utf-8'])(
    'the Content-Type %s is accepted as JSON',
    async (type) => {
      const { send } = await open(startGateway());

      const response = await send('/graphql', post({ query: '{ __typename }' }, { 'content-type': type }));

      expect([response.status, await response.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
    },
  );

  const text = JSON.stringify({ query: '{ __typename }' });
  const encoded = (coding: string, body: Uint8Array): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': JSON_TYPE, 'content-encoding': coding },
    body: new Uint8Array(body),
  });

  test.each<[string, Uint8Array]>([
    ['gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
  ])('a body in %s is decoded', async (coding, body) => {
    const { send } = await open(startGateway());

    const response = await send('/graphql', encoded(coding, body));

    expect([response.status, await response.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
  });

  test.each(['zstd', 'gzip, br', 'nonsense'])('a body in %s gets 415 with the supported codings', async (coding) => {
    const { send } = await open(startGateway());

    const response = await send('/graphql', encoded(coding, gzipSync(text)));

    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, br']);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('gzip, deflate, br') }],
    });
  });

  test.each<[string, string, Uint8Array, number]>([
    ['a body that is too large', 'gzip', gzipSync(Buffer.alloc(50_000_000, ' ')), 413],
    ['a body that is too large', 'br', brotliCompressSync(Buffer.alloc(5_000_000, ' ')), 413],
    ['a truncated body', 'gzip', gzipSync(text).subarray(0, 20), 400],
    ['a truncated body', 'br', brotliCompressSync(text).subarray(0, 20), 400],
    ['a body that is not encoded', 'deflate', Buffer.from(text), 400],
    ['a body that is not encoded', 'br', Buffer.from(text), 400],
  ])('%s, with Content-Encoding %s, is rejected', async (_, coding, body, status) => {
    const { send } = await open(startGateway());

    const response = await send('/graphql', encoded(coding, body));

    expect([response.status, await response.json()]).toEqual([status, { errors: [expect.any(Object)] }]);
  });
});
