import type { GraphQLError } from 'graphql';
import { publicError } from '../errors.ts';

/** A request that cannot be read as what it says it is. */
export const badRequest = (message: string): GraphQLError =>
  publicError('BAD_USER_INPUT', message, { http: { status: 400 } });

/** A request that is larger than this gateway takes. */
export const tooLarge = (message: string): GraphQLError =>
  publicError('PAYLOAD_TOO_LARGE', message, { http: { status: 413 } });

/**
 * A request that took too long to arrive (RFC 9110, 15.5.9).
 *
 * @param setting The setting of the limit, if it has one.
 */
export const tooSlow = (milliseconds: number, setting?: string): GraphQLError =>
  publicError(
    'BAD_USER_INPUT',
    `The request must arrive within ${milliseconds / 1_000} seconds${named(setting)}, but took longer.`,
    { http: { status: 408 } },
  );

const named = (setting: string | undefined): string => (setting === undefined ? '' : ` (${setting})`);

/** A request that ends before its body does. */
export const incompleteBody = (): GraphQLError =>
  badRequest('The request ended before all of its body had come. Send it again.');

/**
 * Judges a body by its Content-Length (RFC 9110, 8.6), before anything of it is read.
 *
 * @param setting The setting of the limit, if it has one.
 * @returns Whether it has one; the body is then no longer than that.
 * @throws GraphQLError PAYLOAD_TOO_LARGE with status 413, or BAD_USER_INPUT with status 400 when it is no length.
 */
export function checkContentLength({ headers }: Request, maxBytes: number, setting?: string): boolean {
  const length = headers.get('content-length');
  if (length === null) return false;
  if (!/^\d+$/.test(length)) throw badRequest(`Content-Length must be a number of bytes, but is "${length}".`);
  if (Number(length) <= maxBytes) return true;
  throw tooLarge(`The body of this request may have ${maxBytes} bytes${named(setting)}, but has ${length}.`);
}
