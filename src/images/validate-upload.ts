import { MAX_IMAGE_BYTES } from '../contract/rules.ts';
import { yieldToEventLoop } from '../util/next-turn.ts';
import type { DecodeCheck } from './decode-check.ts';
import { InvalidImageError } from './invalid-image-error.ts';
import { createImageScanner } from './scan.ts';

/** A file sent by a client. */
export interface UploadedFile {
  /** File name from the client; never trusted for the format. */
  readonly name: string;
  /** In bytes. A truncated file is still larger than the upstream's limit. */
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Number of bytes scanned before yielding to the event loop. */
const SCAN_CHUNK_BYTES = 1_048_576;

/**
 * Reads and validates an uploaded file by its content, independent of its name and declared type.
 *
 * @param maxPixels Maximum width times height.
 * @throws InvalidImageError when the file is not a complete image within the limits that can be decoded.
 */
export async function validateUpload(
  file: UploadedFile,
  maxPixels: number,
  checkDecoding: DecodeCheck,
): Promise<Uint8Array> {
  if (file.size > MAX_IMAGE_BYTES) {
    const message = `Expected an image of at most ${MAX_IMAGE_BYTES} bytes, but the file has more. Send a smaller one.`;
    throw new InvalidImageError('too-large', message);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const scanner = createImageScanner({ maxBytes: MAX_IMAGE_BYTES, maxPixels });
  for (let at = 0; at < bytes.byteLength; at += SCAN_CHUNK_BYTES) {
    if (at > 0) await yieldToEventLoop();
    scanner.push(bytes.subarray(at, at + SCAN_CHUNK_BYTES));
  }
  scanner.end();
  await checkDecoding(async () => bytes);
  return bytes;
}
