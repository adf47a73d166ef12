import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { publicError } from '../errors.ts';

/** Matches a text that can be sent in a header: visible ASCII characters (RFC 9110, 5.5). */
const API_KEY = /^[\x21-\x7e]{1,1024}$/;

/** True if a text can be sent as an API key. */
export const isApiKey = (text: string): boolean => API_KEY.test(text);

/** The upstream API key of a caller. Callers with the same key are the same tenant. */
export interface Credential {
  readonly apiKey: string;
}

/** Name of a tenant: the hash of its key, so that maps and queues hold no keys. */
export const tenantOf = ({ apiKey }: Credential): string => tenants.memo(apiKey);

/** Cached hashes, because every operation and every job needs one. */
const tenants = new LRUCache<string, string>({
  max: 10_000,
  memoMethod: (apiKey) => createHash('sha256').update(apiKey).digest('base64url'),
});

export interface KeyPolicyOptions {
  /** Name of the header (and of the WebSocket connection parameter) that carries a caller's own key. */
  apiKeyHeader: string;
  /** The gateway's own key, for requests without one. */
  ownKey: string | undefined;
  /** Lets every request without a key use the gateway's own key, not only those from this machine. */
  allowAnonymous: boolean;
  /** Path of the Unix socket on which the gateway listens. Its peers are proxies, so no request is known to be local. */
  listenSocket?: string | undefined;
}

/** The API key of a request, and the headers that decide on the use of the gateway's own key. */
export interface PresentedKey {
  /** The caller's own key, if it sent one. */
  apiKey: string | null | undefined;
  /** The `Host` header of the request, or of the WebSocket's handshake. */
  host: string | null | undefined;
  /** The `Origin` header: the origin of the page that sent the request; clients other than browsers send none. */
  origin: string | null | undefined;
  /** True if a proxy forwarded the request, so that `Host` may be the proxy's. */
  isForwarded: boolean;
  /** True if the browser marks the request as cross-site (`Sec-Fetch-Site`). */
  isCrossSite?: boolean;
}

/** Selects the upstream key of each request. */
export interface KeyPolicy {
  readonly apiKeyHeader: string;
  /** @throws GraphQLError UNAUTHENTICATED when the request has no valid key and may not use the gateway's own. */
  selectCredential(presented: PresentedKey): Credential;
}

export function createKeyPolicy({ apiKeyHeader, ownKey, allowAnonymous, listenSocket }: KeyPolicyOptions): KeyPolicy {
  const isBearer = apiKeyHeader.toLowerCase() === 'authorization';
  return {
    apiKeyHeader,
    selectCredential(presented) {
      const { apiKey } = presented;
      if (apiKey !== null && apiKey !== undefined) {
        if (isApiKey(apiKey)) return { apiKey };
        const problem = apiKey === '' ? 'is empty' : 'has others, or more';
        throw publicError(
          'UNAUTHENTICATED',
          `Expected an API key of 1 to 1024 visible ASCII characters, but the one in this request ${problem}.`,
        );
      }
      const reason = ownKey && !allowAnonymous ? reasonAgainstOwnKey(presented, listenSocket !== undefined) : undefined;
      if (ownKey && reason === undefined) return { apiKey: ownKey };
      const hint = reason
        ? ` Without ALLOW_ANONYMOUS=true, only programs and pages of this machine that address the gateway as localhost may use its own key; ${reason}.`
        : '';
      throw publicError(
        'UNAUTHENTICATED',
        `Send your API key in the header ${isBearer ? '`Authorization: Bearer <key>`' : apiKeyHeader}, or as \`apiKey\` in the connectionParams of a WebSocket.${hint}`,
      );
    },
  };
}

/**
 * True if a `Host` header names this machine. A page of another site can make a browser send requests here under its
 * own host name (DNS rebinding), but not under a loopback name.
 */
export const isLoopbackHost = (host: string | null | undefined): boolean => !!host && loopbackHosts.memo(host);

/** Cached results, because every request needs one. */
const loopbackHosts = new LRUCache<string, boolean>({
  max: 1_000,
  memoMethod: (host) => isHost(host) && isLoopbackName(new URL(`http://${host}`).hostname),
});

/**
 * True if a `Host` header is well-formed (RFC 9110, 7.2): a host and an optional port, without the other parts of a
 * URL.
 */
export const isHost = (host: string): boolean => /^[^\s@/?#\\]+$/.test(host) && URL.canParse(`http://${host}`);

/**
 * The reason why a request may not use the gateway's own key; undefined for a program or page of this machine that
 * reaches the gateway directly. Headers of proxies and browsers can only count against a request, because any client
 * can send them.
 */
function reasonAgainstOwnKey(
  { host, origin, isForwarded, isCrossSite }: PresentedKey,
  isOverSocket: boolean,
): string | undefined {
  if (isForwarded || isOverSocket) return 'this request has passed a proxy';
  if (isCrossSite) return 'a page of another site has made this request (Sec-Fetch-Site: cross-site)';
  if (!isLoopbackHost(host)) return 'the Host of this request does not name this machine';
  if (!isLoopbackOrigin(origin)) return 'the Origin of this request is not this machine';
  return undefined;
}

/**
 * True for a request without an `Origin`, or from a page of this machine. Any site can make a browser post a form or
 * open a WebSocket to this machine, but it cannot change the `Origin` (Fetch standard, "Origin header").
 */
const isLoopbackOrigin = (origin: string | null | undefined): boolean =>
  !origin || (URL.canParse(origin) && isLoopbackHost(new URL(origin).host));

/** True for a loopback host name or address (RFC 6761, 6.3; RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). */
export const isLoopbackName = (name: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(name);
