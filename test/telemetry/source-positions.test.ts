import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { describeError } from '../../src/telemetry/log.ts';
import { nameSources } from '../../src/telemetry/source-positions.ts';
import { temporaryDirectory } from '../support/program.ts';

const SOURCE = `export type Trace = string | undefined;

function fail(): never {
  throw new Error('failed');
}

try {
  fail();
} catch (error) {
  console.log((error as Error).stack satisfies Trace);
}
`;

/** Builds a program in a new folder with this name, and returns the stack trace that it prints. */
async function traceIn(folderName: string, { sourcemap = true }: { sourcemap?: boolean } = {}) {
  const folder = join(await temporaryDirectory(), folderName);
  const [source, built] = [join(folder, 'source.ts'), join(folder, 'built.mjs')];
  await build({
    stdin: { contents: SOURCE, sourcefile: source, loader: 'ts' },
    outfile: built,
    format: 'esm',
    banner: { js: '// A line that moves all others.' },
    sourcemap,
  });
  const { stdout } = await promisify(execFile)(process.execPath, [built]);
  const { href } = pathToFileURL(built);
  expect(stdout).toContain(`at fail (${href}:`);
  return { href, source, trace: stdout.trimEnd() };
}

test.each(['plain', 'with spaces', 'with (parentheses)', '数据'])(
  'positions in a built module in a folder called %s are replaced by those in its sources',
  async (folderName) => {
    const { href, source, trace } = await traceIn(folderName);

    const named = nameSources(trace);

    expect(named).toContain(`Error: failed\n    at fail (${source}:4:9)\n    at ${source}:8:3\n`);
    expect(named).not.toContain(href);
    expect(nameSources(trace), 'the second time').toBe(named);
  },
);

test('the frames of asynchronous functions, of constructors and of causes are replaced, too', async () => {
  const { href, source, trace } = await traceIn('frames');
  const [, position] = /built\.mjs:(\d+:\d+)/.exec(trace) ?? [];
  const at = `${href}:${position}`;

  expect(nameSources(`Error: a\n    at async ${at}\ncaused by: Error: b\n    at new Fail (${at})`)).toBe(
    `Error: a\n    at async ${source}:4:9\ncaused by: Error: b\n    at new Fail (${source}:4:9)`,
  );
});

test('a text stays as it is if it is no frame, and if there is no source map or no file of that name', async () => {
  const [unmapped, damaged] = [await traceIn('unmapped', { sourcemap: false }), await traceIn('damaged')];
  const [elsewhere, mapped] = [await traceIn('elsewhere'), await traceIn('mapped')];
  await writeFile(fileURLToPath(`${damaged.href}.map`), '{');
  const map = await readFile(fileURLToPath(`${elsewhere.href}.map`), 'utf8');
  const moved = { ...JSON.parse(map), sources: ['webpack://other/source.ts'] };
  await writeFile(fileURLToPath(`${elsewhere.href}.map`), JSON.stringify(moved));
  const traces = [
    unmapped.trace,
    damaged.trace,
    elsewhere.trace,
    'Error: no file\n    at Socket.destroy (node:internal/streams/destroy:68:3)',
    `Error: in a message:\n${mapped.href}:4:9\nat ${mapped.href}:4:9\n  at (${mapped.href}:4:9)`,
    '',
  ];

  expect(traces.map(nameSources)).toEqual(traces);
});

test('an error is logged with positions in the sources, and so are the errors in an AggregateError', async () => {
  const { href, source, trace } = await traceIn('aggregate');
  const failed = () => Object.assign(new Error('failed'), { stack: trace });
  const error = Object.assign(new AggregateError([failed(), failed(), 'no error']), { stack: trace, cause: failed() });

  const described = describeError(error) as { stack: string; aggregateErrors: { stack: string }[] };

  const stacks = [described.stack, ...described.aggregateErrors.flatMap(({ stack }) => stack ?? [])];
  expect(stacks).toHaveLength(3);
  for (const stack of stacks) expect(stack).toContain(`${source}:4:9`);
  expect(JSON.stringify(described)).not.toContain(href);
});
