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

/** The text of a file with a bug. @throws Error if the file does not contain the text that the bug changes, once. */
export async function plant({ file, from, to }: Pick<PlantedBug, 'file' | 'from' | 'to'>): Promise<string> {
  const parts = (await readFile(join(root, file), 'utf8')).split(from);
  if (parts.length !== 2)
    throw new Error(`Expected "${from}" once in ${file}, but found it ${parts.length - 1} times.`);
  return parts.join(to);
}

/** What shows a bug. */
export interface Finding {
  readonly seed: number;
  readonly rule: string;
}

/**
 * Plants a bug into a copy of the sources and runs the simulator on it, in a process of its own: first with the seed that is
 * known to show it, then with others.
 *
 * @returns A violation without which the same seed runs on the original sources; undefined if the simulator did not find one.
 */
export async function findBug(bug: PlantedBug, seeds: number): Promise<Finding | undefined> {
  const { file, seed, isInCluster = false } = bug;
  const copy = await mkdtemp(join(tmpdir(), 'flair-planted-'));
  try {
    for (const source of SOURCES) await cp(join(root, source), join(copy, source), { recursive: true });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    await writeFile(join(copy, file), await plant(bug));
    const mode = isInCluster ? ['--cluster'] : [];
    const known = seed === undefined ? undefined : await findDifference(copy, mode, [seed, seed]);
    return known ?? (await findDifference(copy, mode, [1, seeds]));
  } finally {
    await rm(copy, { recursive: true });
  }
}

/** The first violation that the original sources do not have. */
async function findDifference(
  copy: string,
  mode: readonly string[],
  [first, last]: readonly [first: number, last: number],
): Promise<Finding | undefined> {
  for (let from = first; from <= last; ) {
    const found = /^Seed (\d+) violates: (.+)$/m.exec(await runSimulator(copy, mode, [from, last]));
    if (!found) return undefined;
    const [seed, rule = ''] = [Number(found[1]), found[2]];
    const original = await runSimulator(root, mode, [seed, seed]);
    if (!original.includes(`Seed ${seed} violates: ${rule}`)) return { seed, rule };
    from = seed + 1;
  }
  return undefined;
}

function runSimulator(
  directory: string,
  mode: readonly string[],
  [from, to]: readonly [from: number, to: number],
): Promise<string> {
  const range = [...mode, '--from', String(from), '--seeds', String(to - from + 1)];
  const args = ['--import', 'tsx', 'test/simulator/simulate.ts', '--raw', ...range];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: directory, timeout: TIMEOUT }, (_, stdout) => resolve(stdout));
  });
}
