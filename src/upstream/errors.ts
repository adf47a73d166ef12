import type { OperationId } from '../contract/contract.ts';

/**
 * Reason why an operation of the upstream has no usable response.
 *
 * - `status`: the response has a 4xx or 5xx status.
 * - `timeout`: no complete response before the deadline.
 * - `unreachable`: the connection failed or broke.
 * - `invalid-response`: the response violates the contract in a part that the operation needs.
 * - `outcome-unknown`: a write that is not idempotent may or may not have been applied.
 * - `not-visible`: a newly created job cannot be read yet.
 * - `circuit-open`: not sent, because the circuit breaker is open.
 * - `exhausted`: not sent, because this machine has no descriptors, ports or memory for a connection.
 * - `queue-full`: not sent, because the request queue of this credential is full.
 */
export type UpstreamFailure =
  | 'status'
  | 'timeout'
  | 'unreachable'
  | 'invalid-response'
  | 'outcome-unknown'
  | 'not-visible'
  | 'circuit-open'
  | 'exhausted'
  | 'queue-full';

export interface UpstreamErrorDetails extends ErrorOptions {
  /** HTTP status of the response; undefined if there was none. */
  status?: number | undefined;
  /** The human-readable message in the upstream's response. */
  upstreamMessage?: string | undefined;
  /** Delay before a retry, in seconds: from `Retry-After`, or the gateway's estimate. */
  retryAfter?: number | undefined;
}

/** An operation of the upstream failed: see {@link UpstreamFailure}. */
export class UpstreamError extends Error {
  override name = 'UpstreamError' as const;
  readonly operation: OperationId;
  readonly failure: UpstreamFailure;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;

  /** Private to keep it out of logs: the text may contain a tenant's data. */
  readonly #upstreamMessage: string | undefined;

  constructor(operation: OperationId, failure: UpstreamFailure, message: string, details: UpstreamErrorDetails = {}) {
    super(`${operation}: ${message}`, details);
    this.operation = operation;
    this.failure = failure;
    this.status = details.status;
    this.#upstreamMessage = details.upstreamMessage;
    this.retryAfter = details.retryAfter;
  }

  /** The human-readable message in the upstream's response. */
  get upstreamMessage(): string | undefined {
    return this.#upstreamMessage;
  }
}

/**
 * True for a status whose `Retry-After` concerns all requests with the same key (RFC 6585, 4; RFC 9110, 15.6.4). That of
 * another status, such as 404, concerns the one request only.
 */
export const isPause = (status: number | undefined): boolean => status === 429 || status === 503;

/** True if the upstream responded that the resource does not exist (404), or no longer exists (410). */
export const isNotFound = (error: unknown): error is UpstreamError =>
  error instanceof UpstreamError && (error.status === 404 || error.status === 410);

/** A value that violates the contract. It is an error of its own field, and only where that field is selected. */
export interface MalformedField {
  readonly operation: OperationId;
  /** Names the field, the expected type and the actual type. */
  readonly problem: string;
}

/** The malformed fields of a row, by field name. */
export type MalformedFields = Readonly<Record<string, MalformedField>>;

/** The error of a field whose value violates the contract. */
export const malformedError = ({ operation, problem }: MalformedField): UpstreamError =>
  new UpstreamError(operation, 'invalid-response', problem);
