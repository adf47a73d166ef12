import { NetworkError, StatusError } from '../transport/errors.ts';
import type { Outcome } from './circuit-breaker.ts';

/** The upstream as the last requests have shown it. */
export interface UpstreamState {
  /**
   * `unknown`: no request has ended yet. `failing`: the last one has failed. `unavailable`: so many have failed that no
   * requests are sent for some seconds.
   */
  readonly status: 'unknown' | 'ok' | 'failing' | 'unavailable';
  /** Time of the first failure after the last response. */
  readonly since?: Date;
  /** The last failure, if no response has followed. */
  readonly cause?: string;
  /** Time of the last response, of any status but 5xx. */
  readonly lastSuccess?: Date;
  /** Time of the last failure. */
  readonly lastFailure?: Date;
}

/** Remembers the outcomes of the last upstream requests, of all credentials. */
export class UpstreamOutcomes {
  readonly #now: () => number;
  #lastSuccess: number | undefined;
  #lastFailure: number | undefined;
  #failingSince: number | undefined;
  #error: unknown;

  /** @param now The wall clock, in milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param error The error of a failed request. */
  record(outcome: Outcome, error?: unknown): void {
    if (outcome === 'responded') {
      this.#lastSuccess = this.#now();
      this.#failingSince = undefined;
      this.#error = undefined;
    } else if (outcome === 'failed') {
      this.#lastFailure = this.#now();
      this.#failingSince ??= this.#lastFailure;
      this.#error = error;
    }
  }

  /** @param isOpen True while no requests are sent. */
  state(isOpen: boolean): UpstreamState {
    const since = this.#failingSince;
    const isUnknown = this.#lastSuccess === undefined && since === undefined;
    return {
      status: isOpen ? 'unavailable' : isUnknown ? 'unknown' : since === undefined ? 'ok' : 'failing',
      ...(since !== undefined && { since: new Date(since), cause: describe(this.#error) }),
      ...(this.#lastSuccess !== undefined && { lastSuccess: new Date(this.#lastSuccess) }),
      ...(this.#lastFailure !== undefined && { lastFailure: new Date(this.#lastFailure) }),
    };
  }
}

/** The kind of a failure, without addresses and texts of the upstream. */
function describe(error: unknown): string {
  if (error instanceof StatusError) return `status ${error.status}`;
  return error instanceof NetworkError ? (codeOf(error) ?? 'the connection failed') : 'no response in time';
}

/** The code of the first error in a chain of causes that has one, for example `ECONNREFUSED`. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : codeOf(error.cause);
}
