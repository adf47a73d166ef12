import { ApiError } from './api-error.ts';

/** Multiple of the limit that is read and discarded, so that a client that is still writing can read the 413. */
const DRAINED_LIMITS = 4;

/**
 * Reads a body up to a limit, regardless of `content-length`.
 *
 * @param limit Maximum size, in bytes.
 * @throws ApiError 413 if the body is larger.
 */
export async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = request.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size <= limit) chunks.push(value);
    else if (size > limit * DRAINED_LIMITS) {
      await reader.cancel();
      break;
    }
  }
  if (size > limit) {
    throw new ApiError(413, `The body is too large: at most ${limit} bytes are accepted. Send a smaller one.`);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** Checks the media type of a request. @throws ApiError 415 if it is another one or missing. */
export function requireContentType(request: Request, expected: string): void {
  const got = request.headers.get('content-type');
  if (got?.split(';')[0]?.trim().toLowerCase() === expected) return;
  throw new ApiError(
    415,
    `The header content-type must be ${expected}, but is ${got === null ? 'missing' : `"${got}"`}.`,
  );
}
