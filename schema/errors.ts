import { GraphQLError } from 'graphql';
import { MAX_IMAGE_BYTES } from '../src/contract/rules.ts';
import { type ErrorCode, extensionsOf } from '../src/errors.ts';
import { KeyReusedError } from '../src/idempotency/errors.ts';
import { InvalidImageError } from '../src/images/invalid-image-error.ts';
import { UpstreamError } from '../src/upstream/errors.ts';

/**
 * An error that a person can act on. Where a result unites with its type it is data; anywhere else, for example in an
 * argument of a query, it is a GraphQL error with the code.
 */
export abstract class ActionableError extends GraphQLError {
  constructor(code: ErrorCode, message: string) {
    super(message, { extensions: extensionsOf(code) });
  }
}

/** An input that cannot be accepted, with every mistake in it. */
export class InvalidInputError extends ActionableError {
  override name = 'InvalidInputError' as const;
  readonly issues: readonly { path: readonly string[]; message: string }[];

  constructor(issues: InvalidInputError['issues'], message = summary(issues)) {
    super('BAD_USER_INPUT', message);
    this.issues = issues;
  }
}

/** There is no such thing, or this key may not see it. */
export class NotFoundError extends ActionableError {
  override name = 'NotFoundError' as const;
  readonly id: string | null;

  constructor(id: string | null, message = 'There is nothing with this id that your key may see.') {
    super('NOT_FOUND', message);
    this.id = id;
  }
}

/** The state of things does not allow it. */
export class ConflictError extends ActionableError {
  override name = 'ConflictError' as const;

  constructor(message: string) {
    super('BAD_USER_INPUT', message);
  }
}

/** Not a webp, png or jpeg image by its bytes. */
export class UnsupportedImageError extends ActionableError {
  override name = 'UnsupportedImageError' as const;
  readonly fileName: string | null;

  constructor(
    fileName: string | null,
    message = 'Expected a webp, png or jpeg image; the first bytes of this file are of none of them.',
  ) {
    super('BAD_USER_INPUT', message);
    this.fileName = fileName;
  }
}

/** More bytes than the upstream takes. */
export class FileTooLargeError extends ActionableError {
  override name = 'FileTooLargeError' as const;
  readonly fileName: string | null;
  /** In bytes. */
  readonly maxBytes: number;

  constructor(
    fileName: string | null,
    maxBytes: number,
    message = `The file is larger than ${maxBytes} bytes. Send a smaller one.`,
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

export const invalidInput = (issues: readonly Issue[]): InvalidInputError =>
  new InvalidInputError(
    issues.map(({ message, path = [] }) => ({
      message,
      path: path.map((part) => String(typeof part === 'object' ? part.key : part)),
    })),
  );

/** What an error of the upstream is about. */
export interface ErrorSubject {
  /** Global id of the thing that a 404 speaks of, if it is just one. */
  id?: string;
  fileName?: string;
}

/**
 * The one place where a failure of the upstream becomes an error that a person can act on. What nobody can act on stays
 * as it is.
 */
export async function actionable<Result>(subject: ErrorSubject, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof KeyReusedError) throw new ConflictError(error.message);
    if (error instanceof InvalidImageError) throw ofPicture(error, subject);
    throw (error instanceof UpstreamError && error.failure === 'status' && typed(error, subject)) || error;
  }
}

const ofPicture = ({ reason, message }: InvalidImageError, { fileName }: ErrorSubject): ActionableError =>
  reason === 'too-large'
    ? new FileTooLargeError(fileName ?? null, MAX_IMAGE_BYTES, message)
    : new UnsupportedImageError(fileName ?? null, message);

function typed({ status, said }: UpstreamError, { id, fileName }: ErrorSubject): ActionableError | undefined {
  switch (status) {
    case 400:
    case 422:
      return new InvalidInputError([], said ?? 'The upstream does not accept this input.');
    case 404:
    case 410:
      return new NotFoundError(id ?? null, said);
    case 409:
      return new ConflictError(said ?? 'The state of things does not allow this.');
    case 413:
      return new FileTooLargeError(fileName ?? null, MAX_IMAGE_BYTES, said);
    case 415:
      return new UnsupportedImageError(fileName ?? null, said);
    default:
      return undefined;
  }
}

const summary = (issues: InvalidInputError['issues']): string =>
  issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join(' ');
