import type { DecodeCheck } from '../images/decode-check.ts';
import { type UploadedFile, validateUpload } from '../images/validate-upload.ts';
import { NEVER_ABORTED } from '../util/abort-signals.ts';
import { createSemaphore, maxPerOwner } from '../util/semaphore.ts';
import type { UploadLimits } from './limits.ts';

/** Reads uploaded files into memory, a limited number at a time. Credentials take turns. */
export interface UploadReader {
  /**
   * Reads and validates a file.
   *
   * @param use Receives the bytes of the file, which are in memory until it settles.
   * @throws InvalidImageError if the file is not an image that the upstream accepts; the error of `use`.
   */
  withBytes<Result>(apiKey: string, file: UploadedFile, use: (bytes: Uint8Array) => Promise<Result>): Promise<Result>;
}

export interface UploadReaderOptions {
  limits: Pick<UploadLimits, 'concurrentUpstreamFiles' | 'pixels'>;
  checkDecoding: DecodeCheck;
}

/** @see UploadReader */
export function createUploadReader({ limits, checkDecoding }: UploadReaderOptions): UploadReader {
  const total = limits.concurrentUpstreamFiles;
  const slots = createSemaphore({ total, perOwner: maxPerOwner(total) });
  return {
    async withBytes(apiKey, file, use) {
      const release = await slots.acquire(apiKey, NEVER_ABORTED);
      try {
        return await use(await validateUpload(file, limits.pixels, (read) => checkDecoding(read, apiKey)));
      } finally {
        release();
      }
    },
  };
}
