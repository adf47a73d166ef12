import { readBytes } from '../../util/read-bytes.ts';

/** Maximum size of a response body, in bytes: far more than a page of a list, or an image in base64. */
export const MAX_RESPONSE_BYTES = 67_108_864;

/** A received body violates the contract before it is parsed. */
export class BodyError extends Error {
  override name = 'BodyError';
}

/** A body exceeds its maximum size. */
export class BodyTooLongError extends BodyError {
  override name = 'BodyTooLongError';

  constructor(maxBytes: number) {
    super(`expected at most ${maxBytes} bytes, got more`);
  }
}

/**
 * Reads a body of at most `maxBytes`.
 *
 * @throws BodyTooLongError if it is longer; the rest is not read.
 */
export const readBody = ({ body }: Response, maxBytes: number): Promise<Buffer> =>
  readBytes(body, maxBytes, () => new BodyTooLongError(maxBytes));

/** Decodes UTF-8, without a byte order mark. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
