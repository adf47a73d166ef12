import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorMessage } from '../util/data-file.ts';
import { ConfigError } from '../util/environment.ts';

/** Minimum length of a secret, in characters. */
export const MIN_SECRET_LENGTH = 32;

/**
 * Reads the secret from a file that only its owner can read. Creates the file if it is missing, so that image URLs
 * remain valid after a restart.
 *
 * @throws ConfigError when the file contains no usable secret.
 */
export function readOrMakeSecret(file: string): string {
  if (!existsSync(file)) makeSecret(file);
  const problem = secretProblem(file);
  if (problem !== undefined)
    throw new ConfigError([`\`${file}\` must contain a secret, but cannot be used: ${problem}.`]);
  return readFileSync(file, 'utf8').trim();
}

/**
 * The reason why a file contains no usable secret; undefined if it does, or does not exist yet. It quotes no content.
 */
export function secretProblem(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { length } = readFileSync(file, 'utf8').trim();
    if (length === 0) return 'it is empty';
    return length < MIN_SECRET_LENGTH
      ? `it has ${length} characters, and ${MIN_SECRET_LENGTH} or more are required`
      : undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

/**
 * Creates the file atomically: neither a crash nor a full disk leaves an empty one, and processes that start at once
 * share one secret.
 */
function makeSecret(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  const secret = randomBytes(32).toString('hex');
  const options = { mode: 0o600, flag: 'wx' } as const;
  try {
    writeFileSync(temporary, secret, options);
    try {
      linkSync(temporary, file);
    } catch (error) {
      // Some file systems have no hard links.
      if (!isExisting(error)) writeFileSync(file, secret, options);
    }
  } catch (error) {
    if (!isExisting(error)) {
      throw new ConfigError([`\`${file}\` must contain a secret, but none can be written: ${errorMessage(error)}.`]);
    }
  } finally {
    rmSync(temporary, { force: true });
  }
}

const isExisting = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';
