import { createRequire } from 'node:module';
import type { Sharp } from 'sharp';

let isInstalled: boolean | undefined;

/** True if the decoder, an optional dependency, is installed. Without it, images are served as they are. */
export function hasDecoder(): boolean {
  isInstalled ??= canResolve('sharp');
  return isInstalled;
}

function canResolve(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

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
