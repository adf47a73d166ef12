import { createBackoff } from '../jobs/backoff.ts';
import type { Sleep } from '../util/timers.ts';
import { KeyReusedError, OutcomeUnknownError, StoreError } from './errors.ts';
import type { Claim, IdempotencyStore, Outcome } from './store.ts';

/** Effect of a failed write: it certainly did not happen, or it may have happened. */
export type FailureEffect = 'nothing-happened' | 'unknown';

export interface Write {
  operation: string;
  claim: Claim;
  send: () => Promise<unknown>;
  classify: (error: unknown) => FailureEffect;
}

/** Result of an attempt, for its caller and for concurrent requests with the same key and input. */
export type AttemptResult =
  | { type: 'result'; result: unknown }
  /** The write of this attempt failed. */
  | { type: FailureEffect; error: unknown }
  /** Nothing was sent, and a concurrent request with the same key would be refused too. */
  | { type: 'refused'; error: KeyReusedError | OutcomeUnknownError | StoreError };

export interface AttemptOptions {
  store: IdempotencyStore;
  sleep: Sleep;
  /** Aborts the wait for another process. */
  stopSignal: AbortSignal;
  onError: (error: StoreError) => void;
}

/** Interval between polls of a record while another process sends its write, in milliseconds. */
const POLL_INTERVALS = { fastest: 50, slowest: 1_000 };

/** Claims the record and sends the write, or returns the recorded result. Never rejects. */
export async function attempt(write: Write, options: AttemptOptions): Promise<AttemptResult> {
  const { operation, claim } = write;
  const existing = await claimOrWait(write, options);
  if (existing === 'none') return await send(write, options);
  if (existing instanceof StoreError) return { type: 'refused', error: existing };
  if (existing.input !== claim.input) return { type: 'refused', error: new KeyReusedError(operation) };
  if (existing.state !== 'done') return { type: 'refused', error: new OutcomeUnknownError(operation) };
  return { type: 'result', result: existing.result };
}

async function claimOrWait({ operation, claim }: Write, { store, sleep, stopSignal }: AttemptOptions) {
  const backoff = createBackoff(POLL_INTERVALS);
  try {
    for (;;) {
      const found = await store.claim(claim);
      if (found.state === 'claimed') return 'none';
      if (found.state === 'done') return { ...found, result: deserialize(found.result) };
      if (found.state === 'unknown' || found.input !== claim.input || found.leaseLeft <= 0) return found;
      await sleep(backoff.next(), stopSignal);
    }
  } catch (cause) {
    // The store may have made the claim although its response was lost. Not awaited: the store has already been slow.
    void store.release(claim).catch(() => {});
    return new StoreError(operation, { sent: false, cause });
  }
}

/** Sends the write and records its outcome. Never rejects: after any failure, the write may have been sent. */
async function send(
  { operation, claim, send, classify }: Write,
  { store, onError }: AttemptOptions,
): Promise<AttemptResult> {
  const updateRecord = async (update: () => Promise<void>) => {
    try {
      await update();
    } catch (cause) {
      report(new StoreError(operation, { sent: true, cause }), onError);
    }
  };
  const recordOutcome = (outcome: () => Outcome) => updateRecord(async () => store.recordOutcome(claim, outcome()));
  let result: unknown;
  try {
    result = await send();
  } catch (error) {
    const effect = classifySafely(classify, error);
    if (effect === 'unknown') await recordOutcome(() => ({ state: 'unknown' }));
    else await updateRecord(() => store.release(claim));
    return { type: effect, error };
  }
  await recordOutcome(() => ({ state: 'done', result: serialize(result) }));
  return { type: 'result', result };
}

function report(error: StoreError, onError: AttemptOptions['onError']): void {
  try {
    onError(error);
  } catch {
    // The write was sent: an error in the listener must not hide its outcome.
  }
}

function classifySafely(classify: Write['classify'], error: unknown): FailureEffect {
  try {
    return classify(error);
  } catch {
    return 'unknown';
  }
}

// Wrapped in an object, because JSON cannot represent a bare `undefined`.
const serialize = (result: unknown): string => JSON.stringify({ result });

function deserialize(text: string): unknown {
  const { result }: { result?: unknown } = JSON.parse(text);
  return result;
}
