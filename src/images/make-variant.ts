import type { Sharp } from 'sharp';
import { DownloadError } from '../upstream/images/download-error.ts';
import {
  type DecodeBudget,
  DecodeMemoryError,
  type ImageHeader,
  MAX_SIDE,
  planVariant,
  readHeader,
} from './decode-memory.ts';
import { unreadableImage } from './inspect.ts';
import { openImage } from './load-sharp.ts';
import { repairInterlacedPng } from './repair-png.ts';
import { repairLossyWebp } from './repair-webp.ts';
import { type ImageFormat, requireFormat } from './signature.ts';
import type { Variant } from './variant.ts';

/** Far more than the largest picture takes; a picture that is made to be slow is given up, in seconds. */
const DECODE_TIMEOUT_SECONDS = 30;

/** The memory that a copy is made in, and for whom. */
export interface DecodeMemory {
  budget: DecodeBudget;
  owner: string;
  /** Ends the wait for memory. */
  signal: AbortSignal;
}

/**
 * Makes another version of a picture: upright, without metadata, of an animation the first frame. What is transparent
 * stays so, and becomes white in a jpeg. Where memory does not suffice for the width, it is smaller.
 *
 * @param memory @default no bound
 * @throws DownloadError `invalid` when the picture cannot be decoded, or not within the memory; the signal's reason.
 */
export async function makeVariant(
  original: Buffer,
  { width, format: wanted }: Variant,
  maxPixels: number,
  memory?: DecodeMemory,
): Promise<{ bytes: Buffer; format: ImageFormat }> {
  const given = requireFormat(original);
  const format = wanted ?? given;
  const longest = MAX_SIDE[format];
  let release = () => {};
  try {
    const image = await openImage(original, maxPixels);
    const header = readHeader(given, await image.metadata());
    const plan = memory && planVariant(header, { width, format }, memory.budget.maxBytes);
    if (plan) release = await memory.budget.reserve(memory.owner, memory.signal, plan.bytes);
    const box = plan?.box ?? { width: width ?? longest, height: longest };
    const encode = (decoded: Sharp) => {
      const upright = decoded
        .timeout({ seconds: DECODE_TIMEOUT_SECONDS })
        .autoOrient()
        .resize({ ...box, fit: 'inside', withoutEnlargement: true });
      const opaque = format === 'jpeg' ? upright.flatten({ background: 'white' }) : upright;
      return opaque.toFormat(format).toBuffer();
    };
    try {
      return { bytes: await encode(image), format };
    } catch (error) {
      const repaired = await repair(original, header, memory?.signal);
      if (!repaired) throw error;
      return { bytes: await encode(await openImage(repaired, maxPixels)), format };
    }
  } catch (cause) {
    if (memory?.signal.aborted) throw memory.signal.reason;
    if (cause instanceof DecodeMemoryError) throw new DownloadError('invalid', `${cause.message}.`, { cause });
    throw unreadableImage(given, maxPixels, cause);
  } finally {
    release();
  }
}

/** An image of what there is of a damaged one, where the decoder would return nothing. */
async function repair(original: Buffer, { format, hasScans }: ImageHeader, signal?: AbortSignal) {
  if (format === 'png') return hasScans ? await repairInterlacedPng(original, signal) : undefined;
  return format === 'webp' ? repairLossyWebp(original) : undefined;
}
