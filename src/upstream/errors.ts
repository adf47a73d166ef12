import type { OperationId } from '../contract/contract.ts';

/**
 * Why an operation of the upstream has no usable answer.
 *
 * - `status`: it answered with a 4xx or 5xx status.
 * - `timeout`: no complete answer in time.
 * - `unreachable`: no connection, or one that broke.
 * - `invalid-response`: an answer that breaks the contract where it matters.
 * - `outcome-unknown`: a write that is not repeatable may or may not have happened.
 * - `not-visible`: a job that was created a moment ago cannot be read yet.
 * - `avoided`: nothing was sent, because the upstream has been failing.
 * - `exhausted`: nothing was sent, because this machine has no descriptors, ports or memory for a connection.
 * - `crowded`: nothing was sent, because too many requests of this credential wait already.
 */
export type UpstreamFailure =
  | 'status'
  | 'timeout'
  | 'unreachable'
  | 'invalid-response'
  | 'outcome-unknown'
  | 'not-visible'
  | 'avoided'
  | 'exhausted'
  | 'crowded';

export interface UpstreamErrorDetails extends ErrorOptions {
  /** HTTP status of the answer; left out when there was none. */
  status?: number | undefined;
  /** What the upstream said about it, meant for people. */
  said?: string | undefined;
  /** Seconds after which it is worth asking again: what the upstream said, or what the gateway thinks. */
  retryAfter?: number | undefined;
}

/** The upstream refused, failed, did not answer in time, or answered something else than the contract says. */
export class UpstreamError extends Error {
  override name = 'UpstreamError' as const;
  readonly operation: OperationId;
  readonly failure: UpstreamFailure;
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;

  /** Private, so that whoever logs the error leaves it out: the words are the upstream's, about somebody's data. */
  readonly #said: string | undefined;

  constructor(operation: OperationId, failure: UpstreamFailure, message: string, details: UpstreamErrorDetails = {}) {
    super(`${operation}: ${message}`, details);
    this.operation = operation;
    this.failure = failure;
    this.status = details.status;
    this.#said = details.said;
    this.retryAfter = details.retryAfter;
  }

  /** What the upstream said about it, meant for people. */
  get said(): string | undefined {
    return this.#said;
  }
}

/** Whether the upstream said that the thing does not exist, or no longer does. */
export const isNotFound = (error: unknown): error is UpstreamError =>
  error instanceof UpstreamError && (error.status === 404 || error.status === 410);

/** A value that breaks the contract. It costs its own field only, and is an error where that field is selected. */
export interface Malformed {
  readonly operation: OperationId;
  /** Names the field, what was expected and the type that came. */
  readonly problem: string;
}

/** What is wrong with the fields of a row, by field. */
export type MalformedFields = Readonly<Record<string, Malformed>>;

/** The error of a field whose value breaks the contract. */
export const malformedError = ({ operation, problem }: Malformed): UpstreamError =>
  new UpstreamError(operation, 'invalid-response', problem);
