import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { OutcomeUnknownError, StoreError } from './idempotency/errors.ts';
import { OutageTooLongError } from './jobs/poll.ts';
import { OnHoldError } from './jobs/shared-poll.ts';
import { UpstreamError } from './upstream/errors.ts';
import { DownloadError } from './upstream/images/download-error.ts';
import { isExhausted, TempFileError } from './util/local-failure.ts';
import { shorten } from './util/shorten.ts';

/** The codes a client meets in `extensions.code`, what they mean and whether the same request may succeed later. */
export const ERROR_CODES = {
  UNAUTHENTICATED: {
    retryable: false,
    meaning: 'No API key was sent, or the upstream does not accept the one that was.',
  },
  FORBIDDEN: { retryable: false, meaning: 'The key may not do this, or the account is out of credit.' },
  NOT_FOUND: {
    retryable: false,
    meaning: 'Something that was there is gone, for example a watched job that was deleted.',
  },
  RATE_LIMITED: { retryable: true, meaning: 'Too many requests; `retryAfter` says in how many seconds to try again.' },
  BAD_USER_INPUT: {
    retryable: false,
    meaning: 'An argument or a variable is not acceptable; the message says what is.',
  },
  GRAPHQL_PARSE_FAILED: {
    retryable: false,
    meaning: 'The document is not GraphQL, or it has too many tokens or lines, or too long a name.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    retryable: false,
    meaning: 'The document does not fit the schema, or it is larger than this gateway accepts.',
  },
  QUERY_TOO_COSTLY: {
    retryable: false,
    meaning:
      'The operation may take too many requests to the upstream, and nothing was sent; or it has taken as many as it may, and this field is missing. Request less at once.',
  },
  RESPONSE_TOO_LARGE: {
    retryable: false,
    meaning: 'The response would be longer than this gateway sends. Request less at once.',
  },
  ERRORS_OMITTED: {
    retryable: false,
    meaning: 'More errors occurred than one response reports; `omitted` is their number.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    retryable: false,
    meaning: 'No document is known by this hash or id. After a hash, send the document with it once.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    retryable: false,
    meaning: 'Documents are not kept here in this way. Send the document itself.',
  },
  PERSISTED_QUERY_REQUIRED: {
    retryable: false,
    meaning: 'Only the documents of a manifest are executed here, by their ids.',
  },
  PAYLOAD_TOO_LARGE: { retryable: false, meaning: 'The request body is larger than this gateway accepts.' },
  UNSUPPORTED_MEDIA_TYPE: {
    retryable: false,
    meaning: 'The Content-Type of a request, or the bytes of a picture, are of no kind that works here.',
  },
  NOT_ACCEPTABLE: {
    retryable: false,
    meaning: 'The Accept header of a request allows none of the media types that work here.',
  },
  UPSTREAM_TIMEOUT: { retryable: true, meaning: 'The upstream gave no complete answer in time.' },
  UPSTREAM_UNAVAILABLE: { retryable: true, meaning: 'The upstream cannot be reached, or it failed.' },
  UPSTREAM_INVALID_RESPONSE: { retryable: true, meaning: 'The upstream answered something that breaks its contract.' },
  UPSTREAM_OUTCOME_UNKNOWN: {
    retryable: false,
    meaning: 'A write that may have happened: look before repeating it, because it may cost money twice.',
  },
  SHUTTING_DOWN: {
    retryable: true,
    meaning: 'The gateway is being stopped; another one, or this one again, will answer.',
  },
  SERVICE_UNAVAILABLE: {
    retryable: true,
    meaning:
      'The gateway itself lacks something at present, for example its Redis, disk space or file descriptors; nothing was sent.',
  },
  INTERNAL_SERVER_ERROR: {
    retryable: false,
    meaning: 'A mistake of the gateway; the message holds the id of its log line.',
  },
} as const satisfies Record<string, { retryable: boolean; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What every error that clients see says of itself. */
export const extensionsOf = (code: ErrorCode) => ({ code, retryable: ERROR_CODES[code].retryable });

/** An error that clients are meant to see. A long message, which quotes something long, is shortened. */
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

/** What a failure of the upstream means for a client. Its address and its bodies stay inside. */
function fromUpstream(error: UpstreamError): GraphQLError {
  const { status, said, retryAfter } = error;
  const say = (code: ErrorCode, message: string, extensions?: Record<string, unknown>) =>
    publicError(code, message, extensions, error);

  switch (error.failure) {
    case 'timeout':
      return say('UPSTREAM_TIMEOUT', 'The upstream gave no complete answer in time. Try again.');
    case 'avoided': {
      const message = `The upstream has been failing, so nothing was sent. Try again in ${retryAfter} s.`;
      return say('UPSTREAM_UNAVAILABLE', message, { retryAfter });
    }
    case 'crowded': {
      const message = `As many requests of this key wait already as may (MAX_WAITING_REQUESTS_PER_KEY), so nothing was sent. Try again in ${retryAfter} s.`;
      return say('RATE_LIMITED', message, { retryAfter });
    }
    case 'not-visible':
      return say('UPSTREAM_UNAVAILABLE', 'This was created a moment ago and cannot be read yet. Try again.');
    case 'exhausted':
      return say('SERVICE_UNAVAILABLE', EXHAUSTED);
    case 'unreachable':
      return say('UPSTREAM_UNAVAILABLE', 'The upstream cannot be reached. Try again later.');
    case 'invalid-response':
      return say('UPSTREAM_INVALID_RESPONSE', `The upstream broke its contract. ${error.message}.`);
    case 'outcome-unknown':
      return say(
        'UPSTREAM_OUTCOME_UNKNOWN',
        'The upstream gave no clear answer, so this may or may not have happened. List what is there before repeating it.',
      );
    case 'status':
  }
  if (status === 401) return say('UNAUTHENTICATED', 'The upstream does not accept this API key.');
  if (status === 402) return say('FORBIDDEN', said ?? 'The account is out of credit.');
  if (status === 403) return say('FORBIDDEN', said ?? 'This API key may not do this.');
  if (status === 404 || status === 410) return say('NOT_FOUND', 'This no longer exists.');
  if (status === 429)
    return say(
      'RATE_LIMITED',
      said ?? 'The upstream asks for fewer requests.',
      retryAfter === undefined ? {} : { retryAfter },
    );
  if (status === 408 || status === 504)
    return say('UPSTREAM_TIMEOUT', 'The upstream gave no complete answer in time. Try again.');
  if (status !== undefined && status < 500)
    return say('BAD_USER_INPUT', said ?? `The upstream refused this with status ${status}.`);
  return say(
    'UPSTREAM_UNAVAILABLE',
    'The upstream failed. Try again later.',
    retryAfter === undefined ? {} : { retryAfter },
  );
}

/**
 * The error for a subscriber who gets no state of a job yet because its key is on hold; undefined for any other error.
 *
 * @param id Global id of what is watched.
 */
export function explainHold(error: unknown, id: string): GraphQLError | undefined {
  if (!(error instanceof OnHoldError)) return undefined;
  const retryAfter = Math.ceil(error.wait / 1_000);
  const message = `The upstream has asked to wait, so the state is not known yet. It is read in ${retryAfter} s, and this subscription goes on.`;
  return publicError('RATE_LIMITED', message, { id, retryAfter }, error);
}

const DOWNLOAD_CODES = {
  refused: 'UPSTREAM_INVALID_RESPONSE',
  expired: 'UPSTREAM_UNAVAILABLE',
  unavailable: 'UPSTREAM_UNAVAILABLE',
  timeout: 'UPSTREAM_TIMEOUT',
  'too-large': 'UPSTREAM_INVALID_RESPONSE',
  invalid: 'UPSTREAM_INVALID_RESPONSE',
} as const satisfies Record<DownloadError['reason'], ErrorCode>;

/** What a picture that cannot be had means for a client. */
const fromDownload = (error: DownloadError): GraphQLError =>
  isExhausted(error)
    ? publicError('SERVICE_UNAVAILABLE', EXHAUSTED, {}, error)
    : publicError(DOWNLOAD_CODES[error.reason], 'The picture cannot be read.', {}, error);

/** Receives what clients must not see. */
export type ReportError = (error: unknown, id: string) => void;

/**
 * Turns whatever went wrong into something a client may see: an error with one of {@link ERROR_CODES}. Anything that was
 * not made for clients becomes an INTERNAL_SERVER_ERROR whose id also stands in the log.
 *
 * @param reportShortage Called when this machine has run out of something: disk space, file descriptors, ports.
 */
export const createMaskError =
  (report: ReportError, reportShortage: (error: Error) => void = () => {}) =>
  (error: unknown): GraphQLError => {
    const thrown = error instanceof GraphQLError ? (error.originalError ?? error) : error;
    if (thrown instanceof Error && (thrown instanceof TempFileError || isExhausted(thrown))) reportShortage(thrown);
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
      'The gateway cannot keep idempotency keys at present, so nothing was sent. Try again with the same key.';
    return publicError('SERVICE_UNAVAILABLE', message, {}, error);
  }
  if (error instanceof OutageTooLongError) {
    const message =
      'The upstream could not be read for too long (WATCH_PATIENCE_SECONDS). The job itself goes on; subscribing again is safe.';
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

/** Whether the same request may succeed later, once this error is shown to clients. */
export const isRetryable = (error: GraphQLError): boolean =>
  toPublicError(error.originalError ?? error)?.extensions.retryable === true;

const fromRequestError = (error: GraphQLError): GraphQLError => {
  const status = statusOf(error);
  return publicError(status.http?.status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_USER_INPUT', error.message, status);
};

/** The status that a request deserves which Yoga refused before it was GraphQL, whatever media type the client accepts. */
function statusOf({ extensions: { http } }: GraphQLError): { http?: { status: number } } {
  const { status, headers } = (http ?? {}) as { status?: number; headers?: Record<string, string> };
  return status === undefined ? {} : { http: { status, ...(headers && { headers }) } };
}

/**
 * Whether graphql-js refused a request, for example a variable of another type. Such an error belongs to no field, but for
 * one about an argument: null in a variable that has a default value is found where it is used.
 */
const isRequestError = ({ path, message, originalError }: GraphQLError): boolean =>
  (path === undefined || message.startsWith('Argument "')) &&
  (originalError === undefined || originalError instanceof GraphQLError);

/**
 * Whether a field was resolved to a value that its type cannot represent: out of the range of a scalar, no value of an
 * enum, null where the schema promises a value. What resolvers throw on purpose has a code, and what they throw by mistake
 * is no GraphQLError.
 */
const isUnrepresentable = ({ path }: GraphQLError, original: Error): boolean =>
  path !== undefined && (original instanceof GraphQLError || /^Cannot return null for non-null/.test(original.message));

/**
 * The decoders of upstream responses let nothing pass that the schema cannot represent. Where one has a gap, the value is
 * still the upstream's fault. The original message may quote the value, and is not reported.
 */
function fromUnrepresentable({ nodes, path = [] }: GraphQLError, report: ReportError): GraphQLError {
  const [node] = nodes ?? [];
  const field = node && 'name' in node ? node.name?.value : path.at(-1);
  const id = randomUUID();
  const problem = `${field}: got a value that the schema cannot represent`;
  report(new TypeError(problem), id);
  const message = `The upstream broke its contract. ${problem}. The id in the log is ${id}.`;
  return publicError('UPSTREAM_INVALID_RESPONSE', message);
}

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);

function mask(error: unknown, report: ReportError): GraphQLError {
  const id = randomUUID();
  report(error, id);
  return publicError('INTERNAL_SERVER_ERROR', `Unexpected error. Its id in the log is ${id}.`);
}
