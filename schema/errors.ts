import { GraphQLError } from 'graphql';
import { MAX_IMAGE_BYTES } from '../src/contract/rules.ts';
import type { ErrorCode } from '../src/error-codes/error-codes.ts';
import { extensionsOf, toPublicError } from '../src/errors.ts';
import { KeyReusedError } from '../src/idempotency/errors.ts';
import { InvalidImageError } from '../src/images/invalid-image-error.ts';
import { UpstreamError } from '../src/upstream/errors.ts';

/**
 * An error that the user can correct. If the field's result union contains its type, it is returned as data; otherwise,
 * for example for an argument of a query, it is a GraphQL error with the code.
 */
export abstract class ActionableError extends GraphQLError {
  constructor(code: ErrorCode, message: string) {
    super(message, { extensions: extensionsOf(code) });
  }
}

/** An invalid input, with every issue found in it. */
export class InvalidInputError extends ActionableError {
  override name = 'InvalidInputError' as const;
  readonly issues: readonly { path: readonly string[]; message: string }[];

  constructor(issues: InvalidInputError['issues'], message = summarize(issues)) {
    super('BAD_USER_INPUT', message);
    this.issues = issues;
  }
}

/** The object does not exist, or the key has no access to it. */
export class NotFoundError extends ActionableError {
  override name = 'NotFoundError' as const;
  readonly id: string | null;

  constructor(id: string | null, message = 'No object with this id exists, or your key has no access to it.') {
    super('NOT_FOUND', message);
    this.id = id;
  }
}

/** The current state does not allow the operation. */
export class ConflictError extends ActionableError {
  override name = 'ConflictError' as const;

  constructor(message: string) {
    super('BAD_USER_INPUT', message);
  }
}

/** The file's first bytes are not those of a webp, png or jpeg image. */
export class UnsupportedImageError extends ActionableError {
  override name = 'UnsupportedImageError' as const;
  readonly fileName: string | null;

  constructor(
    fileName: string | null,
    message = 'Expected a webp, png or jpeg image; the first bytes of this file match none of these formats.',
  ) {
    super('BAD_USER_INPUT', message);
    this.fileName = fileName;
  }
}

/** The file is larger than the upstream accepts. */
export class FileTooLargeError extends ActionableError {
  override name = 'FileTooLargeError' as const;
  readonly fileName: string | null;
  /** In bytes. */
  readonly maxBytes: number;

  constructor(
    fileName: string | null,
    maxBytes: number,
    message = `The file is larger than ${maxBytes} bytes. Send a smaller file.`,
  ) {
    super('PAYLOAD_TOO_LARGE', message);
    this.fileName = fileName;
    this.maxBytes = maxBytes;
  }
}

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Builds an {@link InvalidInputError} from validation issues. */
export const invalidInput = (issues: readonly Issue[]): InvalidInputError =>
  new InvalidInputError(
    issues.map(({ message, path = [] }) => ({
      message,
      path: path.map((part) => String(typeof part === 'object' ? part.key : part)),
    })),
  );

/** The object or file that an upstream error concerns. */
export interface ErrorSubject {
  /** Global id of the object that a 404 concerns, if there is exactly one. */
  id?: string;
  fileName?: string;
}

/**
 * Runs an operation and maps upstream errors that the user can correct to {@link ActionableError}s. Other errors are
 * rethrown unchanged.
 */
export async function actionable<Result>(subject: ErrorSubject, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof KeyReusedError) throw new ConflictError(error.message);
    if (error instanceof InvalidImageError) throw toImageError(error, subject);
    throw (error instanceof UpstreamError && error.failure === 'status' && toActionable(error, subject)) || error;
  }
}

const toImageError = ({ reason, message }: InvalidImageError, { fileName }: ErrorSubject): ActionableError =>
  reason === 'too-large'
    ? new FileTooLargeError(fileName ?? null, MAX_IMAGE_BYTES, message)
    : new UnsupportedImageError(fileName ?? null, message);

function toActionable(
  { status, upstreamMessage }: UpstreamError,
  { id, fileName }: ErrorSubject,
): ActionableError | undefined {
  switch (status) {
    case 400:
    case 422:
      return new InvalidInputError([], upstreamMessage ?? 'The upstream rejected this input.');
    case 404:
    case 410:
      return new NotFoundError(id ?? null, upstreamMessage);
    case 409:
      return new ConflictError(upstreamMessage ?? 'The current state does not allow this operation.');
    case 413:
      return new FileTooLargeError(fileName ?? null, MAX_IMAGE_BYTES, upstreamMessage);
    case 415:
      return new UnsupportedImageError(fileName ?? null, upstreamMessage);
    default:
      return undefined;
  }
}

/** The error of one item of a bulk operation, as a plain object: graphql-js would report an Error as a failure of its field. */
export type ItemError = { readonly name: string; readonly message: string };

/** An {@link ItemError} that the user cannot correct in the input. */
export interface RequestFailedError extends ItemError {
  readonly name: 'RequestFailedError';
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfter: number | null;
}

/** Converts the error of one item, so that the other items keep their results. */
export function toItemError(error: unknown): ItemError {
  if (error instanceof ActionableError) return { ...error, name: error.name, message: error.message };
  const { message, extensions } = toPublicError(error) ?? UNEXPECTED;
  const { code, retryable, retryAfter } = extensions as { code: string; retryable: boolean; retryAfter?: number };
  return { name: 'RequestFailedError', message, code, retryable, retryAfter: retryAfter ?? null } as RequestFailedError;
}

/** The details of an unexpected error are logged, and its id is in the errors of the response. */
const UNEXPECTED = {
  message:
    'Unexpected error. If the result itself is selected, too, the `errors` of the response contain its id in the log.',
  extensions: extensionsOf('INTERNAL_SERVER_ERROR'),
};

/** True for an error that is a bug: it is not public, so that it must be reported as the error of a field. */
export const isUnexpected = (error: unknown): error is Error =>
  error instanceof Error && !(error instanceof ActionableError) && toPublicError(error) === undefined;

const summarize = (issues: InvalidInputError['issues']): string =>
  issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join(' ');
