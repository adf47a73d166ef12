import type { BrokerReply, BrokerRequest } from '../cluster/ipc-protocol.ts';
import type { BudgetReply, BudgetRequest } from '../images/shared-decode-budget.ts';
import type { MetricsSnapshot } from '../telemetry/metrics/metrics.ts';

/** A message from a worker to the primary process. */
export type FromWorker =
  /** It receives messages from now on; earlier ones were lost. */
  | { readonly type: 'started' }
  /** It serves requests. */
  | { readonly type: 'listening'; readonly url: string }
  /** It could not start, and exits. */
  | { readonly type: 'failed'; readonly message: string }
  /** It has received a signal to stop, alone or with the primary process. */
  | { readonly type: 'signaled' }
  /** Its metrics, after a request for them; without a snapshot if they could not be read. */
  | { readonly type: 'metrics'; readonly id: number; readonly snapshot?: MetricsSnapshot }
  /** Requests the metrics of all workers together. */
  | { readonly type: 'read-metrics'; readonly id: number }
  | { readonly type: 'broker'; readonly request: BrokerRequest }
  | { readonly type: 'decode-budget'; readonly request: BudgetRequest };

/** A message from the primary process to a worker. */
export type ToWorker =
  /** Reads from the upstream once, for all workers, and logs a failure. */
  | { readonly type: 'check-upstream' }
  /** Requests the metrics of the worker. */
  | { readonly type: 'collect-metrics'; readonly id: number }
  /** The metrics of all workers together, in the Prometheus text format, or the error that prevents this. */
  | { readonly type: 'metrics-text'; readonly id: number; readonly text?: string; readonly failure?: string }
  /** All of the first workers serve: it is ready. */
  | { readonly type: 'all-serve' }
  /** The gateway stops soon: it is not ready, but still serves everything. */
  | { readonly type: 'drain' }
  /** The primary process is about to stop it: new requests wait, so that all connections are accepted before. */
  | { readonly type: 'hold' }
  /** Completes the running requests, and exits. */
  | { readonly type: 'stop' }
  | { readonly type: 'broker'; readonly reply: BrokerReply }
  | { readonly type: 'decode-budget'; readonly reply: BudgetReply };

/** Facts that the primary process passes to a worker when it starts it, in the environment variable {@link FACTS}. */
export interface WorkerFacts {
  /** The port, which was selected if the configured one is 0. */
  readonly port: number;
  /** Socket at which the primary process serves the embedded sandbox; undefined with another upstream. */
  readonly sandboxSocket: string | undefined;
  /** True if it is started together with all others; false if it replaces one. */
  readonly isFirst: boolean;
}

export const FACTS = 'GATEWAY_WORKER';
