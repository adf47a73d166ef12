import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Builds the program, so that its tests run in a fresh clone and never test an outdated build. */
const build = async (): Promise<void> => {
  await promisify(execFile)('npm run --silent build', { cwd: root, shell: true });
};

export default async function setup(project: TestProject): Promise<void> {
  await build();
  project.onTestsRerun(build);
}
