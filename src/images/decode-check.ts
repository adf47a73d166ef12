import { availableParallelism } from 'node:os';
import { createSemaphore } from '../util/semaphore.ts';
import { type DecodeBudget, DecodeMemoryError } from './decode-memory.ts';
import { inspect } from './inspect.ts';
import { InvalidImageError, malformedImage } from './invalid-image-error.ts';
import { makeVariant } from './make-variant.ts';
import { requireFormat } from './signature.ts';
import { PLACEHOLDER } from './variant.ts';

/**
 * Decodes an uploaded picture once, by the code that resizes it later. A scan of its structure cannot tell whether its
 * compressed data can be decoded.
 *
 * @param read Reads the file, when its turn has come.
 * @param owner Whose picture it is; owners take turns.
 * @param signal Ends the waiting.
 * @throws RefusedPictureError `unsupported` when it cannot be decoded, `too-many-pixels` when that takes too much memory;
 * what `read` fails with; the signal's reason.
 */
export type DecodeCheck = (read: () => Promise<Uint8Array>, owner?: string, signal?: AbortSignal) => Promise<void>;

/** Whole files in memory at once. */
const MAX_CONCURRENT_CHECKS = Math.min(4, availableParallelism());

/**
 * @see DecodeCheck.
 * @param maxPixels The largest picture, width times height.
 * @param budget Memory to decode in. @default no bound
 */
export function createDecodeCheck(maxPixels: number, budget?: DecodeBudget): DecodeCheck {
  const places = createSemaphore({ total: MAX_CONCURRENT_CHECKS, each: MAX_CONCURRENT_CHECKS });
  return async (read, owner = '', signal = NEVER) => {
    const leave = await places.acquire(owner, signal);
    try {
      const file = await read();
      const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
      const format = requireFormat(bytes);
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
      leave();
    }
  };
}

const NEVER = new AbortController().signal;

/** What the decoder says, in parentheses, where it says something. */
function decoderMessage(error: unknown): string {
  const said = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  const detail = said.trim().split('\n').at(-1)?.trim().slice(0, 100) ?? '';
  return detail === '' || detail === 'Unknown error' ? '' : ` (${detail})`;
}
