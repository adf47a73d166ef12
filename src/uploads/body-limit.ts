import type { Plugin } from 'graphql-yoga';
import { requireLength, tooLarge } from './refusals.ts';

/** Refuses requests whose body is longer than an operation needs. Those with files have limits of their own. */
export const useBodyLimit = (maxBytes: number): Plugin => ({
  onRequestParse({ request, requestParser, setRequestParser, fetchAPI }) {
    if (!requestParser || !request.body) return;
    setRequestParser(async () => {
      if (requireLength(request, maxBytes)) return await requestParser(request);
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of request.body ?? []) {
        size += chunk.byteLength;
        if (size > maxBytes) throw tooLarge(`The body of this request may have ${maxBytes} bytes, but has more.`);
        chunks.push(chunk);
      }
      const { method, headers, url } = request;
      return await requestParser(new fetchAPI.Request(url, { method, headers, body: Buffer.concat(chunks) }));
    });
  },
});
