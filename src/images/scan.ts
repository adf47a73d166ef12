import { describeContent } from './describe-content.ts';
import { InvalidImageError } from './invalid-image-error.ts';
import { scanJpeg } from './scan-jpeg.ts';
import { scanPng } from './scan-png.ts';
import { type Scan, StepScanner, take } from './scan-steps.ts';
import { scanWebp } from './scan-webp.ts';
import { detectFormat, type ImageFormat, SIGNATURE_BYTES } from './signature.ts';

/** Limits of an uploaded image. */
export interface ScanLimits {
  /** Maximum size of the file, in bytes. */
  maxBytes: number;
  /** Maximum width times height. */
  maxPixels: number;
}

/** Properties of a scanned image. */
export interface ScannedImage {
  format: ImageFormat;
  /** Size of the file, including bytes after the end of the image. */
  byteSize: number;
  /** As stored in the header, in pixels, before any EXIF rotation. */
  width: number;
  /** As stored in the header, in pixels, before any EXIF rotation. */
  height: number;
}

/** Validates the structure of an image incrementally, from chunks of any size. Buffers little and decodes nothing. */
export interface ImageScanner {
  /** Scans the next bytes. @throws InvalidImageError as soon as the image is known to be invalid. */
  push(chunk: Uint8Array): void;
  /** Ends the scan after the last chunk. @throws InvalidImageError when the end of the image is missing. */
  end(): ScannedImage;
}

/** @see ImageScanner. Bytes after the end of the image are accepted, because cameras append data there. */
export function createImageScanner({ maxBytes, maxPixels }: ScanLimits): ImageScanner {
  const found: Partial<ScannedImage> = {};
  let byteSize = 0;
  let failure: unknown;
  const steps = new StepScanner(
    scanImage((format) => Object.assign(found, { format })),
    (width, height) => {
      if (width === 0 || height === 0) throw noPixels(width, height);
      if (width * height > maxPixels) throw tooManyPixels(width, height, maxPixels);
      Object.assign(found, { width, height });
    },
  );

  /** Runs a step, or throws the first error again. */
  const unlessFailed = <Result>(act: () => Result): Result => {
    if (failure !== undefined) throw failure;
    try {
      return act();
    } catch (error) {
      failure = error;
      throw error;
    }
  };

  return {
    push: (chunk) =>
      unlessFailed(() => {
        byteSize += chunk.byteLength;
        if (byteSize > maxBytes) throw tooLarge(maxBytes);
        steps.push(chunk);
      }),
    end: () =>
      unlessFailed(() => {
        const { format, width, height } = found;
        if (byteSize === 0) throw emptyFile();
        if (!format) throw tooShort(byteSize);
        if (!steps.isDone || width === undefined || height === undefined) throw truncated(format, byteSize);
        return { format, byteSize, width, height };
      }),
  };
}

/** Scans an image of any format. @param onFormat Called with the format once it is known. */
function* scanImage(onFormat: (format: ImageFormat) => void): Scan {
  let head = new Uint8Array(0);
  for (const length of SIGNATURE_LENGTHS) {
    const more = yield* take(length - head.byteLength);
    head = Uint8Array.of(...head, ...new Uint8Array(more.buffer));
    const format = detectFormat(head);
    if (!format) continue;
    onFormat(format);
    if (format === 'jpeg') return yield* scanJpeg();
    if (format === 'png') return yield* scanPng();
    return yield* scanWebp(new DataView(head.buffer).getUint32(4, true));
  }
  throw unsupportedFormat(head);
}

/** Sizes of the signatures of jpeg, png and webp, in bytes. */
const SIGNATURE_LENGTHS = [3, 8, SIGNATURE_BYTES];

const emptyFile = () =>
  new InvalidImageError('empty', 'Expected a webp, png or jpeg, but the file is empty. Send the image file itself.');

const unsupportedFormat = (head: Uint8Array) =>
  new InvalidImageError(
    'unsupported',
    `Expected a webp, png or jpeg, but received ${describeContent(head)}. Send a file in one of these formats.`,
  );

const tooShort = (byteSize: number) =>
  new InvalidImageError(
    'unsupported',
    `Expected a webp, png or jpeg, but the file has only ${byteSize} bytes. Send the whole image file.`,
  );

const tooLarge = (maxBytes: number) =>
  new InvalidImageError(
    'too-large',
    `Expected an image of at most ${maxBytes} bytes, but the file has more. Send a smaller one.`,
  );

const noPixels = (width: number, height: number) =>
  new InvalidImageError(
    'unsupported',
    `Expected an image with pixels, but its header contains ${width} × ${height}. Export the image again and send the new file.`,
  );

const tooManyPixels = (width: number, height: number, maxPixels: number) =>
  new InvalidImageError(
    'too-many-pixels',
    `Expected an image of at most ${maxPixels} pixels (MAX_IMAGE_PIXELS), but its header contains ${width} × ${height}. Scale the image down and send the new file.`,
  );

const truncated = (format: ImageFormat, byteSize: number) =>
  new InvalidImageError(
    'truncated',
    `Expected a whole ${format}, but the file ends after ${byteSize} bytes, before the image does. Send the whole file.`,
  );
