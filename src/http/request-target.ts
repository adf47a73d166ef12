import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { isHost } from '../auth/credential.ts';

/**
 * The path and query of a request, whichever form its target has (RFC 9112, 3.2), with `..` resolved; undefined for a
 * target without a path on this server, and for requests with a malformed or several `Host` headers.
 *
 * Sets `headers.host` to '' if the request has no host (HTTP/1.0), or its target has another one.
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
  // RFC 9112, 3.2.2: the target takes precedence, and must equal Host. If they differ, neither is trusted.
  if (isAbsolute && host !== undefined && new URL(`${protocol}//${host}`).host !== authority) headers.host = '';
  return pathname + search;
}

/** Cached results of {@link isHost}. */
const validHosts = new LRUCache<string, boolean>({ max: 1_000, memoMethod: isHost });

/** True for several `Host` headers, of which Node.js keeps only the first. */
function hasDuplicateHost(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count > 1;
}
