import { LRUCache } from 'lru-cache';

/** In which media type whoever sends this `Accept` gets the answer to a query; undefined for one that is no plain JSON. */
export type MediaTypeFor = (accept: string) => string | undefined | Promise<string | undefined>;

/** Of which clients there are few kinds. */
const REMEMBERED = { headers: 1_000, length: 1_000 };

/**
 * Has the other road choose media types, once for each `Accept`, so that both choose alike.
 *
 * @param graph The other road.
 * @param endpoint Where the graph lies.
 */
export function createMediaTypes(graph: (request: Request) => Promise<Response>, endpoint: string): MediaTypeFor {
  const known = new LRUCache<string, { type: string | undefined }>({ max: REMEMBERED.headers });

  const ask = async (accept: string): Promise<string | undefined> => {
    const headers = { 'content-type': 'application/json', ...(accept && { accept }) };
    const init = { method: 'POST', headers, body: '{"query":"{__typename}"}' };
    const { headers: answered } = await graph(new Request(`http://gateway.internal${endpoint}`, init));
    const type = /^application\/(?:graphql-response\+)?json(?=;)/.exec(answered.get('content-type') ?? '')?.[0];
    known.set(accept, { type });
    return type;
  };

  return (accept) => {
    const found = known.get(accept);
    if (found) return found.type;
    return accept.length > REMEMBERED.length ? undefined : ask(accept).catch(() => undefined);
  };
}
