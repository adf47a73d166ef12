/**
 * Why a file is not taken in as a picture.
 *
 * - `empty`: it holds no byte.
 * - `unsupported`: its bytes are no webp, png or jpeg, or one that nothing can decode.
 * - `too-large`: more bytes than allowed.
 * - `too-many-pixels`: a width and height that multiply to more than allowed.
 * - `truncated`: it ends before the picture does.
 */
export type InvalidImageReason = 'empty' | 'unsupported' | 'too-large' | 'too-many-pixels' | 'truncated';

/** A file is not taken in as a picture. The message is meant for whoever sent it. */
export class InvalidImageError extends Error {
  override name = 'RefusedPictureError' as const;
  readonly reason: InvalidImageReason;

  constructor(reason: InvalidImageReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** For a file whose signature is that of a format, and whose bytes break its rules. */
export const malformedImage = (format: string, what: string) =>
  new InvalidImageError('unsupported', `Expected a readable ${format}, but ${what}. Export it again and send that.`);
