/** The result of an iterator that has ended. */
export const DONE = { value: undefined, done: true } as const;

/** An event stream whose `return()` closes it immediately, even while a `next()` is pending. */
type Stream<Event> = AsyncIterableIterator<Event, undefined>;

type Source<Event> = Pick<AsyncIterator<Event, undefined>, 'next' | 'return'>;

/** Wraps a stream. Calls `onOver` once, when the stream has completed or its reader has returned. */
export function onIteratorEnd<Event>(events: Source<Event>, onOver: () => void): Stream<Event> {
  let isOver = false;
  const over = () => {
    if (!isOver) onOver();
    isOver = true;
  };
  return {
    async next() {
      const result = await events.next();
      if (result.done) over();
      return result;
    },
    return() {
      over();
      return returnFrom(events);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Wraps a stream whose first event was already requested, so that it is read from its beginning. */
export function prependFirst<Event>(
  first: Promise<IteratorResult<Event, undefined>>,
  events: Stream<Event>,
): Stream<Event> {
  let isFirst = true;
  return {
    next() {
      const isFirstCall = isFirst;
      isFirst = false;
      return isFirstCall ? first : events.next();
    },
    return: () => returnFrom(events),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const returnFrom = async <Event>(events: Source<Event>): Promise<IteratorResult<Event, undefined>> =>
  (await events.return?.()) ?? DONE;
