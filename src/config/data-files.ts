import { basename, dirname, join } from 'node:path';
import { readManifest } from '../persisted-documents/manifest.ts';
import { databaseProblem, directoryProblem } from '../util/data-file.ts';
import { ConfigError } from '../util/environment.ts';
import type { NeededFiles } from './config.ts';
import { readTenants } from './jwt.ts';
import { secretProblem } from './secret-file.ts';

const DATA = '.data';

export const secretFile = (directory = DATA): string => join(directory, 'secret');
export const idempotencyFile = (directory = DATA): string => join(directory, 'idempotency.sqlite');

/**
 * Finds mistakes in the files that the program reads and in those that it keeps, a sentence each.
 *
 * @param directory Where the program keeps its own files.
 */
export function fileMistakes(needed: NeededFiles, directory = DATA): string[] {
  const { manifest, tenants } = needed;
  return [
    ...ownFileMistakes(needed, directory),
    ...mistakesIn(() => (manifest === undefined ? [] : readManifest(manifest).mistakes)),
    ...mistakesIn(() => {
      if (tenants !== undefined) readTenants({ tenants: [], tenantsFile: tenants });
      return [];
    }),
  ];
}

/** A file that the program keeps. */
interface OwnFile {
  readonly path: string;
  readonly content: string;
  /** How the program does without it. */
  readonly alternative: string;
  readonly problem: (path: string) => string | undefined;
}

function ownFileMistakes({ secret, idempotency, sandbox }: NeededFiles, directory: string): string[] {
  const files: OwnFile[] = [];
  if (secret) {
    files.push({
      path: secretFile(directory),
      content: 'the generated secret',
      alternative: '`SECRET`',
      problem: secretProblem,
    });
  }
  if (idempotency) {
    files.push({
      path: idempotencyFile(directory),
      content: 'idempotency keys',
      alternative: '`REDIS_URL`',
      problem: databaseProblem,
    });
  }
  if (sandbox !== undefined && sandbox !== 'memory') {
    files.push({
      path: sandbox,
      content: 'the data of the sandbox',
      alternative: '`SANDBOX_STORAGE=memory`',
      problem: databaseProblem,
    });
  }
  const folders = new Set(files.map(({ path }) => dirname(path)));
  return [...folders].flatMap((folder) => {
    const inside = files.filter(({ path }) => dirname(path) === folder);
    const problem = directoryProblem(folder);
    return problem === undefined ? inside.flatMap(fileMistake) : [directoryMistake(folder, inside, problem)];
  });
}

/** One mistake for all files of a directory. */
function directoryMistake(folder: string, files: readonly OwnFile[], problem: string): string {
  const contents = files.map(({ path, content }) => `${content} (${basename(path)})`).join(', ');
  const otherwise = files.map(({ alternative: otherwise }) => otherwise).join(', ');
  return `\`${folder}\` must be a directory in which this program may write ${contents}, but that fails: ${problem}. Correct its owner and permissions, or set ${otherwise}.`;
}

function fileMistake({ path, content, alternative: otherwise, problem }: OwnFile): string[] {
  const found = problem(path);
  if (found === undefined) return [];
  return [
    `\`${path}\` must hold ${content}, but cannot be used: ${found}. Restore it from a backup, move it away so that a new one is made, or set ${otherwise}.`,
  ];
}

function mistakesIn(read: () => readonly string[]): readonly string[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}
