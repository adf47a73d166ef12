import type { Vault } from '../cluster/vault.ts';
import type { JobEvent } from '../jobs/events.ts';

/** Converts events into JSON values and back. Times become ages, because the clocks of replicas may differ. */
export interface EventCodec<State, Key> {
  encode(event: JobEvent<State, Key>): unknown;
  /**
   * @param age Time since the event was encoded, in milliseconds.
   * @returns Undefined if the value is none of this version of the gateway.
   */
  decode(value: unknown, age?: number): JobEvent<State, Key> | undefined;
}

/** A job that a replica watches. */
export interface Need<Key> {
  readonly key: Key;
  readonly position?: number;
  readonly isWaiting?: boolean;
}

/** What a replica needs from the owner: changes since its last message, or everything. */
export interface Needs<Key> {
  readonly from: string;
  /** The highest epoch of an owner that it has heard of. */
  readonly epoch: number;
  /** True if the message replaces all earlier ones. */
  readonly isComplete?: boolean;
  readonly join?: readonly Need<Key>[];
  readonly leave?: readonly string[];
  readonly waiting?: readonly (readonly [name: string, isWaiting: boolean])[];
  readonly follow?: readonly Key[];
  readonly unfollow?: readonly string[];
  readonly wake?: readonly string[];
  readonly announce?: readonly Key[];
  readonly holdMilliseconds?: number;
}

/** One report of the owner. `version` orders the events of a job. */
export type Report =
  | {
      readonly type: 'event';
      readonly name: string;
      readonly list?: string;
      readonly version: number;
      readonly event: unknown;
    }
  | { readonly type: 'end'; readonly name: string; readonly list?: string }
  | { readonly type: 'gone'; readonly name: string; readonly list: string; readonly isGone: boolean };

/** A message of the replica that polls, the owner. Its epoch exceeds that of each earlier owner. */
export interface OwnerMessage {
  readonly epoch: number;
  /** `started` asks all replicas for what they need; `beat` shows that the owner is alive. */
  readonly type: 'started' | 'beat' | 'ended' | 'reports';
  readonly reports?: readonly Report[];
}

/** The channels and stored values of one credential. */
export interface Names {
  /** Group of its stored values. */
  readonly group: string;
  readonly needs: string;
  readonly reports: string;
  /** Name of the stored state of a job. */
  state(job: string): string;
}

/** @param group Keyed hash of the credential. */
export function createNames(vault: Vault, group: string): Names {
  const reports = `reports ${group}`;
  return {
    // The same name, because a Cluster of Redis then keeps the order of messages with and without values.
    group: reports,
    reports,
    needs: `needs ${group}`,
    state: (job) => `state ${vault.name('state', job)}`,
  };
}

/** The version of a stored value: sortable by characters. */
export const storedVersion = (epoch: number, version: number): string =>
  `${String(epoch).padStart(17, '0')} ${String(version).padStart(12, '0')}`;

export const sealMessage = (vault: Vault, message: unknown): string => vault.seal(JSON.stringify(message));

/** @returns The message; undefined if it cannot be read, because it was sealed with another secret. */
export function openMessage<Message>(vault: Vault, sealed: string): Message | undefined {
  const text = vault.open(sealed);
  return text === undefined ? undefined : (JSON.parse(text) as Message);
}
