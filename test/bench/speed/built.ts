import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { PROGRAM, pathOf } from '../processes.ts';
import { isPinned } from './servers.ts';

/** What is measured, and where. */

const root = pathOf('../..');

/** Builds the gateway, and keeps a copy apart: whoever builds meanwhile changes nothing of what is measured. */
export async function build(): Promise<{ program: string; remove: () => Promise<void> }> {
  await promisify(execFile)('npm run --silent build', { cwd: root, shell: true });
  // Beside the original, where its packages are found.
  const folder = await mkdtemp(join(dirname(PROGRAM), 'bench-'));
  for (const name of [basename(PROGRAM), `${basename(PROGRAM)}.map`, 'chunks']) {
    await cp(join(dirname(PROGRAM), name), join(folder, name), { recursive: true });
  }
  return { program: join(folder, basename(PROGRAM)), remove: () => rm(folder, { recursive: true }) };
}

/** The commit that is checked out. */
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

/** Says what is going on, apart from the results. */
export const step = (what: string): void =>
  console.error(`  ${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${what}`);
