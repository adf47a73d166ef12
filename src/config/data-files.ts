import { basename, dirname, join } from 'node:path';
import { readManifest } from '../persisted-documents/manifest.ts';
import { checkDatabase, checkDirectory } from '../util/data-file.ts';
import { mistakesIn } from '../util/environment.ts';
import type { NeededFiles } from './config.ts';
import { readTenants } from './jwt.ts';
import { secretProblem } from './secret-file.ts';

const DATA = '.data';

export const secretFile = (directory = DATA): string => join(directory, 'secret');
export const idempotencyFile = (directory = DATA): string => join(directory, 'idempotency.sqlite');

/**
 * Finds mistakes in the files that the gateway reads and writes, one sentence each.
 *
 * @param directory Directory of the gateway's own files.
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

/** A file that the gateway writes. */
interface OwnFile {
  readonly path: string;
  readonly content: string;
  /** The setting that replaces the file. */
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
      problem: checkDatabase,
    });
  }
  if (sandbox !== undefined && sandbox !== 'memory') {
    files.push({
      path: sandbox,
      content: 'the data of the sandbox',
      alternative: '`SANDBOX_STORAGE=memory`',
      problem: checkDatabase,
    });
  }
  const folders = new Set(files.map(({ path }) => dirname(path)));
  return [...folders].flatMap((folder) => {
    const inside = files.filter(({ path }) => dirname(path) === folder);
    const problem = checkDirectory(folder);
    return problem === undefined ? inside.flatMap(fileMistake) : [directoryMistake(folder, inside, problem)];
  });
}

/** One mistake for all files of a directory. */
function directoryMistake(folder: string, files: readonly OwnFile[], problem: string): string {
  const contents = files.map(({ path, content }) => `${content} (${basename(path)})`).join(', ');
  const alternatives = files.map(({ alternative }) => alternative).join(', ');
  return `\`${folder}\` must be a directory in which the gateway can write ${contents}, but that fails: ${problem}. Correct its owner and permissions, or set ${alternatives}.`;
}

function fileMistake({ path, content, alternative, problem }: OwnFile): string[] {
  const found = problem(path);
  if (found === undefined) return [];
  return [
    `\`${path}\` must contain ${content}, but cannot be used: ${found}. Restore it from a backup, move it away so that a new one is created, or set ${alternative}.`,
  ];
}
