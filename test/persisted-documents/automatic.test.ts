import { describe, expect, test } from 'vitest';
import { createAutomaticDocuments } from '../../src/persisted-documents/automatic.ts';
import { startGateway } from '../support/gateway.ts';
import { seedModel, smallImage } from '../support/seeds.ts';
import { hashOf, persisted, ways } from './support.ts';

const QUERY = '{ __typename }';
const UNKNOWN = {
  status: 200,
  data: undefined,
  error: {
    message: 'PersistedQueryNotFound',
    extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', retryable: false },
  },
};
const both = (query: string) => ({ query, ...persisted(hashOf(query)) });

describe.each(Object.entries(ways))('over %s', (_, send) => {
  test('a hash is unknown until it was sent together with its document', async () => {
    const started = startGateway();

    const before = await send(started, persisted(hashOf(QUERY)));
    const registered = await send(started, both(QUERY));
    const after = await send(started, persisted(hashOf(QUERY)));

    expect(before).toMatchObject(UNKNOWN);
    expect([registered, after]).toMatchObject([
      { status: 200, data: { __typename: 'Query' }, error: undefined },
      { status: 200, data: { __typename: 'Query' }, error: undefined },
    ]);
  });

  test('a document with the hash of another one is rejected, and neither is cached', async () => {
    const started = startGateway();
    const other = '{ model(id: "x") { id } }';

    const rejected = await send(started, { query: QUERY, ...persisted(hashOf(other)) });

    expect(rejected).toMatchObject({
      status: 400,
      error: {
        message: expect.stringContaining(`must be the hash of \`query\`, which is ${hashOf(QUERY)}`),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    });
    expect(await send(started, persisted(hashOf(QUERY)))).toMatchObject(UNKNOWN);
    expect(await send(started, persisted(hashOf(other)))).toMatchObject(UNKNOWN);
  });

  test.each([
    ['has a syntax error', '{'],
    ['is invalid', '{ nothing }'],
    ['exceeds a limit', `{ ${Array.from({ length: 21 }, () => '__typename').join(' ')} }`],
  ])('a document that %s is not cached', async (_what, query) => {
    const started = startGateway();

    const first = await send(started, both(query));

    expect(first.error?.extensions.code).toMatch(/^GRAPHQL_/);
    expect(await send(started, persisted(hashOf(query)))).toMatchObject(UNKNOWN);
  });

  test.each([
    ['another version', { version: 2, sha256Hash: hashOf(QUERY) }],
    ['no version', { sha256Hash: hashOf(QUERY) }],
  ])(
    '%s of `persistedQuery` is rejected as not supported, with a document or without',
    async (_what, persistedQuery) => {
      const started = startGateway();
      const notSupported = {
        status: 200,
        data: undefined,
        error: {
          message: 'PersistedQueryNotSupported',
          extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', retryable: false },
        },
      };

      expect(await send(started, { extensions: { persistedQuery } })).toMatchObject(notSupported);
      expect(await send(started, { query: QUERY, extensions: { persistedQuery } })).toMatchObject(notSupported);
    },
  );

  test.each<[what: string, persistedQuery: unknown, message: string]>([
    ['is a string', 'hash', 'must be an object'],
    ['is a list', [], 'must be an object'],
    ['has no hash', { version: 1 }, 'must be a string, but is missing'],
    ['has a number', { version: 1, sha256Hash: 7 }, 'must be a string, but is 7'],
    ['has a list', { version: 1, sha256Hash: [7] }, 'must be a string, but is a list'],
    ['has a short hash', { version: 1, sha256Hash: 'abc' }, '64 lower-case hexadecimal digits'],
    ['has capital letters', { version: 1, sha256Hash: hashOf(QUERY).toUpperCase() }, '64 lower-case'],
  ])('a `persistedQuery` that %s is rejected', async (_what, persistedQuery, message) => {
    const response = await send(startGateway(), { query: QUERY, extensions: { persistedQuery } });

    expect(response).toMatchObject({
      status: 400,
      data: undefined,
      error: { message: expect.stringContaining(message), extensions: { code: 'BAD_USER_INPUT' } },
    });
  });

  test('an id other than a hash is rejected as not supported without a manifest', async () => {
    const response = await send(startGateway(), { documentId: 'Models' });

    expect(response).toMatchObject({
      status: 400,
      error: {
        message: expect.stringContaining('PERSISTED_QUERIES_MANIFEST'),
        extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' },
      },
    });
  });

  test('a document sent with such an id is executed', async () => {
    expect(await send(startGateway(), { doc_id: 'Models', query: QUERY })).toMatchObject({
      status: 200,
      data: { __typename: 'Query' },
    });
  });

  test('if automatic persisted queries are disabled, a hash is not supported, and a document sent with one is executed', async () => {
    const started = startGateway({ documents: { automatic: false } });

    expect(await send(started, both(QUERY))).toMatchObject({ data: { __typename: 'Query' } });
    expect(await send(started, persisted(hashOf(QUERY)))).toMatchObject({
      status: 200,
      error: { message: 'PersistedQueryNotSupported' },
    });
  });
});

test('the response to an unknown hash forbids caching', async () => {
  const { headers } = await ways.GET(startGateway(), persisted(hashOf(QUERY)));

  expect(headers.get('cache-control')).toBe('no-store');
});

test('a mutation sent by GET with its hash is not cached', async () => {
  const started = startGateway();
  const query = 'mutation { deleteModel(input: { id: "unknown" }) { __typename } }';

  expect(await ways.GET(started, both(query))).toMatchObject({ status: 405 });
  expect(await ways.POST(started, persisted(hashOf(query)))).toMatchObject(UNKNOWN);
});

test('a mutation by its hash is rejected with 405 over GET', async () => {
  const started = startGateway();
  const query = 'mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { __typename } }';
  const variables = { input: { id: 'unknown' } };
  const posted = await ways.POST(started, { ...both(query), variables });

  const response = await ways.GET(started, { ...persisted(hashOf(query)), variables });

  expect(posted).toMatchObject({ status: 200, data: { deleteModel: expect.any(Object) } });
  expect(response).toMatchObject({ status: 405, data: undefined });
  expect(response.headers.get('allow')).toBe('POST');
});

test('a mutation by its hash uploads files', async () => {
  const started = startGateway();
  const { globalId } = await seedModel(started.upstream, 'Dresses');
  const query = `mutation ($input: UploadDataItemInput!) {
    uploadDataItem(input: $input) { __typename ... on Error { message } }
  }`;
  const png = await smallImage();
  const send = async (params: object) => {
    const body = new FormData();
    const variables = { input: { modelId: globalId, file: null } };
    body.set('operations', JSON.stringify({ ...params, variables }));
    body.set('map', '{"0":["variables.input.file"]}');
    body.set('0', new File([png], 'picture.png', { type: 'image/png' }));
    const response = await started.fetch('/graphql', { method: 'POST', body });
    return await response.json();
  };

  const responses = [
    await send(persisted(hashOf(query))),
    await send(both(query)),
    await send(persisted(hashOf(query))),
  ];

  const uploaded = { data: { uploadDataItem: { __typename: 'UploadDataItemSuccess' } } };
  expect(responses).toMatchObject([{ errors: [{ message: 'PersistedQueryNotFound' }] }, uploaded, uploaded]);
});

describe('the cache of automatic persisted queries', () => {
  const register = (documents: ReturnType<typeof createAutomaticDocuments>, text: string) => {
    documents.find(hashOf(text), text);
    documents.markValid(text);
  };

  test('a full cache evicts the oldest document', () => {
    const texts = Array.from({ length: 12 }, (_, index) => `{ a${String(index).padStart(931, '0')} }`);
    const documents = createAutomaticDocuments({ isValid: () => false, bytes: 10_000 });

    for (const text of texts) register(documents, text);

    expect(texts.map((text) => documents.find(hashOf(text), undefined) === text)).toEqual([
      false,
      false,
      ...Array(10).fill(true),
    ]);
  });

  test('a document above the maximum size is not cached', () => {
    const text = `{ ${'a'.repeat(65_536)} }`;
    const documents = createAutomaticDocuments({ isValid: () => false });

    register(documents, text);

    expect(documents.find(hashOf(text), undefined)).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' });
  });

  test('a document that was sent without a hash is not cached', () => {
    const documents = createAutomaticDocuments({ isValid: () => false });

    documents.markValid(QUERY);

    expect(documents.find(hashOf(QUERY), undefined)).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' });
  });
});
