import { createBackoff } from '../jobs/backoff.ts';
import type { Sleep } from '../util/timers.ts';
import { KeyReusedError, OutcomeUnknownError, StoreError } from './errors.ts';
import type { Claim, IdempotencyStore, Outcome } from './store.ts';

/** What a failure of a write means: it certainly did not happen, or it may have. */
export type Verdict = 'nothing-happened' | 'unknown';

export interface Write {
  operation: string;
  claim: Claim;
  send: () => Promise<unknown>;
  judge: (error: unknown) => Verdict;
}

/** How an attempt ended, for its caller and for those who waited for it. */
export type Ending =
  | { as: 'result'; result: unknown }
  /** Its own write failed. */
  | { as: Verdict; error: unknown }
  /** It sent nothing, nor would anyone else with the same request. */
  | { as: 'refused'; error: KeyReusedError | OutcomeUnknownError | StoreError };

export interface Surroundings {
  store: IdempotencyStore;
  pause: Sleep;
  /** Ends the waiting for other processes. */
  stopping: AbortSignal;
  onError: (error: StoreError) => void;
}

/** Milliseconds between looks at a record that another process has under way. */
const LOOKS = { fastest: 50, slowest: 1_000 };

/** Claims the record and sends the write, or finds out why not. Never rejects. */
export async function attempt(write: Write, surroundings: Surroundings): Promise<Ending> {
  const { operation, claim } = write;
  const earlier = await claimOrWait(write, surroundings);
  if (earlier === 'none') return await send(write, surroundings);
  if (earlier instanceof StoreError) return { as: 'refused', error: earlier };
  if (earlier.input !== claim.input) return { as: 'refused', error: new KeyReusedError(operation) };
  if (earlier.state !== 'done') return { as: 'refused', error: new OutcomeUnknownError(operation) };
  return { as: 'result', result: earlier.result };
}

async function claimOrWait({ operation, claim }: Write, { store, pause, stopping }: Surroundings) {
  const looks = createBackoff(LOOKS);
  try {
    for (;;) {
      const found = await store.claim(claim);
      if (found.state === 'claimed') return 'none';
      if (found.state === 'done') return { ...found, result: unpack(found.result) };
      if (found.state === 'unknown' || found.input !== claim.input || found.leaseLeft <= 0) return found;
      await pause(looks.next(), stopping);
    }
  } catch (cause) {
    // The claim may have arrived although its answer did not. Not awaited: the store has been waited for long enough.
    void store.release(claim).catch(() => {});
    return new StoreError(operation, { sent: false, cause });
  }
}

/** Never rejects: whatever fails from here on, the write may be out. */
async function send({ operation, claim, send, judge }: Write, { store, onError }: Surroundings): Promise<Ending> {
  const record = async (update: () => Promise<void>) => {
    try {
      await update();
    } catch (cause) {
      report(new StoreError(operation, { sent: true, cause }), onError);
    }
  };
  const settle = (outcome: () => Outcome) => record(async () => store.settle(claim, outcome()));
  let result: unknown;
  try {
    result = await send();
  } catch (error) {
    const verdict = judgeSafely(judge, error);
    if (verdict === 'unknown') await settle(() => ({ state: 'unknown' }));
    else await record(() => store.release(claim));
    return { as: verdict, error };
  }
  await settle(() => ({ state: 'done', result: pack(result) }));
  return { as: 'result', result };
}

function report(error: StoreError, onError: Surroundings['onError']): void {
  try {
    onError(error);
  } catch {
    // A failing report must not cost the caller an answer that is paid for.
  }
}

function judgeSafely(judge: Write['judge'], error: unknown): Verdict {
  try {
    return judge(error);
  } catch {
    return 'unknown';
  }
}

// In an object, because JSON has no text for `undefined` alone.
const pack = (result: unknown): string => JSON.stringify({ result });

function unpack(text: string): unknown {
  const packed: { result?: unknown } = JSON.parse(text);
  return packed.result;
}
