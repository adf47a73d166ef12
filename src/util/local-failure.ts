/** Codes of system errors that this machine is to blame for, not the other end: no descriptors, ports, memory or buffers. */
const EXHAUSTED: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);

/** Whether an error, or one of its causes, says that this machine has run out of something that a connection needs. */
export function isExhausted(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 8) return false;
  if ('code' in error && EXHAUSTED.has(error.code)) return true;
  // One error for each address of a host.
  if (error instanceof AggregateError && error.errors.some((each) => isExhausted(each, depth + 1))) return true;
  return isExhausted(error.cause, depth + 1);
}

/** A temporary file could not be created, written or read: no space, no directory, no permission, no descriptors. */
export class TempFileError extends Error {
  override name = 'TempFileError' as const;

  constructor(cause: unknown) {
    super('a temporary file cannot be used', { cause });
  }
}

/** Runs a use of a temporary file. @throws TempFileError */
export async function orTempFileError<Result>(use: Promise<Result>): Promise<Result> {
  try {
    return await use;
  } catch (error) {
    throw new TempFileError(error);
  }
}
