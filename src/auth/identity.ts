import type { Credential, PresentedKey } from './credential.ts';
import type { WatchGrant } from './watch-token.ts';

/** The credentials of a request. At most one of them may be present. */
export interface PresentedCredentials extends PresentedKey {
  /** A JWT, from `Authorization: Bearer`. */
  jwt: string | undefined;
  watchToken: string | undefined;
}

/** What identifies a caller: its own API key, a JWT, a watch token, or nothing, so that the gateway's own key is used. */
export type CredentialKind = 'API_KEY' | 'JWT' | 'WATCH_TOKEN' | 'GATEWAY_KEY';

/** The upstream credential of a caller, with its scope and expiry. */
export interface Identity {
  readonly kind: CredentialKind;
  readonly credential: Credential;
  /** Undefined: no restriction beyond those of the credential. */
  readonly scope?: WatchGrant['scope'];
  /** In milliseconds since the epoch; undefined: for as long as the upstream accepts the key. */
  readonly expiresAt?: number;
}
