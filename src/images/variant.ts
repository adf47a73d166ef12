import type { ImageFormat } from './signature.ts';

/** Another version of a picture; undefined is as the original has it. */
export interface Variant {
  /** In pixels; never more than the original has. */
  readonly width: number | undefined;
  readonly format: ImageFormat | undefined;
}

/**
 * The widths in which copies are made, in pixels. So few that nobody can fill the memory for copies with a picture in
 * every width that there is; so close that a copy is at most twice as wide as needed.
 */
const WIDTHS = [64, 128, 256, 384, 512, 768, 1_024, 1_536, 2_048] as const;

const MAX_WIDTH = 2_048;

/** The width in which a copy is made that is to be so wide: the next larger one that there is, or the largest. */
export const roundUpWidth = (width: number): number => WIDTHS.find((step) => step >= width) ?? MAX_WIDTH;

/** A tiny copy to show while the picture loads. */
export const PLACEHOLDER: Variant = { width: 16, format: 'webp' };
