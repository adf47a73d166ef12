import type { ImageFormat } from './signature.ts';

/** Width and format of a variant; undefined means the same as the original. */
export interface Variant {
  /** In pixels; a variant is never wider than its original. */
  readonly width: number | undefined;
  readonly format: ImageFormat | undefined;
}

/**
 * Widths of variants, in pixels: few enough that requests for arbitrary widths cannot fill the cache, and close enough
 * that a variant is at most twice as wide as needed.
 */
export const WIDTHS = [64, 128, 256, 384, 512, 768, 1_024, 1_536, 2_048] as const;

const MAX_WIDTH = 2_048;

/** Width of the variant for a requested width: the next larger step, or the maximum. */
export const roundUpWidth = (width: number): number => WIDTHS.find((step) => step >= width) ?? MAX_WIDTH;

/** A tiny variant to display while the image loads. */
export const PLACEHOLDER: Variant = { width: 16, format: 'webp' };
