import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import Libsql from 'libsql';

/** Why files cannot be kept in a directory, which is created when there is none; undefined when they can. */
export function directoryProblem(directory: string): string | undefined {
  try {
    mkdirSync(directory, { recursive: true });
    if (!statSync(directory).isDirectory()) return 'it is not a directory';
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Larger files are not read completely: the check would delay each start. */
const LARGEST_CHECKED = 64 * 1_048_576;

/** Why a file cannot be used as a SQLite database; undefined when it can, or does not exist yet. */
export function databaseProblem(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  try {
    if (!statSync(file).isFile()) return 'it is not a file';
    const connection = new Libsql(file);
    try {
      connection.exec('SELECT count(*) FROM sqlite_master');
      if (statSync(file).size <= LARGEST_CHECKED) {
        // The driver cannot know a statement's columns.
        const found = connection.prepare('PRAGMA quick_check(1)').get() as { quick_check?: unknown } | undefined;
        if (found?.quick_check !== 'ok') return 'it is damaged';
      }
      // Another process may write at this moment, which is no problem of the file.
      connection.exec('BEGIN IMMEDIATE; ROLLBACK');
      return undefined;
    } finally {
      connection.close();
    }
  } catch (error) {
    return isBusy(error) ? undefined : reasonOf(error);
  }
}

const isBusy = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY';

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
