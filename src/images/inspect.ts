import { DownloadError } from '../upstream/images/download-error.ts';
import { MAX_IMAGE_STREAM_BYTES } from '../upstream/images/image-stream.ts';
import { openImage } from './load-sharp.ts';
import { type ImageFormat, MEDIA_TYPES, requireFormat } from './signature.ts';

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

/**
 * Says what a picture is by its bytes.
 *
 * @param maxPixels The largest picture, width times height; a small file can claim one that no memory holds.
 * @throws DownloadError `invalid` when it is no readable webp, png or jpeg.
 */
export async function inspect(bytes: Buffer, maxPixels: number): Promise<ImageFacts> {
  const format = requireFormat(bytes);
  try {
    const image = await openImage(bytes, maxPixels);
    const { autoOrient } = await image.metadata();
    const { width, height } = autoOrient;
    return { contentType: MEDIA_TYPES[format], byteSize: bytes.byteLength, width, height };
  } catch (cause) {
    throw unreadableImage(format, maxPixels, cause);
  }
}

/** For a picture that begins as one and does not go on as one. */
export const unreadableImage = (format: ImageFormat, maxPixels: number, cause: unknown) =>
  new DownloadError('invalid', `Expected a readable ${format} of at most ${maxPixels} pixels, but got none.`, {
    cause,
  });

/**
 * Reads a picture to its end.
 *
 * @throws DownloadError `too-large` when it is longer than `maxBytes`; what the body fails with, when it does.
 */
export async function readAll(
  body: ReadableStream<Uint8Array>,
  maxBytes: number = MAX_IMAGE_STREAM_BYTES,
): Promise<Buffer> {
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
