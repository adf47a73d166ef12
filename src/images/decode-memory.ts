import type { Metadata } from 'sharp';
import { createSemaphore } from '../util/semaphore.ts';
import type { ImageFormat } from './signature.ts';
import type { Variant } from './variant.ts';

/** What the memory of decoding an image depends on. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** As stored, before any rotation, in pixels. */
  readonly width: number;
  /** As stored, before any rotation, in pixels. */
  readonly height: number;
  readonly bands: number;
  /** Bytes of one sample. */
  readonly sampleBytes: number;
  readonly hasAlpha: boolean;
  /** EXIF orientation, from 1 to 8. */
  readonly orientation: number;
  /** Whether the decoder keeps all of a jpeg or png: several scans, progressive, interlaced. */
  readonly hasScans: boolean;
  /** Whether the chroma of a jpeg has a quarter of the samples. */
  readonly isSubsampled: boolean;
}

/** A copy that is about to be made. */
export interface VariantPlan {
  /** The box that the copy fits in, upright, in pixels; undefined where the variant itself fits. */
  readonly box: { readonly width: number; readonly height: number } | undefined;
  /** Memory for decoding, resizing and encoding together, in bytes. */
  readonly bytes: number;
}

/** One amount of memory for all decoding in the process. */
export interface DecodeBudget {
  readonly maxBytes: number;
  /** Waits for memory, fairly between owners. @see Places.enter */
  reserve(owner: string, signal: AbortSignal, bytes: number): Promise<() => void>;
  /** What is reserved now, in bytes. */
  readonly reserved: number;
}

export function createDecodeBudget(maxBytes: number): DecodeBudget {
  const places = createSemaphore({ total: maxBytes, each: maxBytes });
  return {
    maxBytes,
    reserve: places.acquire,
    get reserved() {
      return places.taken;
    },
  };
}

/** An image whose decoding alone takes more than all memory for that. */
export class DecodeMemoryError extends Error {
  override name = 'DecodeMemoryError' as const;

  constructor({ width, height }: ImageHeader, bytes: number, maxBytes: number) {
    super(
      `Expected an image that can be decoded in ${inMegabytes(maxBytes)} MB (\`IMAGE_DECODE_MEGABYTES\`), but this one of ${width} × ${height} pixels takes about ${inMegabytes(bytes)} MB. Scale it down, or save it without interlacing or as a baseline JPEG`,
    );
  }
}

const inMegabytes = (bytes: number) => Math.ceil(bytes / 1_048_576);

/** The longest side of an image in each format, in pixels: RFC 9649 section 2.6; ITU-T T.81 section B.2.2. */
export const MAX_SIDE: Readonly<Record<ImageFormat, number>> = { webp: 16_383, jpeg: 65_535, png: 65_535 };

const FORMATS: readonly ImageFormat[] = ['webp', 'jpeg', 'png'];

/** Every image that is accepted has copies of at least so many pixels, or of its own size. */
const MIN_VARIANT_PIXELS = 1_048_576;

/** @throws Error when the decoder reports no size. */
export function readHeader(
  format: ImageFormat,
  { width, height, channels, depth, hasAlpha, orientation, isProgressive, chromaSubsampling }: Metadata,
): ImageHeader {
  return {
    format,
    width,
    height,
    bands: channels,
    sampleBytes: depth === 'uchar' || depth === 'char' ? 1 : depth === 'ushort' || depth === 'short' ? 2 : 8,
    hasAlpha,
    orientation: orientation ?? 1,
    hasScans: isProgressive,
    isSubsampled: chromaSubsampling === '4:2:0',
  };
}

/**
 * How a copy is made within the memory: smaller than the variant where that takes too much. Uploads are checked by the
 * same rule, so that there are copies of every image that was accepted, in every format.
 *
 * @throws DecodeMemoryError when a copy of {@link MIN_VARIANT_PIXELS} takes more than `maxBytes` in some format.
 */
export function planVariant(
  header: ImageHeader,
  variant: Variant & { format: ImageFormat },
  maxBytes: number,
): VariantPlan {
  const pixels = header.width * header.height;
  const floor = Math.min(1, Math.sqrt(MIN_VARIANT_PIXELS / pixels));
  const least = Math.max(...FORMATS.map((format) => estimateBytes(header, format, floor)));
  if (least > maxBytes) throw new DecodeMemoryError(header, least, maxBytes);

  const isTurned = header.orientation > 4;
  const [width, height] = isTurned ? [header.height, header.width] : [header.width, header.height];
  const longest = MAX_SIDE[variant.format];
  const wanted = Math.min(1, (variant.width ?? longest) / width, longest / height);
  let scale = wanted;
  let bytes = estimateBytes(header, variant.format, scale);
  while (bytes > maxBytes) {
    scale = Math.max(scale * 0.9, Math.min(scale, floor));
    bytes = estimateBytes(header, variant.format, scale);
    if (scale <= floor) break;
  }
  if (scale === wanted) return { box: undefined, bytes: Math.min(bytes, maxBytes) };
  const box = { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
  return { box, bytes: Math.min(bytes, maxBytes) };
}

/** Bytes of a decoder or encoder for each pixel. Measured with libvips 8.18 on noise, which takes the most. */
const WEBP_FULL_SIZE = 4;
const WEBP_SCALED = 8;
const WEBP_ENCODER = { opaque: 20, alpha: 38 };
const JPEG_ENCODER = 9;
/** A coefficient of a jpeg with several scans. */
const JPEG_COEFFICIENT_BYTES = 2;
/** Rows that libvips keeps around the one it works on: the rows themselves, and what resizing makes of each. */
const CACHED_ROWS = 1_024;
const RESIZE_FACTOR = 2.75;
const WORKING_ROWS = 350;
const BASE_BYTES = 6_291_456;

/**
 * Memory for making a copy, in bytes: never less than what was measured.
 *
 * @param scale Of the copy's sides to those of the image, above 0 up to 1.
 */
function estimateBytes(header: ImageHeader, output: ImageFormat, scale: number): number {
  const { format, width, height, bands, sampleBytes, hasAlpha, orientation } = header;
  const pixels = width * height;
  const pixelBytes = bands * sampleBytes;
  const loaded = loadedScale(format, scale);
  const loadedWidth = Math.ceil(width * loaded);
  const loadedHeight = Math.ceil(height * loaded);
  const rows =
    format === 'webp' && loaded < 1 ? WORKING_ROWS : Math.min(loadedHeight, CACHED_ROWS) * RESIZE_FACTOR + WORKING_ROWS;
  const copyPixels = pixels * scale * scale;
  const stored = {
    webp: pixels * WEBP_FULL_SIZE + loadedWidth * loadedHeight * WEBP_SCALED,
    // A row that is repaired has a byte more than its pixels.
    png: header.hasScans ? pixels * pixelBytes + height : 0,
    jpeg: header.hasScans ? pixels * JPEG_COEFFICIENT_BYTES * (header.isSubsampled ? bands / 2 : bands) : 0,
  };
  const encoded = {
    webp: hasAlpha ? WEBP_ENCODER.alpha : WEBP_ENCODER.opaque,
    png: 2 * pixelBytes,
    jpeg: JPEG_ENCODER,
  };
  const rotated = orientation > 1 ? copyPixels * pixelBytes * 2 : 0;
  return Math.ceil(
    BASE_BYTES + stored[format] + loadedWidth * pixelBytes * rows + copyPixels * encoded[output] + rotated,
  );
}

/** How much smaller an image is loaded: a jpeg by a power of two, a webp by any factor, a png not at all. */
function loadedScale(format: ImageFormat, scale: number): number {
  if (format === 'png') return 1;
  if (format === 'webp') return scale;
  return 1 / Math.min(8, 2 ** Math.floor(Math.log2(1 / scale)));
}
