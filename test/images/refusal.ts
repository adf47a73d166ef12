import { createDecodeCheck } from '../../src/images/decode-check.ts';
import { RefusedPictureError } from '../../src/images/scan.ts';
import { validateUpload } from '../../src/images/validate-upload.ts';

export const MAX_PIXELS = 1_000_000;
const checkDecoding = createDecodeCheck(MAX_PIXELS);

/** Uploads a file. Returns why it is refused; undefined when it is accepted. */
export async function refusalOf(bytes: Buffer): Promise<string | undefined> {
  const file = { name: 'a file', size: bytes.byteLength, arrayBuffer: async () => new Uint8Array(bytes).buffer };
  try {
    await validateUpload(file, MAX_PIXELS, checkDecoding);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedPictureError) return error.message;
    throw error;
  }
}

/** A copy of a file in which one byte is inverted. */
export function withFlippedByte(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}
