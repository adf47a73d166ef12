import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { execute } from '../e2e/client.ts';
import { runProgram, startProgram, temporaryDirectory } from '../support/program.ts';
import { readText } from '../support/readme.ts';

test('--version prints the versions of the gateway and of Node.js', async () => {
  const { version } = JSON.parse(readText('package.json')) as { version: string };

  const { code, stdout } = await runProgram({ args: ['--version'] });

  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `flair-graphql-gateway ${version} (Node.js ${process.version})\n`,
  });
});

test('--help prints options and settings, even if the settings have mistakes', async () => {
  const { code, stdout } = await runProgram({ args: ['--help'], env: { PORT: 'x' } });

  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage:[\s\S]*--check[\s\S]*Address:\n {2}PORT=4000\n {6}Port to listen on/);
});

test('an unknown option stops the program with one line', async () => {
  const { code, stdout, stderr } = await runProgram({ args: ['--checks'] });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe('--checks is not an option of this program. Did you mean --check? --help lists them.\n');
});

test('--print-config prints the settings in effect without secrets, as a file that can be read', async () => {
  const directory = await temporaryDirectory();
  const secrets = {
    SECRET: `${'hidden'.repeat(6)}`,
    JWT_SECRET: `${'hidden'.repeat(6)}`,
    TENANT_KEYS: 'acme=hidden',
    FLAIR_API_KEY: 'hidden',
    REDIS_URL: 'redis+sentinel://user:hid@hidden@127.0.0.1:26379/main?sentinelPassword=hidden',
    https_proxy: 'http://user:hidden@proxy.example:3128',
  };
  const env = {
    ...secrets,
    PORT: '8080',
    NODE_ENV: 'production',
    FLAIR_API_URL: 'https://api.example.com',
    JWT_ISSUER: 'the issuer',
    JWT_AUDIENCE: 'a',
    CORS_ORIGINS: 'https://a.example, https://b.example',
  };

  const { code, stdout, stderr } = await runProgram({ args: ['--print-config'], env });
  await writeFile(join(directory, 'printed.env'), stdout);
  const again = await runProgram({
    args: ['--print-config', '--env-file', 'printed.env'],
    env: { ...secrets, PORT: '9' },
    directory,
  });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toContain('hid');
  expect(stdout.split('\n')).toEqual(
    expect.arrayContaining([
      'PORT=8080',
      'SECRET=***',
      '# GRAPHIQL=false',
      '# SANDBOX=false',
      '# JWT_TENANT_CLAIM=sub',
      'JWT_ISSUER="the issuer"',
      'CORS_ORIGINS=https://a.example,https://b.example',
      'HTTPS_PROXY=http://***@proxy.example:3128/',
      'REDIS_URL=redis+sentinel://***@127.0.0.1:26379/main?sentinelPassword=***',
      '# PUBLIC_URL=',
    ]),
  );
  expect(again).toMatchObject({ code: 0, stdout: stdout.replace('PORT=8080', 'PORT=9') });
});

test('--print-config reports mistakes instead', async () => {
  const { code, stdout, stderr } = await runProgram({ args: ['--print-config'], env: { PORT: 'x' } });

  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringContaining('`PORT`') });
});

test('workers use the settings of an env file, over which the environment takes precedence', async () => {
  const directory = await temporaryDirectory();
  await writeFile(
    join(directory, 'a.env'),
    'WORKERS=2\nSANDBOX_KEYS=from-file\nSANDBOX_STORAGE=memory\nGRAPHIQL=true\n',
  );

  const { url } = await startProgram({
    args: ['--env-file', 'a.env'],
    env: { GRAPHIQL: 'false' },
    directory,
  });

  // Each worker serves one of two connections in turn.
  for (const _ of [1, 2]) {
    const headers = { 'x-api-key': 'from-file', connection: 'close' };
    const { data } = await execute<{ models: { nodes: unknown[] } }>(url, '{ models { nodes { id } } }', {}, headers);
    expect(data?.models.nodes).toEqual([]);
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html', connection: 'close' } });
    expect(page.status).toBe(404);
  }
});

test('an env file with mistakes stops the program with one message', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'a.env'), 'PORT 80\n');

  const { code, stdout, stderr } = await runProgram({ args: ['--env-file', 'a.env'], directory });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/`--env-file` a\.env: line 1 must be NAME=value/);
  expect(await readFile(join(directory, 'a.env'), 'utf8')).toBe('PORT 80\n');
});
