import type { FlairError } from './errors.ts';
import { toFlairError } from './http.ts';
import { errorOf, type Resume, type StartStream } from './stream.ts';
import { type DocumentLike, textOf } from './typed-document.ts';
import type { FlairClient, StreamOptions } from './types.ts';

export const createSubscribe = (resume: Resume, startStream: StartStream): FlairClient['subscribe'] =>
  function subscribe<Data, Variables>(
    document: DocumentLike<Data, Variables>,
    variables?: Variables,
    options?: StreamOptions,
  ): AsyncIterableIterator<Data, undefined> {
    const payload = { query: textOf(document), variables };
    return startStream<Data>(async function* ({ signal, onState }) {
      let last: FlairError | undefined;
      const isOver = (error: FlairError | undefined) => !error?.retryable;
      for await (const result of resume({ payload: () => payload, isOver, signal, onState })) {
        if (result.errors) onState({ status: 'open', error: toFlairError(result.errors) });
        last = errorOf(result);
        if (!last) yield result.data as Data & {};
      }
      // An error that ends a stream is its last event; after any other the stream goes on.
      if (last) throw last;
    }, options);
  };
