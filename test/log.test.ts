import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from './support/readme.ts';

/** Runs a program with a log, and returns the lines that it wrote. */
async function run(program: string): Promise<{ level: number; msg: string; lines?: number }[]> {
  const text = `import { createLog } from './src/telemetry/log.ts'; const log = createLog('info'); ${program}`;
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

test('lines beyond the memory for a slow reader are lost, counted and reported once', async () => {
  const lines = await run(`
    for (let n = 0; n < 60_000; n++) log.info('x'.repeat(500));
    process.once('beforeExit', () => log.info('after'));`);
  const [lost] = lines.filter(({ level }) => level === 50);

  expect(lost).toMatchObject({ lines: expect.any(Number), msg: expect.stringContaining('are lost') });
  expect(lines.at(-1)?.msg ?? '').toMatch(/^(after|lines of the log are lost)/);
  expect(lines.filter(({ level }) => level === 50)).toHaveLength(1);
  expect(lines.length - 2 + (lost?.lines ?? 0)).toBe(60_000);
}, 60_000);

test('the line of a request is equal to that of the log itself', async () => {
  const lines = await run(`
    import { infoWriter } from './src/telemetry/log.ts';
    const fields = { path: '/a"\\\\\\n\\u2028\\ud800ä', ms: 0, left: undefined, codes: ['A', 'B'], isTrue: true };
    log.info(fields, 'request');
    infoWriter(log)(fields, 'request');
    infoWriter(log)({ last: 1 }, 'request');`);
  const [logged, written, last] = lines.map((line) => JSON.stringify({ ...line, time: 0 }));

  expect(written).toBe(logged);
  expect(last).toContain('"last":1,"msg":"request"');
});
