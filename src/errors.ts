import { randomUUID } from 'node:crypto';
import { GraphQLError, isValueNode } from 'graphql';
import { ERROR_CODES, type ErrorCode, helpOf } from './error-codes/error-codes.ts';
import { NullError } from './executor/field-errors.ts';
import { OutcomeUnknownError, StoreError } from './idempotency/errors.ts';
import { ListTooLongError, NotReadYetError, OutageTooLongError } from './jobs/events.ts';
import { UpstreamError } from './upstream/errors.ts';
import { DownloadError } from './upstream/images/download-error.ts';
import { PausedError } from './upstream/policy/bulk-pace.ts';
import { isResourceExhaustion, TempFileError } from './util/local-failure.ts';
import { shorten } from './util/shorten.ts';

/** The extensions of every public error. */
export const extensionsOf = (code: ErrorCode) => ({
  code,
  retryable: ERROR_CODES[code].retryable,
  help: helpOf(code),
});

/**
 * An error whose message and extensions are sent to clients. Long messages, such as those with quotes, are shortened.
 */
export function publicError(
  code: ErrorCode,
  message: string,
  extensions: Record<string, unknown> = {},
  cause?: Error,
): GraphQLError {
  return new GraphQLError(shorten(message), {
    ...(cause && { originalError: cause }),
    extensions: { ...extensionsOf(code), ...extensions },
  });
}

const EXHAUSTED = 'The gateway is out of connections at present, so nothing was sent. Try again later.';

/** The public error for a failure of the upstream, without the upstream's URLs and response bodies. */
export function fromUpstream(error: UpstreamError): GraphQLError {
  const { status, upstreamMessage, retryAfter } = error;
  const create = (code: ErrorCode, message: string, extensions?: Record<string, unknown>) =>
    publicError(code, message, extensions, error);

  switch (error.failure) {
    case 'timeout':
      return create('UPSTREAM_TIMEOUT', 'The upstream sent no complete response in time. Try again.');
    case 'circuit-open': {
      const message = `The upstream has been failing, so nothing was sent. Try again in ${retryAfter} s.`;
      return create('UPSTREAM_UNAVAILABLE', message, { retryAfter });
    }
    case 'queue-full': {
      const message = `The request queue of this key is full (MAX_WAITING_REQUESTS_PER_KEY), so nothing was sent. Try again in ${retryAfter} s.`;
      return create('RATE_LIMITED', message, { retryAfter });
    }
    case 'not-visible':
      return create('UPSTREAM_UNAVAILABLE', 'This was created a moment ago and cannot be read yet. Try again.');
    case 'exhausted':
      return create('SERVICE_UNAVAILABLE', EXHAUSTED);
    case 'unreachable':
      return create('UPSTREAM_UNAVAILABLE', 'The upstream cannot be reached. Try again later.');
    case 'invalid-response':
      return create(
        'UPSTREAM_INVALID_RESPONSE',
        `The response of the upstream violates its contract. ${error.message}.`,
      );
    case 'outcome-unknown':
      return create(
        'UPSTREAM_OUTCOME_UNKNOWN',
        'The outcome of this write is unknown: it may or may not have been executed. List the existing objects before you repeat it.',
      );
    case 'status':
  }
  if (status === 401) return create('UNAUTHENTICATED', 'The upstream does not accept this API key.');
  if (status === 402) return create('FORBIDDEN', upstreamMessage ?? 'The account is out of credit.');
  if (status === 403) return create('FORBIDDEN', upstreamMessage ?? 'This API key has no permission for this.');
  if (status === 404 || status === 410) return create('NOT_FOUND', 'This no longer exists.');
  if (status === 429)
    return create(
      'RATE_LIMITED',
      upstreamMessage ?? 'The upstream rejected this because of too many requests.',
      retryAfter === undefined ? {} : { retryAfter },
    );
  if (status === 408 || status === 504)
    return create('UPSTREAM_TIMEOUT', 'The upstream sent no complete response in time. Try again.');
  if (status !== undefined && status < 500)
    return create('BAD_USER_INPUT', upstreamMessage ?? `The upstream rejected this with status ${status}.`);
  return create(
    'UPSTREAM_UNAVAILABLE',
    'The upstream failed. Try again later.',
    retryAfter === undefined ? {} : { retryAfter },
  );
}

/**
 * The error for an event after which a subscription continues: no state is known yet, or not all jobs of a list are
 * followed. Undefined for any other error.
 *
 * @param id Global id of the watched object; undefined for a list that has none.
 */
export function toInterimError(error: unknown, id: string | undefined): GraphQLError | undefined {
  if (error instanceof ListTooLongError) {
    const message = `The list is too long: this subscription follows ${error.followed} jobs, and misses the others. Watch these by their ids. The subscription continues.`;
    return publicError('LIST_TOO_LONG', message, { ...(id && { id }), followed: error.followed }, error);
  }
  if (!(error instanceof NotReadYetError)) return undefined;
  const { reason, wait } = error;
  const retryAfter = Math.ceil(wait / 1_000);
  const since = error.since.toISOString();
  const extensions = { ...(id && { id }), retryAfter, since };
  return reason === 'hold'
    ? publicError(
        'RATE_LIMITED',
        `The upstream limits requests since ${since}, so the state is not known yet. It will be read in ${retryAfter} s, and this subscription continues.`,
        extensions,
        error,
      )
    : publicError(
        'UPSTREAM_UNAVAILABLE',
        `The upstream cannot be read since ${since}, so the state is not known yet. It will be read again in ${retryAfter} s, and this subscription continues.`,
        extensions,
        error,
      );
}

const DOWNLOAD_CODES = {
  refused: 'UPSTREAM_INVALID_RESPONSE',
  expired: 'UPSTREAM_UNAVAILABLE',
  unavailable: 'UPSTREAM_UNAVAILABLE',
  timeout: 'UPSTREAM_TIMEOUT',
  'too-large': 'UPSTREAM_INVALID_RESPONSE',
  invalid: 'UPSTREAM_INVALID_RESPONSE',
} as const satisfies Record<DownloadError['reason'], ErrorCode>;

/** The public error for an image that cannot be downloaded. */
const fromDownload = (error: DownloadError): GraphQLError =>
  isResourceExhaustion(error)
    ? publicError('SERVICE_UNAVAILABLE', EXHAUSTED, {}, error)
    : publicError(DOWNLOAD_CODES[error.reason], 'The image cannot be read.', {}, error);

/** Logs an error that must not be sent to clients, under the id that is sent instead. */
export type ReportError = (error: unknown, id: string) => void;

/**
 * Converts every error into a public one with one of {@link ERROR_CODES}. An unexpected error becomes an
 * INTERNAL_SERVER_ERROR with an id, under which the original is logged.
 *
 * @param reportShortage Called when this machine has run out of disk space, file descriptors or ports.
 */
export const createMaskError =
  (report: ReportError, reportShortage: (error: Error) => void = () => {}) =>
  (error: unknown): GraphQLError => {
    const thrown = error instanceof GraphQLError ? (error.originalError ?? error) : error;
    if (thrown instanceof Error && (thrown instanceof TempFileError || isResourceExhaustion(thrown)))
      reportShortage(thrown);
    if (!(error instanceof GraphQLError)) return toPublicError(error) ?? mask(error, report);
    const original = error.originalError ?? error;
    const visible = toPublicError(original) ?? fromGraphQLError(error, original, report);
    return new GraphQLError(visible.message, {
      nodes: error.nodes ?? null,
      source: error.source ?? null,
      positions: error.positions ?? null,
      path: error.path ?? null,
      extensions: visible.extensions,
    });
  };

/** The public error for an error that a request may cause; undefined for an unexpected one. */
export function toPublicError(error: unknown): GraphQLError | undefined {
  if (error instanceof UpstreamError) return fromUpstream(error);
  if (error instanceof DownloadError) return fromDownload(error);
  if (error instanceof PausedError) {
    const retryAfter = Math.ceil(error.milliseconds / 1_000);
    const message = `The upstream limits the requests of this key. They are paused for ${retryAfter} s, longer than the time left for the operation, so this was not sent. Send it again after that time.`;
    return publicError('RATE_LIMITED', message, { retryAfter }, error);
  }
  if (error instanceof OutcomeUnknownError) return publicError('UPSTREAM_OUTCOME_UNKNOWN', error.message, {}, error);
  if (error instanceof TempFileError) {
    const message = 'The gateway cannot store uploads at present, so nothing was sent. Try again later.';
    return publicError('SERVICE_UNAVAILABLE', message, { http: { status: 503 } }, error);
  }
  if (error instanceof StoreError) {
    const message =
      'The gateway cannot store idempotency keys at present, so nothing was sent. Try again with the same key.';
    return publicError('SERVICE_UNAVAILABLE', message, {}, error);
  }
  if (error instanceof OutageTooLongError) {
    const message =
      'The upstream has been failing for too long (WATCH_PATIENCE_SECONDS). The job itself continues; it is safe to subscribe again.';
    return publicError('UPSTREAM_UNAVAILABLE', message, {}, error);
  }
  if (!(error instanceof GraphQLError)) return undefined;
  const { code } = error.extensions;
  if (!isErrorCode(code)) return undefined;
  const copy = publicError(code, error.message, error.extensions);
  const id = logIdOf(error);
  if (id !== undefined) logIds.set(copy.extensions, id);
  return copy;
}

function fromGraphQLError(error: GraphQLError, original: Error, report: ReportError): GraphQLError {
  if (isRequestError(error)) return fromRequestError(error);
  return isUnrepresentable(error, original) ? fromUnrepresentable(error, report) : mask(original, report);
}

/** True if the public form of this error is retryable. */
export const isRetryable = (error: GraphQLError): boolean =>
  toPublicError(error.originalError ?? error)?.extensions.retryable === true;

const fromRequestError = (error: GraphQLError): GraphQLError => {
  const status = statusOf(error);
  return publicError(status.http?.status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_USER_INPUT', error.message, status);
};

/**
 * The HTTP status and headers of an error with which Yoga rejected a request, whatever media type the client accepts.
 */
function statusOf({ extensions: { http } }: GraphQLError): { http?: { status: number } } {
  const { status, headers } = (http ?? {}) as { status?: number; headers?: Record<string, string> };
  return status === undefined ? {} : { http: { status, ...(headers && { headers }) } };
}

/**
 * True if graphql-js rejected the request, for example for a variable of the wrong type. Such an error has no path,
 * except for one that is located at the value of an argument: null in a variable with a default value is detected where
 * the variable is used.
 */
const isRequestError = ({ path, nodes, originalError }: GraphQLError): boolean =>
  (path === undefined || nodes?.some(isValueNode) === true) &&
  (originalError === undefined || originalError instanceof GraphQLError);

/**
 * True if a field was resolved to a value that its type cannot represent: out of the range of a scalar, not a value of
 * the enum, null for a non-null type. Errors that resolvers throw on purpose have a code, and unexpected ones are no
 * GraphQLErrors.
 */
const isUnrepresentable = ({ path }: GraphQLError, original: Error): boolean =>
  path !== undefined && (original instanceof GraphQLError || original instanceof NullError);

/**
 * The error for a value that the schema cannot represent. The decoders of upstream responses reject such values; where
 * one has a gap, the value is still the upstream's fault. The original message may quote the value, so it is not
 * reported.
 */
function fromUnrepresentable({ nodes, path = [] }: GraphQLError, report: ReportError): GraphQLError {
  const [node] = nodes ?? [];
  const field = node && 'name' in node ? node.name?.value : path.at(-1);
  const id = randomUUID();
  const problem = `${field}: got a value that the schema cannot represent`;
  report(new TypeError(problem), id);
  const message = `The response of the upstream violates its contract. ${problem}. The id in the log is ${id}.`;
  const shown = publicError('UPSTREAM_INVALID_RESPONSE', message);
  logIds.set(shown.extensions, id);
  return shown;
}

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);

/** By the extensions, which copies of an error share. */
const logIds = new WeakMap<object, string>();

/** The id under which the cause of an error is logged; undefined if it is not. */
export const logIdOf = ({ extensions }: Pick<GraphQLError, 'extensions'>): string | undefined =>
  extensions && logIds.get(extensions);

function mask(error: unknown, report: ReportError): GraphQLError {
  const id = randomUUID();
  report(error, id);
  const masked = publicError('INTERNAL_SERVER_ERROR', `Unexpected error. Its id in the log is ${id}.`);
  logIds.set(masked.extensions, id);
  return masked;
}
