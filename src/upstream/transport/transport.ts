import type { Cancellation } from '../../util/cancellation.ts';
import type { Callbacks } from '../policy/request-runner.ts';

/** A GET request for JSON. */
export interface ReadRequest<Result> {
  /** The path with its parameters and query. */
  readonly path: string;
  /** Decodes the body of a successful response. Its errors are errors of the read. */
  resultOf(bytes: Buffer): Result;
  /** Returns the result for a response with another media type than JSON; its body is not read. @default parsed as JSON */
  readonly readNonJson?: (() => Result) | undefined;
}

/**
 * Sends a request for JSON once. Rejects with StatusError, NetworkError or BodyError; with an error of `resultOf`; or with
 * the reason of the cancellation.
 */
export type ReadTransport = <Result>(
  request: ReadRequest<Result>,
  cancellation: Cancellation,
  done: Callbacks<Result>,
) => void;

/** True if a media type is JSON. */
export const isJson = (contentType: string | null | undefined): boolean => /\bjson\b/i.test(contentType ?? '');
