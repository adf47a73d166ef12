import { DownloadError } from '../upstream/images/download-error.ts';
import { MAX_IMAGE_STREAM_BYTES } from '../upstream/images/image-stream.ts';
import { readBytes } from '../util/read-bytes.ts';
import { hasDecoder, openImage } from './load-sharp.ts';
import { type ImageFormat, MEDIA_TYPES, requireFormat } from './signature.ts';

/** Properties of an image, from its bytes. */
export interface ImageFacts {
  contentType: string | null;
  /** In bytes. */
  byteSize: number | null;
  /** As displayed, after applying the EXIF orientation; in pixels. Null without a decoder. */
  width: number | null;
  /** As displayed, after applying the EXIF orientation; in pixels. */
  height: number | null;
}

/**
 * Reads the properties of an image from its bytes.
 *
 * @param maxPixels Maximum width times height, because the header of a small file can claim a huge image.
 * @throws DownloadError `invalid` when the bytes are not a readable webp, png or jpeg.
 */
export async function inspect(bytes: Buffer, maxPixels: number): Promise<ImageFacts> {
  const format = requireFormat(bytes);
  const facts = { contentType: MEDIA_TYPES[format], byteSize: bytes.byteLength };
  if (!hasDecoder()) return { ...facts, width: null, height: null };
  try {
    const image = await openImage(bytes, maxPixels);
    const { autoOrient } = await image.metadata();
    const { width, height } = autoOrient;
    return { ...facts, width, height };
  } catch (cause) {
    throw unreadableImage(format, maxPixels, cause);
  }
}

/** Error for an image with a valid signature that cannot be decoded. */
export const unreadableImage = (format: ImageFormat, maxPixels: number, cause: unknown) =>
  new DownloadError(
    'invalid',
    `Expected a readable ${format} of at most ${maxPixels} pixels, but it cannot be decoded.`,
    {
      cause,
    },
  );

/**
 * Reads a whole image into memory.
 *
 * @throws DownloadError `too-large` when it exceeds `maxBytes`; the error of the body.
 */
export const readAll = (body: ReadableStream<Uint8Array>, maxBytes: number = MAX_IMAGE_STREAM_BYTES): Promise<Buffer> =>
  readBytes(
    body,
    maxBytes,
    () => new DownloadError('too-large', `Expected an image of at most ${maxBytes} bytes, but got more.`),
  );
