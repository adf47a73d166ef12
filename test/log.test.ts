import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from './support/readme.ts';

/** Runs a program with a log, and returns the lines that it wrote. */
async function run(program: string): Promise<{ level: number; msg: string }[]> {
  const text = `import { createLog } from './src/log.ts'; const log = createLog('info'); ${program}`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', text];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 1e8 });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

test('all lines are written completely and in order, including those still buffered at the end of the process', async () => {
  const lines = await run(
    "for (let n = 0; n < 2_000; n++) log.info('line ' + n + ' äöü'.repeat(n % 20)); log.debug('not this');",
  );

  expect(lines.map(({ msg }) => msg.split(' ')[1])).toEqual(Array.from({ length: 2_000 }, (_, index) => String(index)));
});

test('a fatal line is written even if the process exits immediately', async () => {
  const lines = await run("log.info('before'); log.fatal('the end'); process.reallyExit(0);");

  expect(lines.map(({ msg }) => msg)).toEqual(['before', 'the end']);
});
