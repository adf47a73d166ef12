import { ApiError } from './api-error.ts';

/** How many times the limit is read and thrown away, so that a client that only writes still gets to read the 413. */
const DRAINED_LIMITS = 4;

/**
 * Reads a body and stops at a limit while reading, whatever `content-length` claims.
 *
 * @param limit Bytes.
 * @throws ApiError 413 when the body is larger.
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

/** @throws ApiError 415 when the request does not declare this media type. */
export function requireContentType(request: Request, expected: string): void {
  const got = request.headers.get('content-type');
  if (got?.split(';')[0]?.trim().toLowerCase() === expected) return;
  throw new ApiError(
    415,
    `The header content-type must be ${expected}, but is ${got === null ? 'missing' : `"${got}"`}.`,
  );
}
