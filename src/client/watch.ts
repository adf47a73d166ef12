import type { Job, JobsEvent } from './types.ts';

/** The views of a watch: its items in a loop, and its result when it is awaited. */
export interface WatchViews<Item, Final> {
  toItem: (event: JobsEvent) => Item;
  /** @param finished The jobs that have finished, by id. */
  toFinal: (finished: Map<string, Job>) => Final;
}

/** Events that can be iterated, and a promise of what they come to. It starts when it is first iterated or awaited. */
export function createWatch<Item, Final>(
  start: () => AsyncIterableIterator<JobsEvent, undefined>,
  { toItem, toFinal }: WatchViews<Item, Final>,
): AsyncIterable<Item> & PromiseLike<Final> {
  /** Set when a loop has reached the end, or `then` was called. */
  let final: Promise<Final> | undefined;

  /** @param onEnd Called when the stream ends. */
  const open = (onEnd: (final: Final) => void): AsyncIterableIterator<Item, undefined> => {
    const events = start();
    const finished = new Map<string, Job>();
    let isLeft = false;
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        const { value, done } = await events.next();
        if (done) {
          if (!isLeft) onEnd(toFinal(finished));
          return { value, done };
        }
        if (value.job?.isFinished) finished.set(value.id, value.job);
        return { value: toItem(value), done: false };
      },
      async return() {
        isLeft = true;
        await events.return?.();
        return { value: undefined, done: true };
      },
    };
  };
  return {
    [Symbol.asyncIterator]: () =>
      open((value) => {
        final ??= Promise.resolve(value);
      }),
    // biome-ignore lint/suspicious/noThenProperty: a watch is awaited on purpose.
    then(onFinished, onFailed) {
      final ??= new Promise<Final>((resolve, reject) => {
        const drain = async () => {
          for await (const _ of open(resolve));
        };
        drain().catch(reject);
      });
      return final.then(onFinished, onFailed);
    },
  };
}
