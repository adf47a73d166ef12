import type { Sharp } from 'sharp';

let loading: Promise<typeof import('sharp')['default']> | undefined;

/**
 * The decoder, loaded for the first image: it takes a fifth of the memory of a gateway that shows none. One thread for
 * each image and no cache of operations, so that what decoding takes can be estimated.
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
 * An image to be decoded: its first frame, as tolerantly as browsers do, which show what there is of one whose data is
 * damaged. Uploads are checked by the same rule, so that what is stored can be resized.
 *
 * @param maxPixels Width times height; larger ones fail when they are decoded.
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
