import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PROGRAM, pathOf } from '../processes.ts';
import { isPinned } from './servers.ts';

/** Build, commit and machine of a run. */

const root = pathOf('../..');

/** Builds the gateway and copies the output, so that a concurrent build does not affect the run. */
export async function build(): Promise<{ program: string; remove: () => Promise<void> }> {
  await promisify(execFile)('npm run --silent build', { cwd: root, shell: true });
  // In the folder of the original, so that its packages resolve.
  const folder = await mkdtemp(join(dirname(PROGRAM), 'bench-'));
  for (const name of [basename(PROGRAM), `${basename(PROGRAM)}.map`, 'chunks']) {
    await cp(join(dirname(PROGRAM), name), join(folder, name), { recursive: true });
  }
  return { program: join(folder, basename(PROGRAM)), remove: () => rm(folder, { recursive: true }) };
}

/** Hash of the checked-out commit. */
export const commit = (): string =>
  execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();

export type Machine = ReturnType<typeof describeMachine>;

export const describeMachine = () => ({
  processors: cpus().length,
  model: cpus()[0]?.model.trim() ?? 'unknown',
  node: process.version,
  platform: process.platform,
  isPinned,
});

export const describe = ({ processors, model, node, platform }: Machine): string =>
  `${processors} × ${model}, Node.js ${node}, ${platform}`;

/** Prints progress to stderr. */
export const step = (what: string): void =>
  console.error(`  ${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${what}`);
