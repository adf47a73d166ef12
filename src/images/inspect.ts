import sharp from 'sharp';
import { DownloadError } from '../upstream/download-error.ts';
import { MAX_PICTURE_BYTES, type Picture } from '../upstream/picture.ts';
import { MEDIA_TYPES, requireFormat } from './signature.ts';

/** What can be said of a picture after reading it. */
export interface ImageFacts {
  contentType: string | null;
  /** In bytes. */
  byteSize: number | null;
  /** As shown, after the rotation that the picture asks for; in pixels. */
  width: number | null;
  /** As shown, after the rotation that the picture asks for; in pixels. */
  height: number | null;
}

/** Ten times what the largest prediction has; a small file can claim a picture that no memory holds. */
const MAX_PIXELS = 100_000_000;

/**
 * Reads a picture to its end and says what it is by its bytes.
 *
 * @param maxBytes The largest picture that is read.
 * @throws DownloadError `invalid` when it is no readable webp, png or jpeg, `too-large` when it is longer than
 * `maxBytes`; what the body fails with, when it does.
 */
export async function inspect(picture: Picture, maxBytes: number = MAX_PICTURE_BYTES): Promise<ImageFacts> {
  const bytes = await readAll(picture.body, maxBytes);
  const format = requireFormat(bytes);
  const { width, height } = await dimensions(bytes, format);
  return { contentType: MEDIA_TYPES[format], byteSize: bytes.byteLength, width, height };
}

async function dimensions(bytes: Buffer, format: string) {
  try {
    const { autoOrient } = await sharp(bytes, { limitInputPixels: MAX_PIXELS }).metadata();
    return autoOrient;
  } catch (cause) {
    throw new DownloadError('invalid', `Expected a readable ${format} of at most ${MAX_PIXELS} pixels, but got none.`, {
      cause,
    });
  }
}

async function readAll(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream.
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw new DownloadError('too-large', `Expected a picture of at most ${maxBytes} bytes, but got more.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
