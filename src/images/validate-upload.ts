import { MAX_IMAGE_BYTES } from '../contract/rules.ts';
import { nextTurn } from '../util/next-turn.ts';
import type { DecodeCheck } from './decode-check.ts';
import { createImageScanner, RefusedPictureError } from './scan.ts';

/** A file as a client sent it. */
export interface UploadedFile {
  /** The client's claim; never trusted for the format. */
  readonly name: string;
  /** In bytes; of a file that was cut off because it is too large, more than the upstream takes. */
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** How many bytes are looked at before others get their turn. */
const SCAN_CHUNK_BYTES = 1_048_576;

/**
 * Reads an uploaded file and looks at all of it, never at its name or claimed type.
 *
 * @param maxPixels The largest picture, width times height.
 * @throws RefusedPictureError when it is no whole picture that may be taken in and can be resized.
 */
export async function validateUpload(
  file: UploadedFile,
  maxPixels: number,
  checkDecoding: DecodeCheck,
): Promise<Uint8Array> {
  if (file.size > MAX_IMAGE_BYTES) {
    const message = `The file is larger than ${MAX_IMAGE_BYTES} bytes. Send a smaller one.`;
    throw new RefusedPictureError('too-large', message);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const scanner = createImageScanner({ maxBytes: MAX_IMAGE_BYTES, maxPixels });
  for (let at = 0; at < bytes.byteLength; at += SCAN_CHUNK_BYTES) {
    if (at > 0) await nextTurn();
    scanner.push(bytes.subarray(at, at + SCAN_CHUNK_BYTES));
  }
  scanner.end();
  await checkDecoding(async () => bytes);
  return bytes;
}
