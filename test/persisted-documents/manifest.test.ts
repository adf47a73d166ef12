import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readManifest } from '../../src/persisted-documents/manifest.ts';
import { ConfigError } from '../../src/util/environment.ts';
import { startGateway } from '../support/gateway.ts';
import { temporaryDirectory } from '../support/program.ts';
import { hashOf, persisted, ways } from './support.ts';

const QUERY = 'query Kind { __typename }';
const MANIFEST = { documents: new Map([['kind', QUERY]]), mistakes: [] };
const start = () => startGateway({ documents: { manifest: MANIFEST } });
const apollo = (operations: unknown, rest: object = {}) => ({
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations,
  ...rest,
});

/** Writes a manifest to a new file. */
async function write(content: unknown): Promise<string> {
  const path = join(await temporaryDirectory(), 'manifest.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe.each(Object.entries(ways))('with a manifest, over %s', (_, send) => {
  test.each([
    ['persistedQuery.sha256Hash', persisted('kind')],
    ['documentId', { documentId: 'kind' }],
    ['doc_id', { doc_id: 'kind' }],
  ])('a document is executed by its id, as `%s`', async (_member, params) => {
    expect(await send(start(), params)).toMatchObject({ status: 200, data: { __typename: 'Query' }, error: undefined });
  });

  test('a document sent together with an id is ignored', async () => {
    const response = await send(start(), { documentId: 'kind', query: '{ models { nodes { id } } }' });

    expect(response).toMatchObject({ data: { __typename: 'Query' } });
  });

  test.each([
    ['its text', { query: QUERY }],
    ['an empty id', { query: QUERY, documentId: '' }],
  ])('a document by %s is rejected, even if the manifest contains it', async (_what, params) => {
    expect(await send(start(), params)).toMatchObject({
      status: 400,
      data: undefined,
      error: {
        message: expect.stringContaining('only the documents of its manifest'),
        extensions: { code: 'PERSISTED_QUERY_REQUIRED', retryable: false },
      },
    });
  });

  test.each([
    ['an id', { documentId: 'nothing' }],
    ['a name that every object has', { documentId: 'constructor' }],
    ['a hash', persisted(hashOf(QUERY))],
    ['a hash with its document', { query: QUERY, ...persisted(hashOf(QUERY)) }],
  ])('%s that is not in the manifest is unknown, also when it is repeated', async (_what, params) => {
    const started = start();

    const responses = [await send(started, params), await send(started, params)];

    const unknown = { status: 404, data: undefined, error: { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } } };
    expect(responses).toMatchObject([unknown, unknown]);
  });

  test('a request without a document or an id is rejected', async () => {
    expect(await send(start(), { operationName: 'Kind' })).toMatchObject({
      status: 400,
      error: { extensions: { code: 'PERSISTED_QUERY_REQUIRED' } },
    });
  });
});

test.each<[what: string, body: string]>([
  ['a list', '[{"documentId":"kind"}]'],
  ['a string', '"kind"'],
  ['null', 'null'],
])('with a manifest, a body that is %s is rejected', async (_, body) => {
  const headers = { 'content-type': 'application/json' };

  const response = await start().fetch('/graphql', { method: 'POST', headers, body });

  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ errors: [expect.any(Object)] });
});

test('with a manifest, a document sent as application/graphql is rejected', async () => {
  const headers = { 'content-type': 'application/graphql' };

  const response = await start().fetch('/graphql', { method: 'POST', headers, body: QUERY });

  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_REQUIRED' } }] });
});

test('the cost limit applies to a document of a manifest', async () => {
  const text = 'query Pages($first: Int) { models(first: $first) { nodes { id dataItems { nodes { id } } } } }';
  const manifest = { documents: new Map([['pages', text]]), mistakes: [] };
  const started = startGateway({ documents: { manifest }, limits: { cost: 5 } });
  const send = (first: number) => ways.POST(started, { documentId: 'pages', variables: { first } });

  expect(await send(1)).toMatchObject({ status: 200, data: { models: { nodes: [] } } });
  expect(await send(100)).toMatchObject({ status: 400, error: { extensions: { code: 'QUERY_TOO_COSTLY' } } });
});

describe('readManifest', () => {
  test.each<[what: string, content: unknown]>([
    ["Apollo's manifest", apollo([{ id: 'kind', body: QUERY, name: 'Kind', type: 'query' }])],
    ["Relay's documents by id", { kind: QUERY }],
  ])('a file is read as %s', async (_, content) => {
    expect(readManifest(await write(content))).toEqual(MANIFEST);
  });

  test.each<[what: string, content: unknown, message: string]>([
    ['invalid JSON', '{', 'must name a JSON file'],
    ['a list', [], 'contains neither'],
    ['a string', '"text"', 'contains neither'],
    ['another format', apollo([], { format: 'other' }), 'format "other" and version 1'],
    ['another version', apollo([], { version: 2 }), 'version 2. Expected'],
    ['an object of operations', apollo({}), 'Expected a list of operations'],
  ])('a file with %s is rejected', async (_, content, message) => {
    const path = await write(content);

    expect(() => readManifest(path)).toThrow(ConfigError);
    expect(() => readManifest(path)).toThrow(message);
    expect(() => readManifest(path)).toThrow(path);
  });

  test('a missing file is rejected', () => {
    expect(() => readManifest('/nowhere/manifest.json')).toThrow(
      /must name a readable file, but is "\/nowhere\/manifest\.json": ENOENT/,
    );
  });
});

test('all errors of a manifest are reported together when the gateway is created', async () => {
  const manifest = readManifest(
    await write(
      apollo([
        { id: 'fine', body: QUERY },
        { id: 'fine', body: QUERY },
        { id: 'broken', body: '{ models(' },
        { id: 'wrong', body: '{\n  nothing\n  alsoNothing\n}' },
        { id: 'empty', body: '' },
        { id: 'fragment', body: 'fragment Name on Model { id }' },
        { id: 'large', body: `{ ${Array.from({ length: 21 }, (_, index) => `a${index}: __typename`).join(' ')} }` },
        { id: 'number', body: 7 },
        { body: QUERY },
        { id: 'fine', body: '{ node(id: 1) { id } }' },
        'text',
      ]),
    ),
  );

  const create = () => startGateway({ documents: { manifest } });

  expect(create).toThrow(ConfigError);
  const { mistakes } = thrownBy(create) as ConfigError;
  expect(mistakes).toEqual(
    [
      'document "number": it must be a string, but is 7.',
      'operation 9: `id` must be a string, but is undefined.',
      'document "fine": two documents have this id. Give each document a different id.',
      'operation 11: `id` must be a string, but is undefined.',
      'document "broken": Syntax Error: Expected Name, found <EOF>. (line 1, column 10)',
      'document "wrong": Cannot query field "nothing" on type "Query". (line 2, column 3)',
      'document "wrong": Cannot query field "alsoNothing" on type "Query". (line 3, column 3)',
      'document "empty": Syntax Error: Unexpected <EOF>. (line 1, column 1)',
      'document "fragment": It must contain an operation, but contains none.',
      expect.stringMatching(/document "large": .*MAX_ROOT_FIELDS/),
    ].map((mistake) =>
      typeof mistake === 'string' ? expect.stringContaining(`\`PERSISTED_QUERIES_MANIFEST\`, ${mistake}`) : mistake,
    ),
  );
});

test('a manifest without documents is rejected', async () => {
  const manifest = readManifest(await write({}));

  expect(() => startGateway({ documents: { manifest } })).toThrow('must contain at least one document');
});

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
