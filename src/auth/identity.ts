import type { Credential, PresentedKey } from './credential.ts';
import type { WatchGrant } from './watch-token.ts';

/** The credentials of a request. At most one of them may be present. */
export interface PresentedCredentials extends PresentedKey {
  /** A JWT, from `Authorization: Bearer`. */
  jwt: string | undefined;
  watchToken: string | undefined;
}

/** The upstream credential of a caller, with its scope and expiry. */
export interface Identity {
  readonly credential: Credential;
  /** Undefined: no restriction beyond those of the credential. */
  readonly scope?: WatchGrant['scope'];
  /** In milliseconds since the epoch; undefined: for as long as the upstream accepts the key. */
  readonly expiresAt?: number;
}
