/**
 * Reason why an image could not be fetched.
 *
 * - `refused`: this gateway does not connect to its URL.
 * - `expired`: its URL is no longer valid (403, 404 or 410); reading the data item or prediction again may return a new one.
 * - `unavailable`: no response, or an unexpected one.
 * - `timeout`: no complete response in time.
 * - `too-large`: more bytes than allowed.
 * - `invalid`: not a URL, or bytes that are not an image.
 */
export type DownloadFailure = 'refused' | 'expired' | 'unavailable' | 'timeout' | 'too-large' | 'invalid';

/** An image could not be fetched. The message never contains the query of its URL: that of a signed URL is a secret. */
export class DownloadError extends Error {
  override name = 'DownloadError' as const;
  readonly reason: DownloadFailure;
  /** The HTTP status of the response; undefined if there was none, or if the error has another cause. */
  readonly status: number | undefined;

  constructor(reason: DownloadFailure, message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options);
    this.reason = reason;
    this.status = options?.status;
  }
}

/** The form of a URL in messages: without user, password, query and fragment. */
export const displayUrl = (url: URL) => `${url.protocol}//${url.host}${url.pathname}`;
