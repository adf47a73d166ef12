import PQueue from 'p-queue';
import { inspect } from './inspect.ts';
import { makeCopy } from './make-copy.ts';
import { unreadable } from './refused-picture.ts';
import { requireFormat } from './signature.ts';
import { PLACEHOLDER } from './variant.ts';

/**
 * Decodes an uploaded picture once, by the code that resizes it later. A scan of its structure cannot tell whether its
 * compressed data can be decoded.
 *
 * @param read Reads the file, when its turn has come.
 * @throws RefusedPictureError `unsupported` when it cannot be decoded; what `read` fails with.
 */
export type DecodeCheck = (read: () => Promise<Uint8Array>) => Promise<void>;

/** Whole files in memory at once. */
const AT_ONCE = 4;

/** @see DecodeCheck. @param maxPixels The largest picture, width times height. */
export function createDecodeCheck(maxPixels: number): DecodeCheck {
  const queue = new PQueue({ concurrency: AT_ONCE });
  return (read) =>
    queue.add(async () => {
      const file = await read();
      const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
      const format = requireFormat(bytes);
      try {
        await makeCopy(bytes, PLACEHOLDER, maxPixels);
        await inspect(bytes, maxPixels);
      } catch (error) {
        throw unreadable(format, `its data is damaged and cannot be decoded${detailOf(error)}`);
      }
    });
}

/** What the decoder says, in parentheses, where it says something. */
function detailOf(error: unknown): string {
  const said = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  const detail = said.trim().split('\n').at(-1)?.trim().slice(0, 100) ?? '';
  return detail === '' || detail === 'Unknown error' ? '' : ` (${detail})`;
}
