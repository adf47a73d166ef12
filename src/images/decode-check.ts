import { availableParallelism } from 'node:os';
import { NEVER_ABORTED } from '../util/abort-signals.ts';
import { createSemaphore } from '../util/semaphore.ts';
import { type DecodeBudget, DecodeMemoryError } from './decode-memory.ts';
import { inspect } from './inspect.ts';
import { InvalidImageError, malformedImage } from './invalid-image-error.ts';
import { hasDecoder } from './load-sharp.ts';
import { makeVariant } from './make-variant.ts';
import { requireFormat } from './signature.ts';
import { PLACEHOLDER } from './variant.ts';

/**
 * Decodes an uploaded image once, with the same code that resizes it later, because a scan of its structure does not
 * show if its compressed data can be decoded.
 *
 * @param read Reads the file. Called once there is a free slot.
 * @param owner Owner of the image. Slots are shared fairly between owners.
 * @param signal Aborts the wait.
 * @throws InvalidImageError `unsupported` when the image cannot be decoded, `too-many-pixels` when decoding takes too
 *   much memory; the error of `read`; the signal's reason.
 */
export type DecodeCheck = (read: () => Promise<Uint8Array>, owner?: string, signal?: AbortSignal) => Promise<void>;

/** Maximum number of files in memory. */
const MAX_CONCURRENT_CHECKS = Math.min(4, availableParallelism());

/**
 * @see DecodeCheck
 * @param maxPixels Maximum width times height of an image.
 * @param budget Memory budget for decoding. @default unlimited
 */
export function createDecodeCheck(maxPixels: number, budget?: DecodeBudget): DecodeCheck {
  const slots = createSemaphore({ total: MAX_CONCURRENT_CHECKS, perOwner: MAX_CONCURRENT_CHECKS });
  return async (read, owner = '', signal = NEVER_ABORTED) => {
    const release = await slots.acquire(owner, signal);
    try {
      const file = await read();
      const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
      const format = requireFormat(bytes);
      if (!hasDecoder()) return;
      try {
        await makeVariant(bytes, PLACEHOLDER, maxPixels, budget && { budget, owner, signal });
        await inspect(bytes, maxPixels);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const cause = error instanceof Error ? error.cause : undefined;
        if (cause instanceof DecodeMemoryError) throw new InvalidImageError('too-many-pixels', `${cause.message}.`);
        throw malformedImage(format, `its data is damaged and cannot be decoded${decoderMessage(error)}`);
      }
    } finally {
      release();
    }
  };
}

/** Message of the decoder in parentheses, or an empty string. */
function decoderMessage(error: unknown): string {
  const message = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  const detail = message.trim().split('\n').at(-1)?.trim().slice(0, 100) ?? '';
  return detail === '' || detail === 'Unknown error' ? '' : ` (${detail})`;
}
