import type { OperationId } from '../contract/contract.ts';

/** The request of a client on whose behalf upstream requests are sent. Counts them. */
export interface Requester {
  /** Upstream requests sent, retries included. */
  sent: number;
  /** Reads that were served by a request of another client. */
  shared: number;
  /** Id of the request, for the log. Polls have none. */
  readonly id: string | undefined;
  /** Headers that identify the request to the upstream: alternating names and values. */
  readonly forwardedHeaders: readonly string[];
  /** Starts the trace of an upstream request. @default it is not traced */
  readonly startSpan?: ((id: OperationId, attempt: number) => UpstreamSpan) | undefined;
  /** Called when a read joins a running request. @param owner The requester of that request. @default it is not traced */
  readonly onJoin?: ((owner: Requester | undefined) => void) | undefined;
}

/** The trace of one upstream request. */
export interface UpstreamSpan {
  /** Headers that pass the trace on, in place of those of the requester: alternating names and values. */
  readonly headers: readonly string[];
  /** Called with the status of a successful response. Needs no `this`. */
  readonly onSuccess: (status: number) => void;
  /** @param status The status of a failed response, or the reason for which there is none; `2xx` for a success. */
  end(status: number | string): void;
}

/** One attempt to send a request to the upstream. */
export interface UpstreamAttempt {
  readonly operation: OperationId;
  /** The status of the response; without a usable one, the reason: `timeout`, `network`, `aborted`, `invalid`. */
  readonly status: number | string;
  readonly milliseconds: number;
  readonly isPoll: boolean;
  /** Number of earlier attempts of the same request. */
  readonly retries: number;
  readonly requester: Requester | undefined;
  /** The failure, if the upstream is at fault; undefined for any usable response, and for aborted requests. */
  readonly failure: unknown;
}

/** Receives what happens to upstream requests. Its methods are cheap, and never throw. */
export interface UpstreamObserver {
  onAttempt(attempt: UpstreamAttempt): void;
  /** A read was served by a running request. */
  onShared(): void;
  /** The circuit breaker has opened or closed. */
  onCircuitChange(isOpen: boolean): void;
}

export const NO_UPSTREAM_OBSERVER: UpstreamObserver = {
  onAttempt: () => {},
  onShared: () => {},
  onCircuitChange: () => {},
};
