import { randomUUID } from 'node:crypto';
import { sleep as pauseInRealTime, type Sleep } from '../util/timers.ts';
import { attempt, type Ending, type Verdict } from './attempt.ts';
import { OutcomeUnknownError, StoreError } from './errors.ts';
import { identify, type WriteRequest } from './identity.ts';
import type { IdempotencyStore } from './store.ts';

/** Lets callers repeat a write without it happening twice. */
export interface Idempotency {
  /**
   * Sends a write at most once for each tenant, operation and key. The same request again is answered with the first
   * result, and waits for it while the first is under way.
   *
   * @param write Sends it. Resolves to what JSON can hold; what is answered later is that, read from JSON.
   * @param judge Says what a failure of `write` means. After `nothing-happened` the key may be used again, and one of those
   *   who wait tries itself; after `unknown` it never sends again.
   * @throws KeyReusedError when the key was used with another input; OutcomeUnknownError when an earlier write with it may
   *   have happened; StoreError when there can be no record, so that nothing was sent; what `write` threw.
   */
  once<Result>(
    request: WriteRequest,
    write: () => Promise<Result>,
    judge: (error: unknown) => Verdict,
  ): Promise<Result>;
  /** Stops waiting for other processes, lets the writes under way end and closes the store. */
  dispose(): Promise<void>;
}

export interface IdempotencyOptions {
  store: IdempotencyStore;
  /** How long a key is remembered from its first use, in milliseconds. @default a day */
  lifetime?: number;
  /**
   * How long a write may be under way before other processes take it for lost, in milliseconds; longer than the longest
   * write. Nothing is sent again then: its outcome is unknown, until it is known after all. @default 120_000
   */
  lease?: number;
  /** How it waits for other processes. */
  pause?: Sleep;
  /** Told of records that could not be updated after their write was sent. Their callers got their answers. */
  onError?: (error: StoreError) => void;
}

const DAY = 86_400_000;

export function createIdempotency(options: IdempotencyOptions): Idempotency {
  const { store, lifetime = DAY, lease = 120_000, pause = pauseInRealTime, onError = () => {} } = options;
  if (!(lease > 0 && lifetime > lease)) {
    throw new RangeError(
      `lifetime must be longer than lease, and both more than 0 ms, but lifetime is ${lifetime} and lease is ${lease}.`,
    );
  }
  const stopping = new AbortController();
  const underWay = new Map<string, Promise<Ending>>();

  const begin = (name: string, attempted: Promise<Ending>): Promise<Ending> => {
    const ending = attempted.finally(() => underWay.delete(name));
    underWay.set(name, ending);
    return ending;
  };

  let disposed: Promise<void> | undefined;
  const end = async () => {
    stopping.abort(new Error('The gateway is stopping.'));
    await Promise.all(underWay.values());
    await store.close();
  };

  return {
    async once<Result>(
      request: WriteRequest,
      write: () => Promise<Result>,
      judge: (error: unknown) => Verdict,
    ): Promise<Result> {
      const { operation } = request;
      const { id, input } = identify(request);
      // By input too: whose input is the record's, only the store knows.
      const name = `${id} ${input}`;
      for (let first = underWay.get(name); first; first = underWay.get(name)) {
        const ending = await first;
        if (ending.as === 'unknown') throw new OutcomeUnknownError(operation, { cause: ending.error });
        if (ending.as !== 'nothing-happened') return answer(ending);
      }
      if (stopping.signal.aborted) throw new StoreError(operation, { sent: false, cause: stopping.signal.reason });
      const claim = { id, input, token: randomUUID(), lease, lifetime };
      const surroundings = { store, pause, stopping: stopping.signal, onError };
      return answer(await begin(name, attempt({ operation, claim, send: write, judge }, surroundings)));
    },
    dispose() {
      disposed ??= end();
      return disposed;
    },
  };
}

/** What the caller of an attempt gets. */
function answer<Result>(ending: Ending): Result {
  if (ending.as !== 'result') throw ending.error;
  // Every write of one operation resolves to the same type, and the operation is part of what the record is found by.
  return ending.result as Result;
}
