import { LinkedList, type LinkedNode } from '../../util/linked-list.ts';
import type { StatusError } from '../transport/errors.ts';

/** For how long a rejected key is refused without asking the upstream, in milliseconds. */
const REMEMBERED = 5_000;

/** A request that is on its way, or waits for that. */
export interface KeyedRequest extends LinkedNode {
  /** The upstream has rejected the key on another request. */
  onKeyRejected(error: StatusError): void;
}

export interface ApiKeyStateOptions {
  /** A monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Called when the upstream accepts the key for the first time, or again. */
  onConfirmed: () => void;
  /** Called when the upstream rejects the key. */
  onRejected: () => void;
}

/**
 * What the responses of the upstream show about one API key. A response other than 401 confirms it. A 401 rejects it:
 * its other requests end, and for a few seconds new ones fail without reaching the upstream. Then it is unconfirmed, as
 * a key is that was never used.
 */
export class ApiKeyState {
  /** Requests that end when the key is rejected. */
  readonly requests = new LinkedList<KeyedRequest>();
  readonly #options: ApiKeyStateOptions;
  #isConfirmed = false;
  #rejection: StatusError | undefined;
  #rejectedAt = 0;

  constructor(options: ApiKeyStateOptions) {
    this.#options = options;
  }

  /** Whether the last response accepted the key. */
  get isConfirmed(): boolean {
    return this.#isConfirmed;
  }

  /** Why requests fail at once; undefined while they may be sent. */
  get rejection(): StatusError | undefined {
    if (this.#rejection && this.#options.monotonicNow() - this.#rejectedAt >= REMEMBERED) this.#rejection = undefined;
    return this.#rejection;
  }

  confirm(): void {
    this.#rejection = undefined;
    this.#isConfirmed = true;
    this.#options.onConfirmed();
  }

  /** @param error The 401 of a request that is no longer among {@link requests}. */
  reject(error: StatusError): void {
    this.#rejection = error;
    this.#rejectedAt = this.#options.monotonicNow();
    this.#isConfirmed = false;
    this.#options.onRejected();
    for (const request of this.requests.toArray()) request.onKeyRejected(error);
  }
}
