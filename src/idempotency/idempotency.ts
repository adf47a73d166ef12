import { randomUUID } from 'node:crypto';
import { sleep as realSleep, type Sleep } from '../util/timers.ts';
import { type AttemptResult, attempt, type FailureEffect } from './attempt.ts';
import { OutcomeUnknownError, StoreError } from './errors.ts';
import { hashRequest, type WriteRequest } from './identity.ts';
import type { IdempotencyStore } from './store.ts';

/** Lets callers repeat a write without it happening twice. */
export interface Idempotency {
  /**
   * Sends a write at most once per tenant, operation and key. A repeated request resolves to the result of the first
   * one, even while that is still pending.
   *
   * @param write Sends the write. Its result must be serializable: repeated requests receive it parsed from JSON.
   * @param classify Determines the effect of a failure of `write`. After `nothing-happened` the key can be used again,
   *   and one of the waiting requests sends its write; after `unknown` nothing is sent with this key any more.
   * @throws KeyReusedError when the key was used with a different input; OutcomeUnknownError when an earlier write with
   *   it may have happened; StoreError when no record could be made, so nothing was sent; the error of `write`.
   */
  once<Result>(
    request: WriteRequest,
    write: () => Promise<Result>,
    classify: (error: unknown) => FailureEffect,
  ): Promise<Result>;
  /** Stops waiting for other processes, waits for pending writes, and closes the store. */
  dispose(): Promise<void>;
}

export interface IdempotencyOptions {
  store: IdempotencyStore;
  /** Time for which a key is remembered from its first use, in milliseconds. @default a day */
  lifetime?: number;
  /**
   * Time after which other processes count an unfinished write as lost, in milliseconds; must exceed the longest write.
   * A lost write is not sent again: its outcome is unknown until its process records one. @default 120_000
   */
  lease?: number;
  /** Sleeps between polls of a record of another process. @default real time */
  sleep?: Sleep;
  /** Called when a record could not be updated after its write was sent. The caller still receives the outcome. */
  onError?: (error: StoreError) => void;
}

const DAY_MS = 86_400_000;

export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const { store, lifetime = DAY_MS, lease = 120_000, sleep = realSleep, onError = () => {} } = options;
  if (!(lease > 0 && lifetime > lease)) {
    throw new RangeError(
      `lifetime must be longer than lease, and both more than 0 ms, but lifetime is ${lifetime} and lease is ${lease}.`,
    );
  }
  const stop = new AbortController();
  const pending = new Map<string, Promise<AttemptResult>>();

  const share = (name: string, attempted: Promise<AttemptResult>): Promise<AttemptResult> => {
    const shared = attempted.finally(() => pending.delete(name));
    pending.set(name, shared);
    return shared;
  };

  let disposed: Promise<void> | undefined;
  const end = async () => {
    stop.abort(new Error('The gateway is stopping.'));
    await Promise.all(pending.values());
    await store.close();
  };

  return {
    async once<Result>(
      request: WriteRequest,
      write: () => Promise<Result>,
      classify: (error: unknown) => FailureEffect,
    ): Promise<Result> {
      const { operation } = request;
      const { id, input } = hashRequest(request);
      // The name includes the input, because only the store knows which input belongs to the key.
      const name = `${id} ${input}`;
      for (let first = pending.get(name); first; first = pending.get(name)) {
        const result = await first;
        if (result.type === 'unknown') throw new OutcomeUnknownError(operation, { cause: result.error });
        if (result.type !== 'nothing-happened') return unwrap(result);
      }
      const stopSignal = stop.signal;
      if (stopSignal.aborted) throw new StoreError(operation, { sent: false, cause: stopSignal.reason });
      const claim = { id, input, token: randomUUID(), lease, lifetime };
      const attempted = attempt({ operation, claim, send: write, classify }, { store, sleep, stopSignal, onError });
      return unwrap(await share(name, attempted));
    },
    dispose() {
      disposed ??= end();
      return disposed;
    },
  };
}

/** The result of an attempt, or its error thrown. */
function unwrap<Result>(attempted: AttemptResult): Result {
  if (attempted.type !== 'result') throw attempted.error;
  // The record's id includes the operation, and all writes of one operation resolve to the same type.
  return attempted.result as Result;
}
