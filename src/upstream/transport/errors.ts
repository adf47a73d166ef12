/** The response has a status other than 2xx. */
export class StatusError extends Error {
  override name = 'StatusError' as const;
  readonly status: number;
  /** The delay that the upstream requests in `Retry-After`, capped, in seconds; undefined when it requests none. */
  readonly retryAfter: number | undefined;
  /** Private to keep it out of logs: the text may contain a tenant's data. */
  readonly #upstreamMessage: string | undefined;

  constructor(
    status: number,
    { retryAfter, upstreamMessage }: { retryAfter?: number | undefined; upstreamMessage?: string | undefined } = {},
  ) {
    super(`the response has status ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
    this.#upstreamMessage = upstreamMessage;
  }

  /** The human-readable message in the response. */
  get upstreamMessage(): string | undefined {
    return this.#upstreamMessage;
  }
}

/** The connection failed, or broke before the end of the response. Its cause is the original error. */
export class NetworkError extends Error {
  override name = 'NetworkError' as const;

  constructor(cause: unknown) {
    super('the connection failed or broke', { cause });
  }
}

/** Maximum size of an error response that is read, in bytes. */
export const MAX_ERROR_BYTES = 65_536;
