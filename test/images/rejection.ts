import { createDecodeCheck } from '../../src/images/decode-check.ts';
import { InvalidImageError } from '../../src/images/invalid-image-error.ts';
import { validateUpload } from '../../src/images/validate-upload.ts';

export const MAX_PIXELS = 1_000_000;
const checkDecoding = createDecodeCheck(MAX_PIXELS);

/** Validates an upload. Returns the message of its rejection; undefined when it is accepted. */
export async function rejectionOf(bytes: Buffer): Promise<string | undefined> {
  const file = { name: 'a file', size: bytes.byteLength, arrayBuffer: async () => new Uint8Array(bytes).buffer };
  try {
    await validateUpload(file, MAX_PIXELS, checkDecoding);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidImageError) return error.message;
    throw error;
  }
}

/** A copy of a file in which one byte is inverted. */
export function withFlippedByte(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}
