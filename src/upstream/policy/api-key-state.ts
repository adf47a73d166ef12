import { LinkedList, type LinkedNode } from '../../util/linked-list.ts';
import { StatusError } from '../transport/errors.ts';

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
  /** Called when the upstream rejects the key, in a response to this replica or to another one. */
  onRejected: () => void;
  /** Called with the upstream's message when a response to this replica rejects the key. */
  onOwnRejection?: (upstreamMessage: string | undefined) => void;
  /** Called when a response to this replica accepts the key after a rejection. */
  onOwnConfirmation?: () => void;
}

/** The acceptance of a key as seen by other replicas. */
export interface RemoteKeyState {
  /** @param age Time since the upstream rejected the key, in milliseconds. */
  rejectRemotely(upstreamMessage: string | undefined, age: number): void;
  endRejection(): void;
}

/** Shares the acceptance of keys with other replicas. */
export interface SharedKeyStates {
  /** Applies what other replicas see to the state of a key that is used here. */
  track(apiKey: string, state: RemoteKeyState): void;
  reject(apiKey: string, upstreamMessage: string | undefined): void;
  confirm(apiKey: string): void;
}

/**
 * The acceptance of one API key by the upstream, as seen in its responses. A response other than 401 confirms the key. A
 * 401 rejects it: its other requests are aborted, and for a few seconds new ones fail without reaching the upstream.
 * After that it is unconfirmed, like a new key.
 */
export class ApiKeyState implements RemoteKeyState {
  /** Requests to abort when the key is rejected. */
  readonly requests = new LinkedList<KeyedRequest>();
  readonly #options: ApiKeyStateOptions;
  #isConfirmed = false;
  #rejection: StatusError | undefined;
  #rejectedAt = 0;
  /** True after a rejection, until the key is confirmed. */
  #wasRejected = false;

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
    if (this.#wasRejected) this.#options.onOwnConfirmation?.();
    this.#wasRejected = false;
  }

  /** @param error The 401 of a request that was removed from {@link requests} before. */
  reject(error: StatusError): void {
    this.#reject(error, 0);
    this.#options.onOwnRejection?.(error.upstreamMessage);
  }

  rejectRemotely(upstreamMessage: string | undefined, age: number): void {
    if (age < REJECTION_TTL) this.#reject(new StatusError(401, { upstreamMessage }), age);
  }

  endRejection(): void {
    this.#rejection = undefined;
    this.#wasRejected = false;
  }

  #reject(error: StatusError, age: number): void {
    this.#rejection = error;
    this.#rejectedAt = this.#options.monotonicNow() - age;
    this.#isConfirmed = false;
    this.#wasRejected = true;
    this.#options.onRejected();
    for (const request of this.requests.toArray()) request.onKeyRejected(error);
  }
}
