import type { Sharp } from 'sharp';

let loading: Promise<typeof import('sharp')['default']> | undefined;

/**
 * Loads the decoder when the first image needs it, because it takes a fifth of the memory of an idle gateway. It uses
 * one thread per image and no operation cache, so that the memory for decoding can be estimated.
 */
const loadSharp = () => {
  loading ??= import('sharp').then(({ default: sharp }) => {
    sharp.cache(false);
    sharp.concurrency(1);
    return sharp;
  });
  return loading;
};

/**
 * Opens the first frame of an image for decoding. Damaged data is tolerated as in browsers, which show the intact part.
 * Uploads are checked by the same rule, so that every stored image can be resized.
 *
 * @param maxPixels Maximum width times height; decoding a larger image fails.
 */
export async function openImage(bytes: Uint8Array, maxPixels: number): Promise<Sharp> {
  const sharp = await loadSharp();
  return sharp(bytes, {
    failOn: 'none',
    pages: 1,
    limitInputPixels: maxPixels,
    sequentialRead: true,
    unlimited: false,
  });
}
