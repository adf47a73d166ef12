import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import Libsql from 'libsql';

/** Creates a directory if it does not exist. Returns the reason why files cannot be stored in it; undefined if they can. */
export function checkDirectory(directory: string): string | undefined {
  try {
    mkdirSync(directory, { recursive: true });
    if (!statSync(directory).isDirectory()) return 'it is not a directory';
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

/** Maximum size of a file that is checked completely, in bytes: the check delays each start. */
const MAX_CHECKED_BYTES = 64 * 1_048_576;

/** Returns the reason why a file cannot be used as a SQLite database; undefined if it can, or does not exist. */
export function checkDatabase(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  try {
    if (!statSync(file).isFile()) return 'it is not a file';
    const connection = new Libsql(file);
    try {
      connection.exec('SELECT count(*) FROM sqlite_master');
      if (statSync(file).size <= MAX_CHECKED_BYTES) {
        // The driver does not type the columns of a statement.
        const found = connection.prepare('PRAGMA quick_check(1)').get() as { quick_check?: unknown } | undefined;
        if (found?.quick_check !== 'ok') return 'it is corrupt';
      }
      // Fails with SQLITE_BUSY if another process is writing, which is not a problem of the file.
      connection.exec('BEGIN IMMEDIATE; ROLLBACK');
      return undefined;
    } finally {
      connection.close();
    }
  } catch (error) {
    return isBusy(error) ? undefined : errorMessage(error);
  }
}

const isBusy = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY';

export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
