import type { Metadata } from 'sharp';
import { createSemaphore } from '../util/semaphore.ts';
import type { ImageFormat } from './signature.ts';
import type { Variant } from './variant.ts';

/** Properties of an image that determine the memory for decoding it. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** As stored, before any rotation, in pixels. */
  readonly width: number;
  /** As stored, before any rotation, in pixels. */
  readonly height: number;
  /** Number of samples per pixel. */
  readonly bands: number;
  /** Size of one sample, in bytes. */
  readonly sampleBytes: number;
  readonly hasAlpha: boolean;
  /** EXIF orientation, from 1 to 8. */
  readonly orientation: number;
  /** True if the decoder must hold the whole image: a progressive jpeg or an interlaced png. */
  readonly hasScans: boolean;
  /** True if a jpeg uses 4:2:0 chroma subsampling. */
  readonly isSubsampled: boolean;
}

/** Size and memory of a variant before it is made. */
export interface VariantPlan {
  /** Reduced maximum size of the upright variant, in pixels; undefined when the requested size fits in the budget. */
  readonly box: { readonly width: number; readonly height: number } | undefined;
  /** Memory for decoding, resizing and encoding together, in bytes. */
  readonly bytes: number;
}

/** Memory budget for decoding, shared by the whole process, or by all processes of a machine. */
export interface DecodeBudget {
  readonly maxBytes: number;
  /**
   * Waits for memory, shared fairly between owners. Resolves to a function that releases it.
   *
   * @throws The signal's reason if it aborts first.
   */
  reserve(owner: string, signal: AbortSignal, bytes: number): Promise<() => void>;
  /** Memory reserved at present, in bytes. */
  readonly reserved: number;
}

export function createDecodeBudget(maxBytes: number): DecodeBudget {
  const semaphore = createSemaphore({ total: maxBytes, perOwner: maxBytes });
  return {
    maxBytes,
    reserve: semaphore.acquire,
    get reserved() {
      return semaphore.acquired;
    },
  };
}

/** Decoding the image would exceed the whole memory budget. */
export class DecodeMemoryError extends Error {
  override name = 'DecodeMemoryError' as const;

  constructor({ width, height }: ImageHeader, bytes: number, maxBytes: number) {
    super(
      `Expected an image that can be decoded in ${inMegabytes(maxBytes)} MB (\`IMAGE_DECODE_MEGABYTES\`), but this one of ${width} × ${height} pixels takes about ${inMegabytes(bytes)} MB. Scale it down, or save it without interlacing or as a baseline JPEG`,
    );
  }
}

const inMegabytes = (bytes: number) => Math.ceil(bytes / 1_048_576);

/** Maximum width and height of an image in each format, in pixels: RFC 9649 section 2.6; ITU-T T.81 section B.2.2. */
export const MAX_SIDE: Readonly<Record<ImageFormat, number>> = { webp: 16_383, jpeg: 65_535, png: 65_535 };

const FORMATS: readonly ImageFormat[] = ['webp', 'jpeg', 'png'];

/** Minimum size that variants of every accepted image can have, in pixels, unless the original is smaller. */
const MIN_VARIANT_PIXELS = 1_048_576;

/** Header of an image from the decoder's metadata. */
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
 * Plans a variant within the memory budget; it is smaller than requested if that size would exceed the budget. Uploads
 * are checked by the same rule, so every accepted image has variants in every format.
 *
 * @throws DecodeMemoryError when a variant of {@link MIN_VARIANT_PIXELS} exceeds `maxBytes` in any format.
 */
export function planVariant(
  header: ImageHeader,
  variant: Variant & { format: ImageFormat },
  maxBytes: number,
): VariantPlan {
  const pixels = header.width * header.height;
  const minScale = Math.min(1, Math.sqrt(MIN_VARIANT_PIXELS / pixels));
  const minBytes = Math.max(...FORMATS.map((format) => estimateBytes(header, format, minScale)));
  if (minBytes > maxBytes) throw new DecodeMemoryError(header, minBytes, maxBytes);

  const isRotated = header.orientation > 4;
  const [width, height] = isRotated ? [header.height, header.width] : [header.width, header.height];
  const maxSide = MAX_SIDE[variant.format];
  const requested = Math.min(1, (variant.width ?? maxSide) / width, maxSide / height);
  let scale = requested;
  let bytes = estimateBytes(header, variant.format, scale);
  while (bytes > maxBytes) {
    scale = Math.max(scale * 0.9, Math.min(scale, minScale));
    bytes = estimateBytes(header, variant.format, scale);
    if (scale <= minScale) break;
  }
  if (scale === requested) return { box: undefined, bytes: Math.min(bytes, maxBytes) };
  const box = { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
  return { box, bytes: Math.min(bytes, maxBytes) };
}

/** Memory of a decoder or encoder per pixel, in bytes. Measured with libvips 8.18 on noise, the worst case. */
const WEBP_FULL_SIZE = 4;
const WEBP_SCALED = 8;
const WEBP_ENCODER = { opaque: 20, alpha: 38 };
const JPEG_ENCODER = 9;
/** Size of a coefficient of a progressive jpeg, in bytes. */
const JPEG_COEFFICIENT_BYTES = 2;
/** Maximum number of rows in the cache of libvips. */
const CACHED_ROWS = 1_024;
/** Memory of a cached row with its intermediate results of resizing, relative to the row alone. */
const RESIZE_FACTOR = 2.75;
/** Additional rows that libvips processes at a time. */
const WORKING_ROWS = 350;
/** Memory that any image takes, in bytes. */
const BASE_BYTES = 6_291_456;

/**
 * Estimated memory for making a variant, in bytes. An upper bound of the measured memory.
 *
 * @param scale Side of the variant divided by that of the image, above 0 up to 1.
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
  const variantPixels = pixels * scale * scale;
  const stored = {
    webp: pixels * WEBP_FULL_SIZE + loadedWidth * loadedHeight * WEBP_SCALED,
    // A repaired png has one filter byte per row in addition to its pixels.
    png: header.hasScans ? pixels * pixelBytes + height : 0,
    jpeg: header.hasScans ? pixels * JPEG_COEFFICIENT_BYTES * (header.isSubsampled ? bands / 2 : bands) : 0,
  };
  const encoded = {
    webp: hasAlpha ? WEBP_ENCODER.alpha : WEBP_ENCODER.opaque,
    png: 2 * pixelBytes,
    jpeg: JPEG_ENCODER,
  };
  const rotated = orientation > 1 ? variantPixels * pixelBytes * 2 : 0;
  return Math.ceil(
    BASE_BYTES + stored[format] + loadedWidth * pixelBytes * rows + variantPixels * encoded[output] + rotated,
  );
}

/** Scale at which the decoder loads an image: a power of two for a jpeg, any scale for a webp, 1 for a png. */
function loadedScale(format: ImageFormat, scale: number): number {
  if (format === 'png') return 1;
  if (format === 'webp') return scale;
  return 1 / Math.min(8, 2 ** Math.floor(Math.log2(1 / scale)));
}
