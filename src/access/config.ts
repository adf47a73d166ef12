import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError, httpUrl, list, text, textOr } from '../settings.ts';
import type { JwtOptions } from './jwt.ts';

/** How callers may say who they are with a JWT. */
export const jwtSettings = {
  JWT_JWKS_URL: httpUrl().describe(
    'Where the public keys are that verify JWTs (JWKS). Unset, with `JWT_SECRET`: no JWTs.',
  ),
  JWT_SECRET: text().describe('Secret that signs JWTs with HS256, HS384 or HS512; 32 characters or more.'),
  JWT_ISSUER: text().describe('What `iss` of a JWT must be. Required with JWTs.'),
  JWT_AUDIENCE: text().describe('What `aud` of a JWT must hold. Required with JWTs.'),
  JWT_ALGORITHMS: list().describe(
    'Algorithms that JWTs may be signed with, separated by commas. Unset: HS256 with a secret, else RS256 and ES256.',
  ),
  JWT_TENANT_CLAIM: textOr('sub').describe('Claim of a JWT that names the tenant.'),
  TENANT_KEYS: list().describe('Upstream keys by tenant, as `tenant=key`, separated by commas.'),
  TENANT_KEYS_FILE: text().describe('JSON file with upstream keys by tenant, in the place of `TENANT_KEYS`.'),
};

type Values = z.infer<z.ZodObject<typeof jwtSettings>>;

const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'];
const KEY_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const SHORTEST_SECRET = 32;

/** What is configured of JWTs; undefined: none are taken. */
export type JwtConfig = Omit<JwtOptions, 'now' | 'tenants' | 'fetch'> & {
  readonly tenants: readonly string[];
  readonly tenantsFile: string | undefined;
};

export function jwtConfig(values: Values): JwtConfig | undefined {
  const { JWT_JWKS_URL: jwksUrl, JWT_SECRET: secret, JWT_ALGORITHMS } = values;
  if (jwksUrl === undefined && secret === undefined) return undefined;
  const usual = secret === undefined ? ['RS256', 'ES256'] : ['HS256'];
  return {
    keys: secret === undefined ? { jwksUrl: jwksUrl ?? '' } : { secret },
    issuer: values.JWT_ISSUER ?? '',
    audience: values.JWT_AUDIENCE ?? '',
    algorithms: JWT_ALGORITHMS.length > 0 ? JWT_ALGORITHMS : usual,
    tenantClaim: values.JWT_TENANT_CLAIM,
    tenants: values.TENANT_KEYS,
    tenantsFile: values.TENANT_KEYS_FILE,
  };
}

/** Mistakes in how these settings go together. */
export function jwtMistakes(values: Partial<Values>): string[] {
  const { JWT_JWKS_URL, JWT_SECRET, JWT_ALGORITHMS = [], TENANT_KEYS = [], TENANT_KEYS_FILE } = values;
  const mistakes: string[] = [];
  if (JWT_JWKS_URL === undefined && JWT_SECRET === undefined) return mistakes;
  if (JWT_JWKS_URL !== undefined && JWT_SECRET !== undefined) {
    mistakes.push('Set `JWT_JWKS_URL` or `JWT_SECRET`, not both.');
  }
  if (JWT_SECRET !== undefined && JWT_SECRET.length < SHORTEST_SECRET) {
    mistakes.push(`\`JWT_SECRET\` must have ${SHORTEST_SECRET} characters or more.`);
  }
  for (const name of ['JWT_ISSUER', 'JWT_AUDIENCE'] as const) {
    if (values[name] === undefined) mistakes.push(`\`${name}\` must be set, because JWTs are taken.`);
  }
  const algorithms = JWT_SECRET === undefined ? KEY_ALGORITHMS : SECRET_ALGORITHMS;
  for (const algorithm of JWT_ALGORITHMS.filter((one) => !algorithms.includes(one))) {
    mistakes.push(`\`JWT_ALGORITHMS\` may hold ${algorithms.join(', ')} here, but holds "${algorithm}".`);
  }
  if (TENANT_KEYS.length > 0 === (TENANT_KEYS_FILE !== undefined)) {
    mistakes.push('Set one of `TENANT_KEYS` and `TENANT_KEYS_FILE`, because JWTs are taken.');
  }
  if (TENANT_KEYS.some((pair) => !/^[^=]+=[\x21-\x7e]+$/.test(pair))) {
    mistakes.push('`TENANT_KEYS` must hold pairs such as acme=key1,globex=key2.');
  }
  return mistakes;
}

/**
 * The upstream key of each tenant.
 *
 * @throws ConfigError when the file cannot be read, or holds something else.
 */
export function readTenants({ tenants, tenantsFile }: JwtConfig): ReadonlyMap<string, string> {
  if (tenantsFile === undefined) {
    return new Map(tenants.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  }
  try {
    return new Map(Object.entries(keys.parse(JSON.parse(readFileSync(tenantsFile, 'utf8')))));
  } catch {
    throw new ConfigError([
      `\`TENANT_KEYS_FILE\` must name a JSON file such as {"acme": "key1"}, but "${tenantsFile}" is none.`,
    ]);
  }
}

const keys = z.record(z.string(), z.string().regex(/^[\x21-\x7e]+$/));
