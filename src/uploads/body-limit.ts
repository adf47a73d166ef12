import type { Plugin } from 'graphql-yoga';
import { readBytes } from '../util/read-bytes.ts';
import type { Sleep } from '../util/timers.ts';
import { checkContentLength, requestTimeout, tooLarge } from './request-errors.ts';

/** Limits of a request body without files. */
export interface BodyLimit {
  maxBytes: number;
  /** Maximum time for the body to arrive, in milliseconds. */
  milliseconds: number;
  sleep: Sleep;
}

/** Rejects request bodies that exceed the limits. Multipart requests have their own limits. */
export const useBodyLimit = ({ maxBytes, milliseconds, sleep }: BodyLimit): Plugin => ({
  onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
    if (!requestParser || !request.body) return;
    const parse = async () => {
      if (checkContentLength(request, maxBytes, 'MAX_BODY_BYTES')) return await requestParser(request);
      const body = await readBytes(request.body, maxBytes, () =>
        tooLarge(`Expected a body of at most ${maxBytes} bytes (MAX_BODY_BYTES), but got more.`),
      );
      const { method, headers, url } = request;
      return await requestParser(new fetchAPI.Request(url, { method, headers, body }));
    };
    setRequestParser(async () => {
      const arrived = new AbortController();
      const timeout = sleep(milliseconds, arrived.signal).then(
        () => Promise.reject(requestTimeout(milliseconds)),
        () => new Promise<never>(() => {}),
      );
      try {
        return await Promise.race([parse(), timeout]);
      } finally {
        arrived.abort();
      }
    });
  },
});
