import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { publicError } from '../errors.ts';

/** What a header can carry (RFC 9110, 5.5). */
const API_KEY = /^[\x21-\x7e]{1,1024}$/;

/** Whether a text can be sent as an API key. */
export const isApiKey = (text: string): boolean => API_KEY.test(text);

/** The key with which a caller acts upstream. Whoever has the same key is the same tenant. */
export interface Credential {
  readonly apiKey: string;
}

/** Tells credentials apart without holding them. */
export const tenantOf = ({ apiKey }: Credential): string => tenants.memo(apiKey);

/** Those who ask now: it is asked for with every operation and every job. */
const tenants = new LRUCache<string, string>({
  max: 10_000,
  memoMethod: (apiKey) => createHash('sha256').update(apiKey).digest('base64url'),
});

export interface KeyPolicyOptions {
  /** Name of the header (and of the WebSocket connection parameter) that carries a caller's own key. */
  apiKeyHeader: string;
  /** The gateway's own key, for callers who bring none. */
  ownKey: string | undefined;
  /** Lends the own key to whoever asks, not only to callers on this machine. */
  allowAnonymous: boolean;
}

/** How a caller reached the gateway. */
export interface PresentedKey {
  /** The key the caller brought, if any. */
  apiKey: string | null | undefined;
  /** The `Host` header of the request, or of the WebSocket's handshake. */
  host: string | null | undefined;
  /** The `Origin` header: which site's page a browser acts for; programs send none. */
  origin: string | null | undefined;
  /** Whether a proxy passed the request on, so that `Host` may be its own. */
  isForwarded: boolean;
  /** Whether a browser marks the request as one of another site's page (`Sec-Fetch-Site`). */
  isCrossSite?: boolean;
}

/** Finds out with which key a caller acts. */
export interface KeyPolicy {
  readonly apiKeyHeader: string;
  /** @throws GraphQLError UNAUTHENTICATED when the caller brought no key and none may be lent. */
  selectCredential(caller: PresentedKey): Credential;
}

export function createKeyPolicy({ apiKeyHeader, ownKey, allowAnonymous }: KeyPolicyOptions): KeyPolicy {
  const isBearer = apiKeyHeader.toLowerCase() === 'authorization';
  return {
    apiKeyHeader,
    selectCredential(caller) {
      const { apiKey } = caller;
      if (apiKey !== null && apiKey !== undefined) {
        if (isApiKey(apiKey)) return { apiKey };
        const said = apiKey === '' ? 'is empty' : 'is not';
        throw publicError(
          'UNAUTHENTICATED',
          `An API key is made of 1 to 1024 visible ASCII characters; the one that was sent ${said}.`,
        );
      }
      const refusal = ownKey && !allowAnonymous ? reasonAgainstOwnKey(caller) : undefined;
      if (ownKey && refusal === undefined) return { apiKey: ownKey };
      const hint = refusal
        ? ` This gateway lends its own key only to programs and pages of this machine that address it as localhost, unless ALLOW_ANONYMOUS=true; ${refusal}.`
        : '';
      throw publicError(
        'UNAUTHENTICATED',
        `Send your API key in the header ${isBearer ? '`Authorization: Bearer <key>`' : apiKeyHeader}, or as \`apiKey\` in the connectionParams of a WebSocket.${hint}`,
      );
    },
  };
}

/**
 * Whether a `Host` header names this machine. A page on another site can make a browser send requests here under that
 * site's own name (DNS rebinding), but not under this one.
 */
export const isLoopbackHost = (host: string | null | undefined): boolean => !!host && loopbackHosts.memo(host);

/** Those that are named most: it is asked for with every request. */
const loopbackHosts = new LRUCache<string, boolean>({
  max: 1_000,
  memoMethod: (host) => isHost(host) && isLoopbackName(new URL(`http://${host}`).hostname),
});

/** Whether a `Host` header is well-formed (RFC 9110, 7.2): a host and perhaps a port, nothing that URLs put around them. */
export const isHost = (host: string): boolean => /^[^\s@/?#\\]+$/.test(host) && URL.canParse(`http://${host}`);

/**
 * Why the gateway's own key is refused to a caller; undefined for a program or page of this machine that reaches the
 * gateway directly. What proxies and browsers say of a request counts against it only, because anybody can send it.
 */
function reasonAgainstOwnKey({ host, origin, isForwarded, isCrossSite }: PresentedKey): string | undefined {
  if (isForwarded) return 'this request has passed a proxy';
  if (isCrossSite) return 'a page of another site has made this request (Sec-Fetch-Site: cross-site)';
  if (!isLoopbackHost(host)) return 'the Host of this request does not name this machine';
  if (!isLoopbackOrigin(origin)) return 'the Origin of this request is not of this machine';
  return undefined;
}

/**
 * Whether a request comes from no page, or from a page of this machine. Any site can make a browser post a form or open
 * a WebSocket to this machine; it cannot hide where that comes from (Fetch standard, "Origin header").
 */
const isLoopbackOrigin = (origin: string | null | undefined): boolean =>
  !origin || (URL.canParse(origin) && isLoopbackHost(new URL(origin).host));

/** Whether a host name or address means this machine (RFC 6761, 6.3; RFC 1122, 3.2.1.3; RFC 4291, 2.5.3). */
export const isLoopbackName = (name: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(name);
