import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram, startProgram, temporaryDirectory } from '../support/program.ts';

const QUERY = 'query Kind { __typename }';

/** Creates a directory with a manifest. */
async function withManifest(documents: Readonly<Record<string, string>>): Promise<string> {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(documents));
  return directory;
}

test('the program executes only the documents of its manifest', async () => {
  const directory = await withManifest({ kind: QUERY });
  const { url } = await startProgram({ directory, env: { PERSISTED_QUERIES_MANIFEST: 'manifest.json' } });
  const send = async (params: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(params) });
    return await response.json();
  };

  expect(await send({ documentId: 'kind' })).toEqual({ data: { __typename: 'Query' } });
  expect(await send({ query: QUERY })).toMatchObject({
    errors: [{ extensions: { code: 'PERSISTED_QUERY_REQUIRED' } }],
  });
});

test.each([
  ['without Redis', {}],
  ['while it connects to Redis', { REDIS_URL: 'redis://127.0.0.1:1', SECRET: 's'.repeat(32), LOG_LEVEL: 'error' }],
])('the program exits with the errors of its manifest, %s', async (_, env) => {
  const directory = await withManifest({ broken: '{ models(', wrong: '{ nothing }', kind: QUERY });

  const { code, stdout, stderr } = await runProgram({
    directory,
    env: { ...env, PERSISTED_QUERIES_MANIFEST: 'manifest.json' },
  });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.trim().split('\n')).toEqual([
    'The configuration has 2 mistakes:',
    expect.stringContaining('document "broken": Syntax Error'),
    expect.stringContaining('document "wrong": Cannot query field "nothing"'),
  ]);
});

test('the program exits with an error if its manifest does not exist', async () => {
  const { code, stderr } = await runProgram({ env: { PERSISTED_QUERIES_MANIFEST: 'missing.json' } });

  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^The configuration has a mistake:\n- `PERSISTED_QUERIES_MANIFEST` must name a readable file, but is "missing.json"[^\n]+\n$/,
  );
});
