import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProgram, startProgram, temporaryDirectory } from '../support/program.ts';

const QUERY = 'query Kind { __typename }';

/** A directory with a manifest in it. */
async function withManifest(documents: Readonly<Record<string, string>>): Promise<string> {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(documents));
  return directory;
}

test('the program executes only the documents of its manifest', async () => {
  const directory = await withManifest({ kind: QUERY });
  const { url } = await startProgram({ directory, env: { PERSISTED_QUERIES_MANIFEST: 'manifest.json' } });
  const ask = async (params: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify(params) });
    return await response.json();
  };

  expect(await ask({ documentId: 'kind' })).toEqual({ data: { __typename: 'Query' } });
  expect(await ask({ query: QUERY })).toMatchObject({
    errors: [{ extensions: { code: 'PERSISTED_QUERY_REQUIRED' } }],
  });
});

test.each([
  ['by itself', {}],
  ['while it looks for a Redis', { REDIS_URL: 'redis://127.0.0.1:1' }],
])('the program ends %s and says what is wrong with its manifest', async (_, env) => {
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

test('the program ends and says that there is no manifest where one should be', async () => {
  const { code, stderr } = await runProgram({ env: { PERSISTED_QUERIES_MANIFEST: 'missing.json' } });

  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^The configuration has a mistake:\n- `PERSISTED_QUERIES_MANIFEST` must name a file [^\n]+\n$/,
  );
});
