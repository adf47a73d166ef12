import { publicError } from '../errors.ts';
import type { KeyPolicy } from './credential.ts';
import type { Identity, PresentedCredentials } from './identity.ts';
import type { JwtVerifier } from './jwt.ts';
import type { WatchTokens } from './watch-token.ts';

export interface IdentifyOptions {
  keyPolicy: KeyPolicy;
  /** Undefined: this gateway accepts no JWTs. */
  jwtVerifier: JwtVerifier | undefined;
  watchTokens: WatchTokens;
}

/** Compact serialization, of three parts (RFC 7515, 7.1). */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Identifies a caller by its credentials: an API key, a JWT, a watch token, or none. */
export type Identify = (presented: PresentedCredentials) => Identity | Promise<Identity>;

/** @returns A function that throws, or rejects with, GraphQLError UNAUTHENTICATED. */
export const createIdentify =
  ({ keyPolicy, jwtVerifier, watchTokens }: IdentifyOptions): Identify =>
  (presented) => {
    const { jwt, watchToken } = presented;
    const count = Number(presented.apiKey != null) + Number(jwt !== undefined) + Number(watchToken !== undefined);
    if (count > 1) {
      throw publicError(
        'UNAUTHENTICATED',
        'Expected one of an API key, a JWT and a watch token, but this request has several. Send one.',
      );
    }
    if (watchToken !== undefined) return { kind: 'WATCH_TOKEN', ...watchTokens.open(watchToken) };
    if (jwt === undefined) {
      const kind = presented.apiKey == null ? 'GATEWAY_KEY' : 'API_KEY';
      return { kind, credential: keyPolicy.selectCredential(presented) };
    }
    const hint = `To act with an API key, send it in the header ${keyPolicy.apiKeyHeader}, without "Bearer".`;
    if (!jwtVerifier) throw publicError('UNAUTHENTICATED', `This gateway accepts API keys, but no JWTs. ${hint}`);
    if (!JWT.test(jwt)) {
      const message = `This JWT is not accepted: it is malformed, or its signature does not match. ${hint}`;
      throw publicError('UNAUTHENTICATED', message);
    }
    return jwtVerifier.verify(jwt);
  };
