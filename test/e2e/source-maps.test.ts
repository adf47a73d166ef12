import { expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { startProgram } from '../support/program.ts';

test('stack traces in the log name files and lines of the sources', async () => {
  const { output } = await startProgram({ env: { FLAIR_API_URL: 'http://127.0.0.1:1', FLAIR_API_KEY: 'k' } });
  await until(() => output.stdout.includes('could not be read'));

  const line = output.stdout.split('\n').find((text) => text.includes('could not be read')) ?? '';
  const { stack } = (JSON.parse(line) as { err: { stack: string } }).err;

  expect(stack).toMatch(/\bsrc\/upstream\/[\w/-]+\.ts:\d+:\d+/);
  expect(stack).not.toContain('dist/chunks');
});
