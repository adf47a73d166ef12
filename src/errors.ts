import { randomUUID } from 'node:crypto';
import { GraphQLError, isValueNode } from 'graphql';
import { NullError } from './executor/field-errors.ts';
import { OutcomeUnknownError, StoreError } from './idempotency/errors.ts';
import { ListTooLongError, NotReadYetError, OutageTooLongError } from './jobs/events.ts';
import { UpstreamError } from './upstream/errors.ts';
import { DownloadError } from './upstream/images/download-error.ts';
import { isResourceExhaustion, TempFileError } from './util/local-failure.ts';
import { shorten } from './util/shorten.ts';

/** All values of `extensions.code`, with their meaning, and whether the same request may succeed later. */
export const ERROR_CODES = {
  UNAUTHENTICATED: {
    retryable: false,
    meaning: 'The request has no API key or other credentials, or its credentials are invalid or have expired.',
  },
  FORBIDDEN: { retryable: false, meaning: 'The key has no permission for this, or the account is out of credit.' },
  NOT_FOUND: {
    retryable: false,
    meaning: 'An object no longer exists, for example a watched job that was deleted.',
  },
  RATE_LIMITED: {
    retryable: true,
    meaning: 'Too many requests, or too many open connections; `retryAfter` is the number of seconds to wait.',
  },
  BAD_USER_INPUT: {
    retryable: false,
    meaning: 'An argument or a variable is invalid; the message describes the expected value.',
  },
  GRAPHQL_PARSE_FAILED: {
    retryable: false,
    meaning:
      'The document is not valid GraphQL syntax, has too many tokens or lines, or contains a name that is too long.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    retryable: false,
    meaning: 'The document does not match the schema, or exceeds a limit of this gateway, such as its depth.',
  },
  QUERY_TOO_COSTLY: {
    retryable: false,
    meaning:
      'The operation needs too many requests to the upstream: either it was rejected before any was sent, or it reached the limit during execution and this field is missing. Select less in one operation.',
  },
  RESPONSE_TOO_LARGE: {
    retryable: false,
    meaning: 'The response would exceed the maximum size. Select less in one operation.',
  },
  ERRORS_OMITTED: {
    retryable: false,
    meaning: 'The response reports only the first errors; `omitted` is the number of the others.',
  },
  LIST_TOO_LONG: {
    retryable: false,
    meaning:
      'A subscription to all jobs of a list follows only the first ones; `followed` is their number. It continues.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    retryable: false,
    meaning: 'No document is stored under this hash or id. For a hash, send it once together with the document.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    retryable: false,
    meaning: 'This gateway does not support this kind of persisted document. Send the document itself.',
  },
  PERSISTED_QUERY_REQUIRED: {
    retryable: false,
    meaning: 'This gateway executes only the documents of its manifest, by their ids.',
  },
  PAYLOAD_TOO_LARGE: { retryable: false, meaning: 'The request body is larger than this gateway accepts.' },
  UNSUPPORTED_MEDIA_TYPE: {
    retryable: false,
    meaning: 'The Content-Type of a request, or the format of an image, is not supported.',
  },
  NOT_ACCEPTABLE: {
    retryable: false,
    meaning: 'The Accept header of a request allows none of the supported media types.',
  },
  UPSTREAM_TIMEOUT: { retryable: true, meaning: 'The upstream sent no complete response in time.' },
  UPSTREAM_UNAVAILABLE: { retryable: true, meaning: 'The upstream cannot be reached, or it failed.' },
  UPSTREAM_INVALID_RESPONSE: { retryable: true, meaning: 'The response of the upstream violates its contract.' },
  UPSTREAM_OUTCOME_UNKNOWN: {
    retryable: false,
    meaning: 'A write may or may not have been executed. Check before you repeat it, because it may be billed twice.',
  },
  SHUTTING_DOWN: {
    retryable: true,
    meaning: 'The gateway is shutting down. Send the request again, to a replica or after the restart.',
  },
  SERVICE_UNAVAILABLE: {
    retryable: true,
    meaning:
      'The gateway lacks a resource at present, for example Redis, disk space or file descriptors; nothing was sent.',
  },
  INTERNAL_SERVER_ERROR: {
    retryable: false,
    meaning: 'A bug in the gateway; the message contains the id of its log line.',
  },
} as const satisfies Record<string, { retryable: boolean; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The extensions of every public error. */
export const extensionsOf = (code: ErrorCode) => ({ code, retryable: ERROR_CODES[code].retryable });

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
function fromUpstream(error: UpstreamError): GraphQLError {
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

function toPublicError(error: unknown): GraphQLError | undefined {
  if (error instanceof UpstreamError) return fromUpstream(error);
  if (error instanceof DownloadError) return fromDownload(error);
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
  return isErrorCode(code) ? publicError(code, error.message, error.extensions) : undefined;
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
  return publicError('UPSTREAM_INVALID_RESPONSE', message);
}

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);

function mask(error: unknown, report: ReportError): GraphQLError {
  const id = randomUUID();
  report(error, id);
  return publicError('INTERNAL_SERVER_ERROR', `Unexpected error. Its id in the log is ${id}.`);
}
