/**
 * Why a picture could not be had.
 *
 * - `refused`: its address is one that this gateway does not visit.
 * - `expired`: its address is no longer good (403, 404 or 410); reading the thing again may give a fresh one.
 * - `unavailable`: no answer, or an answer that is none of the others.
 * - `timeout`: no answer, or not all of it, in time.
 * - `too-large`: more bytes than allowed.
 * - `invalid`: no address at all, or bytes that are no picture.
 */
export type DownloadFailure = 'refused' | 'expired' | 'unavailable' | 'timeout' | 'too-large' | 'invalid';

/** A picture could not be had. The message never holds an address's query: that of a signed address is a secret. */
export class DownloadError extends Error {
  override name = 'DownloadError' as const;
  readonly reason: DownloadFailure;
  /** The HTTP status that was answered; `undefined` when there was no answer or it was not to blame. */
  readonly status: number | undefined;

  constructor(reason: DownloadFailure, message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options);
    this.reason = reason;
    this.status = options?.status;
  }
}

/** How a message names an address: without user, password, query and fragment. */
export const nameOf = (url: URL) => `${url.protocol}//${url.host}${url.pathname}`;
