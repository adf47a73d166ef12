/** A stream that is left by `return()`, at once, whatever it waits for. */
type Stream<Event> = AsyncIterableIterator<Event, undefined>;

/** What can be read one by one, and left. */
type Source<Event> = Pick<AsyncIterator<Event, undefined>, 'next' | 'return'>;

/** The same stream; `onOver` is called once, when it has completed or its reader has left. */
export function whenOver<Event>(events: Source<Event>, onOver: () => void): Stream<Event> {
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
      return leave(events);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The same stream from its beginning, of which the first event was asked for already. */
export function beginningWith<Event>(
  first: Promise<IteratorResult<Event, undefined>>,
  events: Stream<Event>,
): Stream<Event> {
  let isFirst = true;
  return {
    next() {
      const isBeginning = isFirst;
      isFirst = false;
      return isBeginning ? first : events.next();
    },
    return: () => leave(events),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const leave = async <Event>(events: Source<Event>): Promise<IteratorResult<Event, undefined>> =>
  (await events.return?.()) ?? { value: undefined, done: true };
