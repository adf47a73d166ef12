import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { isHost } from '../auth/credential.ts';

/**
 * The path and query of a request, whichever form its target has (RFC 9112, 3.2), with `..` folded; undefined for a
 * request that names no place on this server, or that has several `Host` headers or a malformed one.
 *
 * `headers.host` is empty afterwards where the request names no host (HTTP/1.0), or two different ones.
 */
export function readTarget({ url = '', headers, rawHeaders }: IncomingMessage): string | undefined {
  const { host } = headers;
  if (host === undefined) headers.host = '';
  else if (!validHosts.memo(host) || hasDuplicateHost(rawHeaders)) return undefined;
  if (url === '/graphql') return url;
  const isAbsolute = !url.startsWith('/');
  const address = isAbsolute ? url : `http://gateway${url}`;
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return undefined;
  const { protocol, host: authority, username, password, pathname, search } = new URL(address);
  if (username || password) return undefined;
  // RFC 9112, 3.2.2: the target counts, and clients send the same as Host. Where they do not, neither is believed.
  if (isAbsolute && host !== undefined && new URL(`${protocol}//${host}`).host !== authority) headers.host = '';
  return pathname + search;
}

/** Whether a `Host` that was sent lately is well-formed. */
const validHosts = new LRUCache<string, boolean>({ max: 1_000, memoMethod: isHost });

/** Node.js keeps the first of several. */
function hasDuplicateHost(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count > 1;
}
