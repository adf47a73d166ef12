import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlantedBug } from './planted.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a simulation needs, besides its dependencies. */
const SOURCES = ['src', 'schema', 'test/simulator', 'test/support', 'package.json', 'tsconfig.json'];

/** Maximum time for one bug, in milliseconds. */
const TIMEOUT = 600_000;

/**
 * Plants a bug into a copy of the sources and runs the simulator on it, in a process of its own.
 *
 * @returns The violation that shows the bug; undefined if the simulator did not find it.
 */
export async function findBug({ file, from, to }: PlantedBug, seeds: number): Promise<string | undefined> {
  const copy = await mkdtemp(join(tmpdir(), 'flair-planted-'));
  try {
    for (const source of SOURCES) await cp(join(root, source), join(copy, source), { recursive: true });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    const parts = (await readFile(join(copy, file), 'utf8')).split(from);
    if (parts.length !== 2)
      throw new Error(`Expected "${from}" once in ${file}, but found it ${parts.length - 1} times.`);
    await writeFile(join(copy, file), parts.join(to));
    return /^Seed \d+ violates: .+$/m.exec(await runSimulator(copy, seeds))?.[0];
  } finally {
    await rm(copy, { recursive: true });
  }
}

function runSimulator(directory: string, seeds: number): Promise<string> {
  const args = ['--import', 'tsx', 'test/simulator/simulate.ts', '--raw', '--seeds', String(seeds)];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: directory, timeout: TIMEOUT }, (_, stdout) => resolve(stdout));
  });
}
