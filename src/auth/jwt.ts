import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import type { errors, JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { publicError } from '../errors.ts';
import type { Identity } from './identity.ts';

/** The verification of JWTs (RFC 7519), and the upstream key of each tenant. */
export interface JwtOptions {
  /** URL of the key set that verifies signatures (RFC 7517), or the shared secret. */
  keys: { jwksUrl: string } | { secret: string };
  /** Fetches the key set. @default the platform's fetch */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** The required `iss`. */
  issuer: string;
  /** The `aud` that tokens must contain. */
  audience: string;
  /** The accepted `alg`; never `none`. */
  algorithms: readonly string[];
  /** The claim that names the tenant. */
  tenantClaim: string;
  /** The upstream key of each tenant. */
  tenants: ReadonlyMap<string, string>;
  /** The current time, in milliseconds since the epoch. */
  now: () => number;
  /** Called when the key set could not be fetched. @default nothing */
  onKeySetFailure?: (error: unknown) => void;
  /** Called when a token was verified. @default nothing */
  onVerified?: () => void;
}

/** Verifies JWTs, and caches the verified ones by hash until they expire. */
export interface JwtVerifier {
  /**
   * The identity of the token's tenant.
   *
   * @throws GraphQLError UNAUTHENTICATED for an invalid or expired token, FORBIDDEN for a tenant without an upstream
   * key, SERVICE_UNAVAILABLE when the key set cannot be fetched.
   */
  verify(jwt: string): Promise<Identity>;
}

/** Accepted difference between the issuer's clock and this machine's, in seconds. */
const CLOCK_TOLERANCE = 5;
const MAX_CACHED = 10_000;
/** In characters. */
const MAX_JWT_LENGTH = 8_192;

/** @see JwtVerifier */
export function createJwtVerifier(options: JwtOptions): JwtVerifier {
  const { issuer, audience, tenantClaim, tenants, now } = options;
  let loaded: ReturnType<typeof load> | undefined;
  const verified = new LRUCache<string, Identity>({ max: MAX_CACHED });

  const verify = async (jwt: string, { jose, key }: Awaited<ReturnType<typeof load>>): Promise<Identity> => {
    const { payload } = await jose.jwtVerify(jwt, key as JWTVerifyGetKey, {
      issuer,
      audience,
      algorithms: [...options.algorithms],
      requiredClaims: ['exp', tenantClaim],
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(now()),
    });
    const tenant = payload[tenantClaim];
    const apiKey = typeof tenant === 'string' ? tenants.get(tenant) : undefined;
    if (apiKey === undefined) {
      throw publicError(
        'FORBIDDEN',
        `This gateway has no upstream key for the tenant in \`${tenantClaim}\` of this JWT.`,
      );
    }
    const expiresAt = ((payload.exp ?? 0) + CLOCK_TOLERANCE) * 1_000;
    return { kind: 'JWT', credential: { apiKey }, expiresAt };
  };

  return {
    async verify(jwt) {
      if (jwt.length > MAX_JWT_LENGTH) throw invalid(`it is longer than ${MAX_JWT_LENGTH} characters`);
      const hash = createHash('sha256').update(jwt).digest('base64url');
      const cached = verified.get(hash);
      if (cached && now() < (cached.expiresAt ?? 0)) return cached;
      loaded ??= load(options);
      const library = await loaded;
      try {
        const identity = await verify(jwt, library);
        verified.set(hash, identity);
        options.onVerified?.();
        return identity;
      } catch (error) {
        verified.delete(hash);
        if (isKeySetFailure(error, library.jose.errors)) options.onKeySetFailure?.(error);
        throw toPublicError(error, library.jose.errors);
      }
    },
  };
}

/** Loads the JWT library and the verification key. Imported lazily, because most gateways accept no JWTs. */
async function load({ keys, fetch }: Pick<JwtOptions, 'keys' | 'fetch'>) {
  const jose = await import('jose');
  const key: KeyObject | JWTVerifyGetKey =
    'secret' in keys
      ? createSecretKey(Buffer.from(keys.secret))
      : jose.createRemoteJWKSet(new URL(keys.jwksUrl), fetch && { [jose.customFetch]: fetch });
  return { jose, key };
}

const invalid = (reason: string) => publicError('UNAUTHENTICATED', `This JWT is not accepted: ${reason}.`);

/** The error for a rejected token. It names the cause, and reveals nothing about keys or expected claims. */
function toPublicError(error: unknown, kinds: typeof errors): unknown {
  if (error instanceof kinds.JWTExpired) return invalid('it has expired');
  if (error instanceof kinds.JWTClaimValidationFailed)
    return invalid(`its claim \`${error.claim}\` is not as expected`);
  if (error instanceof kinds.JOSEAlgNotAllowed) return invalid('its algorithm is not allowed');
  if (isKeySetFailure(error, kinds)) {
    return publicError('SERVICE_UNAVAILABLE', 'The keys that verify JWTs cannot be fetched at present. Try again.');
  }
  if (error instanceof kinds.JOSEError) return invalid('it is malformed, or its signature does not match');
  return error;
}

/** True if the key set could not be fetched: no response in time, or a status other than 200. */
const isKeySetFailure = (error: unknown, kinds: typeof errors): boolean =>
  error instanceof kinds.JWKSTimeout ||
  error instanceof TypeError ||
  (error instanceof kinds.JOSEError && error.code === 'ERR_JOSE_GENERIC');
