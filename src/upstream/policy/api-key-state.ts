import { LinkedList, type LinkedNode } from '../../util/linked-list.ts';
import type { StatusError } from '../transport/errors.ts';

/** Time for which requests with a rejected key fail without reaching the upstream, in milliseconds. */
const REJECTION_TTL = 5_000;

/** A running or queued request of a key. */
export interface KeyedRequest extends LinkedNode {
  /** Called when the upstream rejects the key in the response to another request. */
  onKeyRejected(error: StatusError): void;
}

export interface ApiKeyStateOptions {
  /** A monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Called when the upstream accepts the key for the first time, or again after a rejection. */
  onConfirmed: () => void;
  /** Called when the upstream rejects the key. */
  onRejected: () => void;
}

/**
 * The acceptance of one API key by the upstream, as seen in its responses. A response other than 401 confirms the key. A
 * 401 rejects it: its other requests are aborted, and for a few seconds new ones fail without reaching the upstream.
 * After that it is unconfirmed, like a new key.
 */
export class ApiKeyState {
  /** Requests to abort when the key is rejected. */
  readonly requests = new LinkedList<KeyedRequest>();
  readonly #options: ApiKeyStateOptions;
  #isConfirmed = false;
  #rejection: StatusError | undefined;
  #rejectedAt = 0;

  constructor(options: ApiKeyStateOptions) {
    this.#options = options;
  }

  /** True if the last response accepted the key. */
  get isConfirmed(): boolean {
    return this.#isConfirmed;
  }

  /** The error with which requests fail at once; undefined while they may be sent. */
  get rejection(): StatusError | undefined {
    if (this.#rejection && this.#options.monotonicNow() - this.#rejectedAt >= REJECTION_TTL)
      this.#rejection = undefined;
    return this.#rejection;
  }

  confirm(): void {
    this.#rejection = undefined;
    this.#isConfirmed = true;
    this.#options.onConfirmed();
  }

  /** @param error The 401 of a request that was removed from {@link requests} before. */
  reject(error: StatusError): void {
    this.#rejection = error;
    this.#rejectedAt = this.#options.monotonicNow();
    this.#isConfirmed = false;
    this.#options.onRejected();
    for (const request of this.requests.toArray()) request.onKeyRejected(error);
  }
}
