import type { GraphQLError } from 'graphql';
import { publicError } from '../errors.ts';

/** Error for a malformed request. */
export const badRequest = (message: string): GraphQLError =>
  publicError('BAD_USER_INPUT', message, { http: { status: 400 } });

/** Error for a request body that exceeds a limit. */
export const tooLarge = (message: string): GraphQLError =>
  publicError('PAYLOAD_TOO_LARGE', message, { http: { status: 413 } });

/**
 * Error for a request that took too long to arrive (RFC 9110, 15.5.9).
 *
 * @param setting Name of the setting of the limit, if there is one.
 */
export const requestTimeout = (milliseconds: number, setting?: string): GraphQLError =>
  publicError(
    'BAD_USER_INPUT',
    `The request must arrive within ${milliseconds / 1_000} seconds${inParentheses(setting)}, but took longer.`,
    // RFC 9110, 15.5.9: the client may still be sending the rest.
    { http: { status: 408, headers: { connection: 'close' } } },
  );

const inParentheses = (setting: string | undefined): string => (setting === undefined ? '' : ` (${setting})`);

/** Error for a request that ends before its whole body has arrived. */
export const incompleteBody = (): GraphQLError =>
  badRequest('The request ended before its whole body had arrived. Send it again.');

/**
 * Checks the Content-Length of a request (RFC 9110, 8.6), before its body is read.
 *
 * @param setting Name of the setting of the limit, if there is one.
 * @returns True if there is a Content-Length; the HTTP server then enforces it.
 * @throws GraphQLError PAYLOAD_TOO_LARGE with status 413, or BAD_USER_INPUT with status 400 when it is not a number.
 */
export function checkContentLength({ headers }: Request, maxBytes: number, setting?: string): boolean {
  const length = headers.get('content-length');
  if (length === null) return false;
  if (!/^\d+$/.test(length)) throw badRequest(`Content-Length must be a number of bytes, but is "${length}".`);
  if (Number(length) <= maxBytes) return true;
  throw tooLarge(`Expected a body of at most ${maxBytes} bytes${inParentheses(setting)}, but got ${length}.`);
}
