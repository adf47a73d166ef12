import type { Cancellation } from '../../util/cancellation.ts';

/** Callbacks for a result, of which one is called once. Not a promise, to save one for every request. */
export interface Callbacks<Result> {
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Callbacks of one attempt to send a request. */
export interface Attempt<Result> extends Callbacks<Result> {
  /** Called before a write is written to a connection. Optional for reads. */
  onSent(): void;
  /** Called with the status of a successful response. @default it is not needed */
  readonly onSuccess?: ((status: number) => void) | undefined;
  /** Further headers of the request: alternating names and values. @default none */
  readonly headers?: readonly string[] | undefined;
}

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
  attempt: Callbacks<Result> & Pick<Attempt<Result>, 'headers' | 'onSuccess'>,
) => void;

/** True if a media type is JSON. */
export const isJson = (contentType: string | null | undefined): boolean => /\bjson\b/i.test(contentType ?? '');
