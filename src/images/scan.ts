import { InvalidImageError } from './invalid-image-error.ts';
import { scanJpeg } from './scan-jpeg.ts';
import { scanPng } from './scan-png.ts';
import { type Scan, StepScanner, take } from './scan-steps.ts';
import { scanWebp } from './scan-webp.ts';
import { detectFormat, type ImageFormat, SIGNATURE_BYTES } from './signature.ts';

export { InvalidImageError as RefusedPictureError };

/** What a picture may be at most. */
export interface ScanLimits {
  /** Size of the file, in bytes. */
  maxBytes: number;
  /** Width times height. */
  maxPixels: number;
}

/** What is known of a picture whose bytes have passed. */
export interface ScannedImage {
  format: ImageFormat;
  /** With whatever follows the picture in its file, in bytes. */
  byteSize: number;
  /** As stored in the header, in pixels; a picture that asks to be rotated is shown the other way round. */
  width: number;
  /** As stored in the header, in pixels; a picture that asks to be rotated is shown the other way round. */
  height: number;
}

/** Looks at a picture while its bytes pass, in pieces of any size. Keeps none but a few, and decodes nothing. */
export interface ImageScanner {
  /** Looks at the next bytes. @throws RefusedPictureError as soon as they show that this is no picture that may be taken in. */
  push(chunk: Uint8Array): void;
  /** Says that no more bytes come. @throws RefusedPictureError when the picture's end is missing. */
  end(): ScannedImage;
}

/** @see ImageScanner. What follows a picture's end belongs to the file and is let pass: cameras append things. */
export function createImageScanner({ maxBytes, maxPixels }: ScanLimits): ImageScanner {
  const known: Partial<ScannedImage> = {};
  let byteSize = 0;
  let refusal: unknown;
  const walker = new StepScanner(
    scanImage((format) => Object.assign(known, { format })),
    (width, height) => {
      if (width === 0 || height === 0) throw noPixels(width, height);
      if (width * height > maxPixels) throw tooManyPixels(width, height, maxPixels);
      Object.assign(known, { width, height });
    },
  );

  const guarded = <Result>(act: () => Result): Result => {
    if (refusal !== undefined) throw refusal;
    try {
      return act();
    } catch (error) {
      refusal = error;
      throw error;
    }
  };

  return {
    push: (chunk) =>
      guarded(() => {
        byteSize += chunk.byteLength;
        if (byteSize > maxBytes) throw tooLarge(maxBytes);
        walker.push(chunk);
      }),
    end: () =>
      guarded(() => {
        const { format, width, height } = known;
        if (byteSize === 0) throw emptyFile();
        if (!format) throw tooShort(byteSize);
        if (!walker.isDone || width === undefined || height === undefined) throw truncated(format, byteSize);
        return { format, byteSize, width, height };
      }),
  };
}

/** Through a picture of any format. @param onFormat Told the format once it is known. */
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

/** Lengths of the signatures of jpeg, png and webp, in bytes. */
const SIGNATURE_LENGTHS = [3, 8, SIGNATURE_BYTES];

const emptyFile = () =>
  new InvalidImageError('empty', 'Expected a webp, png or jpeg, but the file is empty. Send the picture itself.');

const unsupportedFormat = (head: Uint8Array) =>
  new InvalidImageError(
    'unsupported',
    `Expected a webp, png or jpeg, but the file begins with ${Buffer.from(head).toString('hex')}. Convert it and send that.`,
  );

const tooShort = (byteSize: number) =>
  new InvalidImageError(
    'unsupported',
    `Expected a webp, png or jpeg, but the file has only ${byteSize} bytes, which are none. Send the picture itself.`,
  );

const tooLarge = (maxBytes: number) =>
  new InvalidImageError(
    'too-large',
    `Expected a picture of at most ${maxBytes} bytes, but the file has more. Send a smaller one.`,
  );

const noPixels = (width: number, height: number) =>
  new InvalidImageError(
    'unsupported',
    `Expected a picture with pixels, but its header says ${width} × ${height}. Export it again and send that.`,
  );

const tooManyPixels = (width: number, height: number, maxPixels: number) =>
  new InvalidImageError(
    'too-many-pixels',
    `Expected a picture of at most ${maxPixels} pixels, but its header says ${width} × ${height}. Scale it down and send that. The limit is MAX_IMAGE_PIXELS.`,
  );

const truncated = (format: ImageFormat, byteSize: number) =>
  new InvalidImageError(
    'truncated',
    `Expected a whole ${format}, but the file ends after ${byteSize} bytes, before the picture does. Send all of it.`,
  );
