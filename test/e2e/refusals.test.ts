import { expect, test } from 'vitest';
import { runProgram, startProgram } from '../support/program.ts';

/** What Node prints below the message of an error that nobody put into words. */
const STACK = /^\s+at /m;

test('mistakes of every kind are listed at once', async () => {
  const env = { PORT: 'http', HOST: '0.0.0.0', SECRET: 'short', FLAIR_API_KEY_HEADER: 'x api key' };

  const { code, stderr } = await runProgram({ env });

  expect(code).toBe(1);
  expect(Object.keys(env).filter((name) => !stderr.includes(`\`${name}\``))).toEqual([]);
});

test.each([
  ['the gateway', 'gateway', 'PORT'],
  ['the sandbox alone', 'sandbox', 'SANDBOX_PORT'],
] as const)('%s says in a sentence that its port is taken', async (_, entry, setting) => {
  const { port } = new URL((await startProgram({ entry })).url);

  const { code, stdout, stderr } = await runProgram({ entry, env: { [setting]: port } });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(port);
  expect(stderr).toContain(setting);
  expect(stderr).not.toMatch(STACK);
  expect(stderr).not.toContain('errno');
});
