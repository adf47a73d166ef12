/** System error codes for exhausted local resources: file descriptors, ports, memory or buffers. */
const EXHAUSTED: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);

/** True if an error, or one of its causes, reports an exhausted local resource. */
export function isResourceExhaustion(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 8) return false;
  if ('code' in error && EXHAUSTED.has(error.code)) return true;
  // Contains one error for each address of a host.
  if (error instanceof AggregateError && error.errors.some((each) => isResourceExhaustion(each, depth + 1)))
    return true;
  return isResourceExhaustion(error.cause, depth + 1);
}

/** A temporary file could not be created, written or read, for example because the disk is full. */
export class TempFileError extends Error {
  override name = 'TempFileError' as const;

  constructor(cause: unknown) {
    super('a temporary file cannot be used', { cause });
  }
}

/** Wraps errors of an operation on a temporary file. @throws TempFileError */
export async function wrapTempFileError<Result>(operation: Promise<Result>): Promise<Result> {
  try {
    return await operation;
  } catch (error) {
    throw new TempFileError(error);
  }
}
