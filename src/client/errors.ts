/** An error in a response, as in the GraphQL specification. */
export interface ResponseError {
  message: string;
  path?: readonly (string | number)[];
  extensions?: { code?: string; retryable?: boolean; retryAfter?: number; [name: string]: unknown };
}

export interface FlairErrorInit {
  /** @default false */
  retryable?: boolean | undefined;
  retryAfter?: number | undefined;
  errors?: readonly ResponseError[] | undefined;
  result?: Readonly<Record<string, unknown>> | undefined;
  data?: unknown;
  cause?: unknown;
}

/** A request that failed, a rejected file, or an error as data (`InvalidInputError` and others). */
export class FlairError extends Error {
  override readonly name: string = 'FlairError';
  /**
   * A code of the gateway, such as `RATE_LIMITED`; the type of an error as data, such as `InvalidInputError`; or one of
   * the client: `NETWORK_ERROR` (no response), `INVALID_RESPONSE` (a response that is not one of the gateway) or
   * `ABORTED`.
   */
  declare readonly code: string;
  /** True if the same request may succeed later. */
  declare readonly retryable: boolean;
  /** Seconds to wait before the request is sent again, if the gateway has named them. */
  declare readonly retryAfter: number | undefined;
  /** All errors of the response. */
  declare readonly errors: readonly ResponseError[];
  /** The error as data with all its fields, for example `issues`; undefined for other errors. */
  declare readonly result: Readonly<Record<string, unknown>> | undefined;
  /** The data of a response with errors: null in place of what failed, and complete otherwise. */
  declare readonly data: unknown;

  constructor(
    message: string,
    code: string,
    { cause, retryable = false, errors = [], ...others }: FlairErrorInit = {},
  ) {
    super(message, { cause });
    Object.assign(this, { code, retryable, errors, ...others });
  }
}
