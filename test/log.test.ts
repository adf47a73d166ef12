import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { root } from './support/readme.ts';

/** Arguments of Node.js for a program with a log. */
const argumentsFor = (program: string): string[] => [
  '--import',
  'tsx',
  '--input-type=module',
  '--eval',
  `import { createLog } from './src/telemetry/log.ts'; const log = createLog('info'); ${program}`,
];

/** Starts a program with a log. Its output is not read. It is killed at the end of the test. */
function start(program: string, output: number | 'pipe'): ChildProcess {
  const child = spawn(process.execPath, argumentsFor(program), { cwd: root, stdio: ['ignore', output, 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Waits until a program has exited. */
async function endOf(program: ChildProcess): Promise<{ code: number | null; errors: string }> {
  let errors = '';
  program.stderr?.on('data', (text) => {
    errors += text;
  });
  // Not `close`, for which all outputs must have been read.
  const [code] = await once(program, 'exit');
  return { code, errors };
}

/** Runs a program with a log, and returns the lines that it wrote. */
async function run(program: string): Promise<{ level: number; msg: string; lines?: number }[]> {
  const { stdout } = await promisify(execFile)(process.execPath, argumentsFor(program), { cwd: root, maxBuffer: 1e8 });
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

test('a fatal line for people is written even if the process exits immediately', async () => {
  const program = `
    import { createPrettyLog } from './src/telemetry/pretty-log.ts';
    const log = createPrettyLog('info'); log.info('before'); log.fatal('the end'); process.reallyExit(0);`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });

  expect(stdout).toMatch(/before.*\n.*the end/);
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

test.each([
  ['ends', 'process.exit(0);'],
  ['fails', "log.fatal('the end'); process.exit(0);"],
])('a process that %s does not wait for a full disk', async (_, end) => {
  const output = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(output));
  const program = start(`log.info('lost'); ${end}`, output);

  expect(await endOf(program)).toEqual({ code: 0, errors: '' });
});

test('a process that ends does not wait for a reader that reads nothing', async () => {
  // More than a pipe holds. `isTTY` opens it as the gateway does, so that writes to it fail instead of waiting.
  const program = start(
    "process.stdout.isTTY; for (let n = 0; n < 20; n++) log.info('x'.repeat(1e5)); process.exit(0);",
    'pipe',
  );

  expect(await endOf(program)).toEqual({ code: 0, errors: '' });
});

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
