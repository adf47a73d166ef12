import { unreadable } from './inspect.ts';
import { openImage } from './load-sharp.ts';
import { type ImageFormat, requireFormat } from './signature.ts';
import type { Variant } from './variant.ts';

/** The longest side of a picture in each format, in pixels: RFC 9649 section 2.6; ITU-T T.81 section B.2.2. */
const LONGEST: Readonly<Record<ImageFormat, number>> = { webp: 16_383, jpeg: 65_535, png: 65_535 };
/** Far more than the largest picture takes; a picture that is made to be slow is given up, in seconds. */
const PATIENCE = 30;

/**
 * Makes another version of a picture: upright, without metadata, of an animation the first frame. What is transparent
 * stays so, and becomes white in a jpeg.
 *
 * @throws DownloadError `invalid` when the picture cannot be decoded.
 */
export async function makeCopy(
  original: Buffer,
  { width, format: wanted }: Variant,
  maxPixels: number,
): Promise<{ bytes: Buffer; format: ImageFormat }> {
  const given = requireFormat(original);
  const format = wanted ?? given;
  const longest = LONGEST[format];
  try {
    const image = await openImage(original, maxPixels);
    const upright = image
      .timeout({ seconds: PATIENCE })
      .autoOrient()
      .resize({ width: width ?? longest, height: longest, fit: 'inside', withoutEnlargement: true });
    const opaque = format === 'jpeg' ? upright.flatten({ background: 'white' }) : upright;
    return { bytes: await opaque.toFormat(format).toBuffer(), format };
  } catch (cause) {
    throw unreadable(given, maxPixels, cause);
  }
}
