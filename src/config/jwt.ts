import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { JwtOptions } from '../auth/jwt.ts';
import { ConfigError, type Environment, httpUrl, isSet, list, SECRET, text, textOr } from '../util/environment.ts';
import { parseJson } from '../util/json.ts';
import { MIN_SECRET_LENGTH } from './secret-file.ts';

/** Settings for callers that authenticate with a JWT. */
export const jwtSettings = {
  JWT_JWKS_URL: httpUrl().describe(
    'URL of the key set that verifies JWTs (JWKS). If neither it nor `JWT_SECRET` is set, no JWTs are accepted.',
  ),
  JWT_SECRET: text()
    .describe('Shared secret that verifies JWTs with HS256, HS384 or HS512; 32 characters or more.')
    .meta(SECRET),
  JWT_ISSUER: text().describe('Required `iss` of JWTs. Must be set if JWTs are accepted.'),
  JWT_AUDIENCE: text().describe('Required `aud` of JWTs. Must be set if JWTs are accepted.'),
  JWT_ALGORITHMS: list().describe(
    'Accepted signature algorithms of JWTs, separated by commas. Unset: HS256 with a secret, else RS256 and ES256.',
  ),
  JWT_TENANT_CLAIM: textOr('sub').describe('Claim of a JWT that names the tenant.'),
  TENANT_KEYS: list().describe('Upstream keys by tenant, as `tenant=key`, separated by commas.').meta(SECRET),
  TENANT_KEYS_FILE: text().describe('Path of a JSON file with upstream keys by tenant, instead of `TENANT_KEYS`.'),
};

type Values = z.infer<z.ZodObject<typeof jwtSettings>>;

const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'];
const KEY_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Verification of JWTs, and where the tenants' keys are configured. */
export type JwtConfig = Omit<JwtOptions, 'now' | 'tenants' | 'fetch'> & {
  readonly tenants: readonly string[];
  readonly tenantsFile: string | undefined;
};

/** The configuration for JWTs; undefined: none are accepted. */
export function jwtConfig(values: Values): JwtConfig | undefined {
  const { JWT_JWKS_URL: jwksUrl, JWT_SECRET: secret, JWT_ALGORITHMS } = values;
  if (jwksUrl === undefined && secret === undefined) return undefined;
  const defaultAlgorithms = secret === undefined ? ['RS256', 'ES256'] : ['HS256'];
  return {
    keys: secret === undefined ? { jwksUrl: jwksUrl ?? '' } : { secret },
    issuer: values.JWT_ISSUER ?? '',
    audience: values.JWT_AUDIENCE ?? '',
    algorithms: JWT_ALGORITHMS.length > 0 ? JWT_ALGORITHMS : defaultAlgorithms,
    tenantClaim: values.JWT_TENANT_CLAIM,
    tenants: values.TENANT_KEYS,
    tenantsFile: values.TENANT_KEYS_FILE,
  };
}

/** Settings without effect when no JWTs are accepted. */
const ONLY_WITH_JWTS = [
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'JWT_ALGORITHMS',
  'JWT_TENANT_CLAIM',
  'TENANT_KEYS',
  'TENANT_KEYS_FILE',
] as const;

/** Mistakes in the combination of these settings. */
export function jwtMistakes(values: Partial<Values>, environment: Environment): string[] {
  const { JWT_JWKS_URL, JWT_SECRET, JWT_ALGORITHMS = [], TENANT_KEYS = [], TENANT_KEYS_FILE } = values;
  const mistakes: string[] = [];
  // Read from the environment, because an invalid key is missing from the values.
  const isOn = isSet(environment, 'JWT_JWKS_URL') || isSet(environment, 'JWT_SECRET');
  const unused = ONLY_WITH_JWTS.filter((name) => isSet(environment, name)).map((name) => `\`${name}\``);
  if (!isOn && unused.length > 0) {
    const [subject, verb] = [unused.join(', '), unused.length === 1 ? 'has' : 'have'];
    mistakes.push(
      `${subject} ${verb} no effect, because no JWTs are accepted. Set \`JWT_JWKS_URL\` or \`JWT_SECRET\`, or unset ${unused.length === 1 ? 'it' : 'them'}.`,
    );
  }
  if (!isOn) return mistakes;
  if (JWT_JWKS_URL !== undefined && JWT_SECRET !== undefined) {
    mistakes.push('Set `JWT_JWKS_URL` or `JWT_SECRET`, not both.');
  }
  if (JWT_SECRET !== undefined && JWT_SECRET.length < MIN_SECRET_LENGTH) {
    mistakes.push(`\`JWT_SECRET\` must have ${MIN_SECRET_LENGTH} characters or more.`);
  }
  for (const name of ['JWT_ISSUER', 'JWT_AUDIENCE'] as const) {
    if (values[name] === undefined) mistakes.push(`\`${name}\` must be set, because JWTs are accepted.`);
  }
  const algorithms = JWT_SECRET === undefined ? KEY_ALGORITHMS : SECRET_ALGORITHMS;
  for (const algorithm of JWT_ALGORITHMS.filter((one) => !algorithms.includes(one))) {
    mistakes.push(`\`JWT_ALGORITHMS\` may contain ${algorithms.join(', ')} here, but contains "${algorithm}".`);
  }
  if (TENANT_KEYS.length > 0 === (TENANT_KEYS_FILE !== undefined)) {
    mistakes.push('Set one of `TENANT_KEYS` and `TENANT_KEYS_FILE`, because JWTs are accepted.');
  }
  if (TENANT_KEYS.some((pair) => !/^[^=]+=[\x21-\x7e]+$/.test(pair))) {
    mistakes.push('`TENANT_KEYS` must contain pairs such as acme=key1,globex=key2.');
  }
  const tenants = TENANT_KEYS.map((pair) => pair.slice(0, pair.indexOf('=')));
  for (const tenant of new Set(tenants.filter((one, index) => tenants.indexOf(one) < index))) {
    mistakes.push(`\`TENANT_KEYS\` must contain one key for each tenant, but contains several for "${tenant}".`);
  }
  return mistakes;
}

/**
 * The upstream key of each tenant.
 *
 * @throws ConfigError when the file cannot be read, or does not have the expected content.
 */
export function readTenants({
  tenants,
  tenantsFile,
}: Pick<JwtConfig, 'tenants' | 'tenantsFile'>): ReadonlyMap<string, string> {
  if (tenantsFile === undefined) {
    return new Map(tenants.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  }
  const setting = `\`TENANT_KEYS_FILE\` must name a JSON file such as {"acme": "key1"}, but "${tenantsFile}"`;
  const content = parseTenants(readText(tenantsFile, setting), setting);
  const entries = Object.entries(content);
  if (entries.length === 0) throw new ConfigError([`${setting} contains no tenant.`]);
  const invalid = entries.filter(([, key]) => !KEY.test(key)).map(([tenant]) => `"${tenant}"`);
  // Names the tenants, but not their keys.
  if (invalid.length > 0) {
    throw new ConfigError([
      `${setting} contains keys that do not consist of visible ASCII characters, for ${invalid.join(', ')}.`,
    ]);
  }
  return new Map(entries);
}

function readText(file: string, setting: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`${setting} cannot be read: ${error instanceof Error ? error.message : error}.`]);
  }
}

/** Parses the file. Messages quote no part of it, because it contains keys. */
function parseTenants(text: string, setting: string): Record<string, string> {
  const content = parseJson(text);
  if (content === undefined) throw new ConfigError([`${setting} is not JSON.`]);
  const found = z.record(z.string(), z.string()).safeParse(content);
  if (!found.success) throw new ConfigError([`${setting} is not an object with a string for each tenant.`]);
  return found.data;
}

const KEY = /^[\x21-\x7e]+$/;
