import type { Cancellation } from '../../util/cancellation.ts';
import type { Callbacks } from '../policy/request-runner.ts';

/** What is asked for with GET, and answered with JSON. */
export interface ReadRequest<Result> {
  /** The contract's path, filled, with its query. */
  readonly path: string;
  /** Makes the result of a successful answer. What it throws is what the read fails with. */
  made(bytes: Buffer): Result;
  /** Makes the result of an answer that is no JSON by its media type, and left unread. @default it is read all the same */
  readonly other?: (() => Result) | undefined;
}

/**
 * How a request for JSON reaches the upstream and its answer comes back, once. It fails with StatusError, NetworkError or
 * BodyTooLongError; with what `made` throws; with the reason of the cancellation when it is over before.
 */
export type ReadTransport = <Result>(
  request: ReadRequest<Result>,
  cancellation: Cancellation,
  done: Callbacks<Result>,
) => void;

/** Whether an answer is JSON by its media type. */
export const isJson = (contentType: string | null | undefined): boolean => /\bjson\b/i.test(contentType ?? '');
