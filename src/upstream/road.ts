import type { Cancellation } from './cancellation.ts';

/** What is asked for with GET, and answered with JSON. */
export interface ReadRequest {
  /** The contract's path, filled, with its query. */
  readonly path: string;
  /** Whether an answer that is no JSON by its media type is left unread. */
  readonly mayBeOther: boolean;
}

/**
 * How a request for JSON reaches the upstream and its answer comes back, once: the text of a successful answer, or
 * undefined for one that was left unread.
 *
 * @throws StatusError, NetworkError or BodyTooLongError; the reason of the cancellation when it is over before.
 */
export type ReadRoad = (request: ReadRequest, cancellation: Cancellation) => Promise<string | undefined>;

/** Whether an answer is JSON by its media type. */
export const isJson = (contentType: string | null | undefined): boolean => /\bjson\b/i.test(contentType ?? '');
