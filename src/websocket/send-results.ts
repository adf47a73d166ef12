import { closeQuietly, DONE, Stream } from '../util/async-iterators.ts';

/**
 * Sends each result of an operation. Returns a stream without items for graphql-ws, which ends or fails as the results
 * do: graphql-ws itself would serialize a result again for each socket, even one that is shared by many.
 *
 * @param send Resolves once the result has been passed to the system, so that a slow client gets the latest state and
 * not a queue of old ones.
 * @param onEnd Called once: with false when the stream has ended or failed, with true when it is closed before.
 */
export function sendResults<Result>(
  results: AsyncIterable<Result>,
  send: (result: Result) => Promise<void>,
  onEnd: (isClosed: boolean) => void,
): Stream<never> {
  const iterator = results[Symbol.asyncIterator]();
  let hasEnded = false;
  const end = (isClosed: boolean) => {
    if (!hasEnded) onEnd(isClosed);
    hasEnded = true;
  };
  return new Stream<never>(
    async () => {
      try {
        for (let read = await iterator.next(); !read.done; read = await iterator.next()) {
          try {
            await send(read.value);
          } catch (error) {
            await closeQuietly(iterator);
            throw error;
          }
        }
        return DONE;
      } finally {
        end(false);
      }
    },
    () => {
      end(true);
      return iterator.return?.();
    },
  );
}
