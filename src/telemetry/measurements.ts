import { NO_POLL_OBSERVER, type PollObserver } from '../jobs/observer.ts';
import { NO_UPSTREAM_OBSERVER, type UpstreamAttempt } from '../upstream/observer.ts';
import type { OnRequest } from './requests.ts';

/** Receives what happens in a gateway, to count it. Its methods are cheap, and never throw. */
export interface Measurements {
  readonly onRequest: OnRequest;
  /** An attempt to send a request to the upstream has ended. */
  onAttempt(attempt: UpstreamAttempt): void;
  /** A read was served by a running request of another operation. */
  onShared(): void;
  /** A read was served from memory. */
  readonly onCached: () => void;
  readonly polls: PollObserver;
}

export const NO_MEASUREMENTS: Measurements = {
  onRequest: () => {},
  onAttempt: NO_UPSTREAM_OBSERVER.onAttempt,
  onShared: NO_UPSTREAM_OBSERVER.onShared,
  onCached: () => {},
  polls: NO_POLL_OBSERVER,
};
