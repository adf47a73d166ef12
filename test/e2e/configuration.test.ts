import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import Libsql from 'libsql';
import { expect, test } from 'vitest';
import { runProgram, startProgram, temporaryDirectory } from '../support/program.ts';
import { execute } from './client.ts';

/** The stack trace that Node.js prints for an unexpected error. */
const STACK = /^\s+at /m;

test('mistakes in variables, files and directories are reported together', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, '.data'));
  await writeFile(join(directory, '.data', 'secret'), '');
  await writeFile(join(directory, '.data', 'idempotency.sqlite'), 'no database'.repeat(1_000));
  await writeFile(join(directory, '.data', 'sandbox.sqlite'), 'no database'.repeat(1_000));
  await writeFile(join(directory, 'manifest.json'), '[');
  const env = {
    MAX_QUERY_DEPHT: '3',
    HOST: '[::1]',
    JWT_SECRET: 'short',
    TENANT_KEYS_FILE: 'tenants.json',
    PERSISTED_QUERIES_MANIFEST: 'manifest.json',
    WATCH_TRAINING_FASTEST_SECONDS: '60',
    CORS_ORIGINS: 'https://*.x',
    NODE_ENV: 'Production',
  };

  const { code, stdout, stderr } = await runProgram({ directory, env });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  const named = [...Object.keys(env), ...['secret', 'idempotency.sqlite', 'sandbox.sqlite'].map((n) => `.data/${n}`)];
  expect(named.filter((name) => !stderr.includes(`\`${name}\``))).toEqual([]);
  expect(stderr).not.toMatch(STACK);
});

test.each([
  [
    'a misspelt variable for the URL of the upstream',
    { FLAIR_API_ULR: 'http://127.0.0.1:9' },
    /Did you mean `FLAIR_API_URL`/,
  ],
  ['production without an upstream', { NODE_ENV: 'production' }, /`FLAIR_API_URL` must be set.*`SANDBOX=true`/],
])('%s does not serve the sandbox', async (_, env, message) => {
  const { code, stdout, stderr } = await runProgram({ env });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(STACK);
});

test.each(['gateway', 'sandbox'] as const)(
  'a file in place of the data directory stops the %s with one message',
  async (entry) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, '.data'), '');

    const { code, stderr } = await runProgram({ entry, directory });

    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(2);
    expect(stderr).toContain('.data');
    expect(stderr).not.toMatch(STACK);
  },
);

test('a database of another program stops the gateway with one message', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, '.data'));
  const connection = new Libsql(join(directory, '.data', 'idempotency.sqlite'));
  connection.exec('CREATE TABLE records (name TEXT)');
  connection.close();

  const { code, stderr } = await runProgram({ directory });

  expect(code).toBe(1);
  expect(stderr).toContain('.data/idempotency.sqlite');
  expect(stderr).not.toMatch(STACK);
});

test('the sandbox is served in production with SANDBOX=true, and a variable that resembles a setting is logged', async () => {
  const { output, directory, stop } = await startProgram({
    env: { NODE_ENV: 'production', SANDBOX: 'true', PROT: '80' },
  });
  expect(await stop()).toMatchObject({ code: 0 });

  expect(output.stdout).toContain('Did you mean `PORT`?');
  expect(await readFile(join(directory, '.data', 'secret'), 'utf8')).toMatch(/^[0-9a-f]{64}$/);
});

test('API keys are bearer tokens from the client to the gateway, and from the gateway to the upstream', async () => {
  const headers: (string | undefined)[] = [];
  const upstream = createServer((request, response) => {
    headers.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json').end('{"models":[],"hasMore":false,"nextPageCursor":null}');
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const address = upstream.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const { url, stop } = await startProgram({
    env: { FLAIR_API_URL: `http://127.0.0.1:${port}`, FLAIR_API_KEY_HEADER: 'Authorization' },
  });

  for (let index = 0; index < 3; index++) {
    const response = await execute(url, '{ models { nodes { id } } }', {}, { authorization: 'Bearer acme' });
    expect(response).toEqual({ data: { models: { nodes: [] } } });
  }
  await stop();
  upstream.closeAllConnections();
  upstream.close();

  expect(new Set(headers)).toEqual(new Set(['Bearer acme']));
});
