import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import type { errors, JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { publicError } from '../errors.ts';
import type { Identity } from './identity.ts';

/** How JWTs (RFC 7519) are verified, and which upstream key each tenant acts with. */
export interface JwtOptions {
  /** Where the keys are that sign (RFC 7517), or the secret that does. */
  keys: { jwksUrl: string } | { secret: string };
  /** Fetches the keys that sign. @default the platform's fetch */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** What `iss` must be. */
  issuer: string;
  /** What `aud` must hold. */
  audience: string;
  /** Which `alg` are taken; never `none`. */
  algorithms: readonly string[];
  /** The claim that names the tenant. */
  tenantClaim: string;
  /** The upstream key of each tenant. */
  tenants: ReadonlyMap<string, string>;
  /** The current time, in milliseconds since the epoch. */
  now: () => number;
}

/** Who JWTs stand for. */
export interface JwtVerifier {
  /**
   * @throws GraphQLError UNAUTHENTICATED when the token is not valid now, FORBIDDEN when its tenant has no key here,
   * SERVICE_UNAVAILABLE when the keys that sign cannot be had.
   */
  verify(jwt: string): Promise<Identity>;
}

/** Difference between the clocks of whoever signs and of this machine that is let pass, in seconds. */
const CLOCK_TOLERANCE = 5;
const MAX_CACHED = 10_000;
const MAX_JWT_LENGTH = 8_192;

/** @see JwtVerifier. What was verified is remembered until it expires, by its hash. */
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
      throw publicError('FORBIDDEN', `This gateway has no upstream key for what \`${tenantClaim}\` of this JWT says.`);
    }
    return { credential: { apiKey }, expiresAt: ((payload.exp ?? 0) + CLOCK_TOLERANCE) * 1_000 };
  };

  return {
    async verify(jwt) {
      if (jwt.length > MAX_JWT_LENGTH) throw invalid(`it may have ${MAX_JWT_LENGTH} characters`);
      const name = createHash('sha256').update(jwt).digest('base64url');
      const known = verified.get(name);
      if (known && now() < (known.expiresAt ?? 0)) return known;
      loaded ??= load(options);
      const tools = await loaded;
      try {
        const identity = await verify(jwt, tools);
        verified.set(name, identity);
        return identity;
      } catch (error) {
        verified.delete(name);
        throw toPublicError(error, tools.jose.errors);
      }
    },
  };
}

/** What verifies, and with which keys. Loaded by those only who take JWTs. */
async function load({ keys, fetch }: Pick<JwtOptions, 'keys' | 'fetch'>) {
  const jose = await import('jose');
  const key: KeyObject | JWTVerifyGetKey =
    'secret' in keys
      ? createSecretKey(Buffer.from(keys.secret))
      : jose.createRemoteJWKSet(new URL(keys.jwksUrl), fetch && { [jose.customFetch]: fetch });
  return { jose, key };
}

const invalid = (why: string) => publicError('UNAUTHENTICATED', `This JWT is not accepted: ${why}.`);

/** What went wrong, said so that whoever sent the token can act on it and nobody learns more. */
function toPublicError(error: unknown, kinds: typeof errors): unknown {
  if (error instanceof kinds.JWTExpired) return invalid('it has expired');
  if (error instanceof kinds.JWTClaimValidationFailed)
    return invalid(`its claim \`${error.claim}\` is not as expected`);
  if (error instanceof kinds.JOSEAlgNotAllowed) return invalid('its algorithm is not allowed');
  if (error instanceof kinds.JWKSTimeout || isUnreachable(error, kinds)) {
    return publicError('SERVICE_UNAVAILABLE', 'The keys that verify JWTs cannot be had at present. Try again.');
  }
  if (error instanceof kinds.JOSEError) return invalid('it is malformed, or was signed by somebody else');
  return error;
}

/** Whether the key set could not be fetched: no answer, or another one than 200. */
const isUnreachable = (error: unknown, kinds: typeof errors): boolean =>
  error instanceof TypeError || (error instanceof kinds.JOSEError && error.code === 'ERR_JOSE_GENERIC');
