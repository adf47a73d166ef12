/**
 * Reason why an uploaded file is rejected.
 *
 * - `empty`: the file contains no bytes.
 * - `unsupported`: the file is not a webp, png or jpeg, or it cannot be decoded.
 * - `too-large`: the file has too many bytes.
 * - `too-many-pixels`: the image has too many pixels, or decoding it takes too much memory.
 * - `truncated`: the file ends before the image does.
 */
export type InvalidImageReason = 'empty' | 'unsupported' | 'too-large' | 'too-many-pixels' | 'truncated';

/** An uploaded file is rejected. The message is meant for the client. */
export class InvalidImageError extends Error {
  override name = 'InvalidImageError' as const;
  readonly reason: InvalidImageReason;

  constructor(reason: InvalidImageReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Error for a file with the signature of a format that it does not conform to. */
export const malformedImage = (format: string, problem: string) =>
  new InvalidImageError(
    'unsupported',
    `Expected a readable ${format}, but ${problem}. Export the image again and send the new file.`,
  );
