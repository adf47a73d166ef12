import type { BrokerReply, BrokerRequest } from '../cluster/ipc-protocol.ts';
import type { BudgetReply, BudgetRequest } from '../images/shared-decode-budget.ts';

/** A message from a worker to the primary process. */
export type FromWorker =
  /** It receives messages from now on; earlier ones were lost. */
  | { readonly type: 'started' }
  /** It accepts connections. */
  | { readonly type: 'listening'; readonly url: string }
  /** It could not start, and exits. */
  | { readonly type: 'failed'; readonly message: string }
  /** It has received a signal to stop, alone or with the primary process. */
  | { readonly type: 'signaled' }
  | { readonly type: 'broker'; readonly request: BrokerRequest }
  | { readonly type: 'decode-budget'; readonly request: BudgetRequest };

/** A message from the primary process to a worker. */
export type ToWorker =
  /** Reads from the upstream once, for all workers, and logs a failure. */
  | { readonly type: 'check-upstream' }
  /** Completes the running requests, and exits. `isReplaced`: other workers accept the new connections. */
  | { readonly type: 'stop'; readonly isReplaced: boolean }
  | { readonly type: 'broker'; readonly reply: BrokerReply }
  | { readonly type: 'decode-budget'; readonly reply: BudgetReply };

/** Facts that the primary process passes to a worker when it starts it, in the environment variable {@link FACTS}. */
export interface WorkerFacts {
  /** The port, which was selected if the configured one is 0. */
  readonly port: number;
  /** Socket at which the primary process serves the embedded sandbox; undefined with another upstream. */
  readonly sandboxSocket: string | undefined;
}

export const FACTS = 'GATEWAY_WORKER';
