import { FlairError } from './errors.ts';
import type { StreamRequest } from './event-stream.ts';
import { type Result, toFlairError } from './http.ts';
import type { Payload } from './multipart.ts';
import { delayBefore, follow, onOnline, type Runtime, sleep } from './runtime.ts';
import type { StreamOptions, StreamState } from './types.ts';

/** A connection that has lasted this long was a good one: the next delay is the shortest again. */
const GOOD_CONNECTION = 5_000;

/** Subscribes once. Returns when the gateway completes the subscription. */
export type Open = (request: StreamRequest) => AsyncIterable<Result>;

/** The options of a running stream. */
export interface Running {
  signal: AbortSignal;
  onState: (state: StreamState) => void;
}

export interface Subscription extends Running {
  /** The payload of the next attempt. */
  payload: () => Payload;
  /**
   * True if the completion of a subscription is the end of the stream.
   *
   * @param error The error of the last event.
   */
  isOver: (error: FlairError | undefined) => boolean;
}

/** The results of a subscription that is repeated after each failed connection. */
export type Resume = (subscription: Subscription) => AsyncIterable<Result>;

/** @see Resume. It throws FlairError for an error that repeating cannot solve, or the reason of the signal. */
export const createResume = (open: Open, runtime: Runtime): Resume =>
  async function* resume({ payload, isOver, signal, onState }) {
    let failures = 0;
    for (;;) {
      const startedAt = runtime.now();
      const wasGood = () => runtime.now() - startedAt > GOOD_CONNECTION;
      let error: FlairError | undefined;
      onState({ status: 'connecting' });
      try {
        const onOpen = () => onState({ status: 'open' });
        for await (const result of open({ payload: payload(), failures, signal, onOpen })) {
          error = errorOf(result);
          // Credentials that were accepted and have expired since: the next attempt sends the current ones.
          if (error?.code === 'UNAUTHENTICATED' && wasGood())
            throw new FlairError(error.message, error.code, { ...error, retryable: true });
          yield result;
        }
        if (isOver(error)) return;
      } catch (thrown) {
        signal.throwIfAborted();
        if (!(thrown instanceof FlairError && thrown.retryable)) throw thrown;
        error = thrown;
      }
      failures = wasGood() ? 1 : failures + 1;
      const retryIn = delayBefore(failures, error?.retryAfter, runtime);
      onState({ status: 'waiting', retryIn, ...(error && { error }) });
      // A gateway that demands a delay can be reached.
      await sleep(runtime, retryIn, signal, error?.retryAfter === undefined ? onOnline : undefined);
    }
  };

/** The error of a result without data: one whose fields are all null. */
export function errorOf({ data, errors }: Result): FlairError | undefined {
  const hasData = Object.values(data ?? {}).some((value) => value !== null);
  return errors && !hasData ? toFlairError(errors) : undefined;
}

/** Starts a stream on its first use, and reports its end. It can be left while it waits for an event. */
export type StartStream = <Value>(
  generate: (running: Running) => AsyncGenerator<Value, void>,
  options?: StreamOptions,
) => AsyncIterableIterator<Value, undefined>;

/** @param disposed Ends all streams. */
export const createStartStream =
  (disposed: AbortSignal): StartStream =>
  <Value>(
    generate: (running: Running) => AsyncGenerator<Value, void>,
    { signal, onState = () => {} }: StreamOptions = {},
  ): AsyncIterableIterator<Value, undefined> => {
    const controller = new AbortController();
    async function* run(): AsyncGenerator<Value, undefined> {
      const release = follow(controller, disposed, signal);
      let error: unknown;
      try {
        controller.signal.throwIfAborted();
        for await (const value of generate({ signal: controller.signal, onState })) yield value;
      } catch (thrown) {
        if (thrown === left) return undefined;
        error = thrown;
        throw thrown;
      } finally {
        release();
        controller.abort(left);
        onState({ status: 'closed', ...(error instanceof FlairError && { error }) });
      }
    }
    const generator = run();
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () => generator.next(),
      async return() {
        // A generator ends only where it waits.
        controller.abort(left);
        await generator.return(undefined).catch(() => {});
        return { value: undefined, done: true };
      },
    };
  };

/** The reason for which the signal of a stream aborts that is left or over. */
const left = /* @__PURE__ */ new FlairError('The stream was left.', 'ABORTED');
