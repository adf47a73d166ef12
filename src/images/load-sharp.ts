import type { Sharp } from 'sharp';

/**
 * A picture to be decoded: its first frame, as tolerantly as browsers do, which show what there is of one whose data is
 * damaged. Uploads are checked by the same rule, so that what is stored can be resized.
 *
 * The decoder is loaded for the first picture: it takes a fifth of the memory of a gateway that shows none.
 *
 * @param maxPixels Width times height; larger ones fail when they are decoded.
 */
export async function openImage(bytes: Uint8Array, maxPixels: number): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  return sharp(bytes, { failOn: 'none', pages: 1, limitInputPixels: maxPixels });
}
