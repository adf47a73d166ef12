/** A request for the exclusive right to send a write. */
export interface Claim {
  /** Id of the record: a hash that reveals neither the tenant nor the key. */
  readonly id: string;
  /** Hash of the input. */
  readonly input: string;
  /** Random token of this claim: the record can only be changed with it. */
  readonly token: string;
  /** Time after which an unfinished write counts as lost, in milliseconds. */
  readonly lease: number;
  /** Time for which the record is kept, in milliseconds. */
  readonly lifetime: number;
}

/** Outcome of a write: its result as JSON, or unknown. */
export type Outcome = { readonly state: 'done'; readonly result: string } | { readonly state: 'unknown' };

/** A record made by another claim. */
export type ExistingRecord = { readonly input: string } & (
  | Outcome
  | {
      readonly state: 'under-way';
      /** Time until the write counts as lost, in milliseconds; 0 or less once it does. */
      readonly leaseLeft: number;
    }
);

/**
 * Storage of idempotency records. A promise resolves once the change is as durable as the store can make it, and
 * rejects when the store fails. None stays pending forever.
 */
export interface IdempotencyStore {
  /**
   * Creates the record in the state `under-way`, or returns the record of another claim. Atomic: one of two concurrent
   * claims succeeds. A repeated claim succeeds again.
   */
  claim(claim: Claim): Promise<{ readonly state: 'claimed' } | ExistingRecord>;
  /**
   * Records the outcome of the claimed write, even after its lease has expired or the store has lost the record.
   *
   * @throws Error when the record belongs to another claim.
   */
  recordOutcome(claim: Claim, outcome: Outcome): Promise<void>;
  /** Removes the record of this claim, if it exists. */
  release(claim: Claim): Promise<void>;
  close(): Promise<void>;
}
