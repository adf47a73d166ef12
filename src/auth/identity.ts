import { publicError } from '../errors.ts';
import type { KeyPolicy, Credential, PresentedKey as KeyCaller } from './credential.ts';
import type { JwtVerifier } from './jwt.ts';
import type { WatchGrant, WatchTokens } from './watch-token.ts';

/** What a caller brought to say who they are. */
export interface PresentedCredentials extends KeyCaller {
  /** A JWT, from `Authorization: Bearer`. */
  jwt: string | undefined;
  /** A watch token. */
  watchToken: string | undefined;
}

/** With what, how far and how long a caller acts. */
export interface Identity {
  readonly credential: Credential;
  /** Undefined: everything that the credential may. */
  readonly scope?: WatchGrant['scope'];
  /** In milliseconds since the epoch; undefined: for as long as the upstream accepts the key. */
  readonly expiresAt?: number;
}

export interface IdentifyOptions {
  access: KeyPolicy;
  /** Undefined: this gateway takes no JWT. */
  tokens: JwtVerifier | undefined;
  watchTokens: WatchTokens;
}

/** RFC 7515, 7.1: three parts. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Finds out who a caller is by the one thing that they bring: an API key, a JWT, a watch token, or nothing. */
export type Identify = (caller: PresentedCredentials) => Identity | Promise<Identity>;

/** @returns A function that throws, or rejects with, GraphQLError UNAUTHENTICATED. */
export const createIdentify =
  ({ access, tokens, watchTokens }: IdentifyOptions): Identify =>
  (caller) => {
    const { jwt, watchToken } = caller;
    const brought = Number(caller.apiKey != null) + Number(jwt !== undefined) + Number(watchToken !== undefined);
    if (brought > 1) {
      throw publicError('UNAUTHENTICATED', 'Bring an API key, a JWT or a watch token; this request brings several.');
    }
    if (watchToken !== undefined) return watchTokens.open(watchToken);
    if (jwt === undefined) return { credential: access.selectCredential(caller) };
    const hint = `To act with an API key, send it in the header ${access.apiKeyHeader}, without "Bearer".`;
    if (!tokens) throw publicError('UNAUTHENTICATED', `This gateway takes API keys and no JWTs. ${hint}`);
    if (!JWT.test(jwt)) {
      const message = `This JWT is not accepted: it is malformed, or was signed by somebody else. ${hint}`;
      throw publicError('UNAUTHENTICATED', message);
    }
    return tokens.verify(jwt);
  };
