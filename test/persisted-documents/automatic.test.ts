import { describe, expect, test } from 'vitest';
import { createAutomaticDocuments } from '../../src/persisted-documents/automatic.ts';
import { startGateway } from '../support/gateway.ts';
import { picture, seedModel } from '../support/seeds.ts';
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
  test('a hash alone is unknown until its document has come with it', async () => {
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

  test('a hash of another document is refused, and neither is kept', async () => {
    const started = startGateway();
    const other = '{ model(id: "x") { id } }';

    const mistaken = await send(started, { query: QUERY, ...persisted(hashOf(other)) });

    expect(mistaken).toMatchObject({
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
    ['is no GraphQL', '{'],
    ['does not fit the schema', '{ nothing }'],
    ['is larger than the gateway accepts', `{ ${Array.from({ length: 21 }, () => '__typename').join(' ')} }`],
  ])('a document that %s is not kept', async (_what, query) => {
    const started = startGateway();

    const first = await send(started, both(query));

    expect(first.error?.extensions.code).toMatch(/^GRAPHQL_/);
    expect(await send(started, persisted(hashOf(query)))).toMatchObject(UNKNOWN);
  });

  test.each([
    ['another version', { version: 2, sha256Hash: hashOf(QUERY) }],
    ['no version', { sha256Hash: hashOf(QUERY) }],
  ])('%s of persisted queries is not supported, with its document or without', async (_what, persistedQuery) => {
    const started = startGateway();
    const refused = {
      status: 200,
      data: undefined,
      error: {
        message: 'PersistedQueryNotSupported',
        extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', retryable: false },
      },
    };

    expect(await send(started, { extensions: { persistedQuery } })).toMatchObject(refused);
    expect(await send(started, { query: QUERY, extensions: { persistedQuery } })).toMatchObject(refused);
  });

  test.each<[what: string, persistedQuery: unknown, says: string]>([
    ['is a text', 'hash', 'must be an object'],
    ['is a list', [], 'must be an object'],
    ['has no hash', { version: 1 }, 'must be a string, but is missing'],
    ['has a number', { version: 1, sha256Hash: 7 }, 'must be a string, but is 7'],
    ['has a short hash', { version: 1, sha256Hash: 'abc' }, '64 lower-case hexadecimal digits'],
    ['has capital letters', { version: 1, sha256Hash: hashOf(QUERY).toUpperCase() }, '64 lower-case'],
  ])('a `persistedQuery` that %s is refused', async (_what, persistedQuery, says) => {
    const answered = await send(startGateway(), { query: QUERY, extensions: { persistedQuery } });

    expect(answered).toMatchObject({
      status: 400,
      data: undefined,
      error: { message: expect.stringContaining(says), extensions: { code: 'BAD_USER_INPUT' } },
    });
  });

  test('an id that only a manifest could know is not supported', async () => {
    const answered = await send(startGateway(), { documentId: 'Models' });

    expect(answered).toMatchObject({
      status: 400,
      error: {
        message: expect.stringContaining('PERSISTED_QUERIES_MANIFEST'),
        extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' },
      },
    });
  });

  test('a document that comes with such an id is executed', async () => {
    expect(await send(startGateway(), { doc_id: 'Models', query: QUERY })).toMatchObject({
      status: 200,
      data: { __typename: 'Query' },
    });
  });

  test('switched off, hashes are not supported, and a document that comes with one is executed', async () => {
    const started = startGateway({ documents: { automatic: false } });

    expect(await send(started, both(QUERY))).toMatchObject({ data: { __typename: 'Query' } });
    expect(await send(started, persisted(hashOf(QUERY)))).toMatchObject({
      status: 200,
      error: { message: 'PersistedQueryNotSupported' },
    });
  });
});

test('a miss is stored by no cache on the way', async () => {
  const { headers } = await ways.GET(startGateway(), persisted(hashOf(QUERY)));

  expect(headers.get('cache-control')).toBe('no-store');
});

test('a mutation that comes by GET with its hash is not kept', async () => {
  const started = startGateway();
  const query = 'mutation { deleteModel(input: { id: "unknown" }) { __typename } }';

  expect(await ways.GET(started, both(query))).toMatchObject({ status: 405 });
  expect(await ways.POST(started, persisted(hashOf(query)))).toMatchObject(UNKNOWN);
});

test('a mutation whose hash is known stays 405 by GET', async () => {
  const started = startGateway();
  const query = 'mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { __typename } }';
  const variables = { input: { id: 'unknown' } };
  const posted = await ways.POST(started, { ...both(query), variables });

  const answered = await ways.GET(started, { ...persisted(hashOf(query)), variables });

  expect(posted).toMatchObject({ status: 200, data: { deleteModel: expect.any(Object) } });
  expect(answered).toMatchObject({ status: 405, data: undefined });
  expect(answered.headers.get('allow')).toBe('POST');
});

test('files are uploaded by a hash', async () => {
  const started = startGateway();
  const { globalId } = await seedModel(started.upstream, 'Dresses');
  const query = `mutation ($input: UploadDataItemInput!) {
    uploadDataItem(input: $input) { __typename ... on Error { message } }
  }`;
  const png = await picture();
  const send = async (params: object) => {
    const body = new FormData();
    const variables = { input: { modelId: globalId, file: null } };
    body.set('operations', JSON.stringify({ ...params, variables }));
    body.set('map', '{"0":["variables.input.file"]}');
    body.set('0', new File([png], 'picture.png', { type: 'image/png' }));
    const response = await started.fetch('/graphql', { method: 'POST', body });
    return await response.json();
  };

  const answers = [await send(persisted(hashOf(query))), await send(both(query)), await send(persisted(hashOf(query)))];

  const uploaded = { data: { uploadDataItem: { __typename: 'UploadDataItemSuccess' } } };
  expect(answers).toMatchObject([{ errors: [{ message: 'PersistedQueryNotFound' }] }, uploaded, uploaded]);
});

describe('what is kept', () => {
  const keep = (kept: ReturnType<typeof createAutomaticDocuments>, text: string) => {
    kept.find(hashOf(text), text);
    kept.markValid(text);
  };

  test('is bounded: the oldest makes room', () => {
    const texts = Array.from({ length: 12 }, (_, index) => `{ a${String(index).padStart(931, '0')} }`);
    const kept = createAutomaticDocuments({ bytes: 10_000 });

    for (const text of texts) keep(kept, text);

    expect(texts.map((text) => kept.find(hashOf(text), undefined) === text)).toEqual([
      false,
      false,
      ...Array(10).fill(true),
    ]);
  });

  test('holds no document that is longer than one is worth', () => {
    const text = `{ ${'a'.repeat(65_536)} }`;
    const kept = createAutomaticDocuments();

    keep(kept, text);

    expect(kept.find(hashOf(text), undefined)).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' });
  });

  test('is nothing that was only found valid, without a hash', () => {
    const kept = createAutomaticDocuments();

    kept.markValid(QUERY);

    expect(kept.find(hashOf(QUERY), undefined)).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND' });
  });
});
