import { expect, test } from 'vitest';
import { runProgram, startProgram } from '../support/program.ts';

/** The stack trace that Node.js prints for an unexpected error. */
const STACK = /^\s+at /m;

test('mistakes of every kind are reported at once', async () => {
  const env = { PORT: 'http', HOST: '0.0.0.0', SECRET: 'short', FLAIR_API_KEY_HEADER: 'x api key' };

  const { code, stderr } = await runProgram({ env });

  expect(code).toBe(1);
  expect(Object.keys(env).filter((name) => !stderr.includes(`\`${name}\``))).toEqual([]);
});

test.each([
  ['the gateway', 'gateway', 'PORT'],
  ['the standalone sandbox', 'sandbox', 'SANDBOX_PORT'],
] as const)('%s reports a port that is in use without a stack trace', async (_, entry, setting) => {
  const { port } = new URL((await startProgram({ entry })).url);

  const { code, stdout, stderr } = await runProgram({ entry, env: { [setting]: port } });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(port);
  expect(stderr).toContain(setting);
  expect(stderr).not.toMatch(STACK);
  expect(stderr).not.toContain('errno');
});
