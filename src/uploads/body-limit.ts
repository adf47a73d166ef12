import type { Plugin } from 'graphql-yoga';
import type { Sleep } from '../util/timers.ts';
import { checkContentLength, tooLarge, tooSlow } from './request-errors.ts';

/** What a body without files may be. */
export interface BodyLimit {
  maxBytes: number;
  /** Time in which it arrives, in milliseconds. */
  milliseconds: number;
  pause: Sleep;
}

/** Refuses requests whose body is longer than an operation needs. Those with files have limits of their own. */
export const useBodyLimit = ({ maxBytes, milliseconds, pause }: BodyLimit): Plugin => ({
  onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
    if (!requestParser || !request.body) return;
    const parse = async () => {
      if (checkContentLength(request, maxBytes, 'MAX_BODY_BYTES')) return await requestParser(request);
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of request.body ?? []) {
        size += chunk.byteLength;
        if (size > maxBytes)
          throw tooLarge(`The body of this request may have ${maxBytes} bytes (MAX_BODY_BYTES), but has more.`);
        chunks.push(chunk);
      }
      const { method, headers, url } = request;
      return await requestParser(new fetchAPI.Request(url, { method, headers, body: Buffer.concat(chunks) }));
    };
    setRequestParser(async () => {
      const arrived = new AbortController();
      const late = pause(milliseconds, arrived.signal).then(
        () => Promise.reject(tooSlow(milliseconds)),
        () => new Promise<never>(() => {}),
      );
      try {
        return await Promise.race([parse(), late]);
      } finally {
        arrived.abort();
      }
    });
  },
});
