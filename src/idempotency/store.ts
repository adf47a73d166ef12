/** A write that wants to be the one that is sent. */
export interface Claim {
  /** What the record is found by; says nothing about the tenant or the key. */
  readonly id: string;
  /** Hash of the input. */
  readonly input: string;
  /** Tells this claim from every other one: only who holds it may change the record. */
  readonly token: string;
  /** Milliseconds after which a write that is still under way counts as lost. */
  readonly lease: number;
  /** Milliseconds that the record is kept from now on. */
  readonly lifetime: number;
}

/** What came of a write: its result as JSON, or that nobody knows. */
export type Outcome = { readonly state: 'done'; readonly result: string } | { readonly state: 'unknown' };

/** A record that somebody else made. */
export type Recorded = { readonly input: string } & (
  | Outcome
  | {
      readonly state: 'under-way';
      /** Milliseconds until the write counts as lost; 0 or less: it does. */
      readonly leaseLeft: number;
    }
);

/**
 * Where the records are. A promise that resolves says that the change is as durable as the store makes anything.
 * Each rejects when the store fails, and none waits for ever.
 */
export interface IdempotencyStore {
  /** Makes the record, under way, if there is none or it is the same claim's; else says what there is. One step: of two claims one wins. */
  claim(claim: Claim): Promise<{ readonly state: 'claimed' } | Recorded>;
  /**
   * Records what came of the claimed write, even if its lease is over or the store has lost the record meanwhile.
   *
   * @throws Error when another claim has the record.
   */
  settle(claim: Claim, outcome: Outcome): Promise<void>;
  /** Removes the record of this claim, if there is one. */
  release(claim: Claim): Promise<void>;
  close(): Promise<void>;
}
