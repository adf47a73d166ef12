/** The upstream answered with a status that is no success. */
export class StatusError extends Error {
  override name = 'StatusError' as const;
  readonly status: number;
  /** The delay that the upstream requests in `Retry-After`, capped, in seconds; undefined when it requests none. */
  readonly retryAfter: number | undefined;
  /** Private, so that whoever logs the error leaves it out: the words are the upstream's, about somebody's data. */
  readonly #said: string | undefined;

  constructor(
    status: number,
    { retryAfter, said }: { retryAfter?: number | undefined; said?: string | undefined } = {},
  ) {
    super(`answered ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
    this.#said = said;
  }

  /** What the upstream said about it, meant for people. */
  get said(): string | undefined {
    return this.#said;
  }
}

/** No connection, or one that broke, also in the middle of an answer. The cause says how. */
export class NetworkError extends Error {
  override name = 'NetworkError' as const;

  constructor(cause: unknown) {
    super('no connection, or one that broke', { cause });
  }
}

/** More than any error has to say, in bytes. */
export const MAX_ERROR_BYTES = 65_536;
