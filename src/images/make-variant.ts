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

/** Maximum time to make a variant, in seconds: far more than valid images take, against maliciously slow ones. */
const DECODE_TIMEOUT_SECONDS = 30;

/** Memory budget of a variant, and the owner it counts against. */
export interface DecodeMemory {
  budget: DecodeBudget;
  owner: string;
  /** Aborts the wait for memory. */
  signal: AbortSignal;
}

/**
 * Makes a variant of an image: upright, without metadata, and of an animation only the first frame. Transparency is
 * preserved, or becomes white in a jpeg. The variant is smaller than requested if it would exceed the memory budget.
 *
 * @param memory @default unlimited
 * @throws DownloadError `invalid` when the image cannot be decoded within the budget; the signal's reason.
 */
export async function makeVariant(
  original: Buffer,
  { width, format: requestedFormat }: Variant,
  maxPixels: number,
  memory?: DecodeMemory,
): Promise<{ bytes: Buffer; format: ImageFormat }> {
  const originalFormat = requireFormat(original);
  const format = requestedFormat ?? originalFormat;
  const maxSide = MAX_SIDE[format];
  let release = () => {};
  try {
    const image = await openImage(original, maxPixels);
    const header = readHeader(originalFormat, await image.metadata());
    const plan = memory && planVariant(header, { width, format }, memory.budget.maxBytes);
    if (plan) release = await memory.budget.reserve(memory.owner, memory.signal, plan.bytes);
    const box = plan?.box ?? { width: width ?? maxSide, height: maxSide };
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
    throw unreadableImage(originalFormat, maxPixels, cause);
  } finally {
    release();
  }
}

/** Repairs a damaged image that the decoder would reject entirely; undefined if it cannot be repaired. */
async function repair(original: Buffer, { format, hasScans }: ImageHeader, signal?: AbortSignal) {
  if (format === 'png') return hasScans ? await repairInterlacedPng(original, signal) : undefined;
  return format === 'webp' ? repairLossyWebp(original) : undefined;
}
