import * as z from 'zod';
import { isNoProxyEntry, type Proxies } from '../upstream/transport/proxy.ts';
import { list, seconds } from '../util/environment.ts';

/** A setting with the URL of an HTTP proxy. The default scheme is `http://`. */
const proxyUrl = () =>
  z.preprocess(
    (value) => (value === '' ? undefined : value),
    z
      .string()
      .transform((text) => (text.includes('://') ? text : `http://${text}`))
      // The message does not quote the value, which may contain a password.
      .refine(isProxyUrl, {
        error:
          'must be the URL of an HTTP proxy, such as http://proxy.example:3128 or http://user:password@proxy.example:3128, but is not. SOCKS proxies are not supported: unset it, or set an HTTP proxy.',
      })
      .transform((text) => new URL(text))
      .optional(),
  );

function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(text);
  if (!['http:', 'https:'].includes(protocol) || pathname !== '/' || search !== '' || hash !== '') return false;
  try {
    return decodeURIComponent(username + password) !== undefined;
  } catch {
    return false;
  }
}

export const networkSettings = {
  UPSTREAM_CONNECTION_SECONDS: seconds(60, 86_400).describe(
    'Maximum age of a connection to the upstream or to an image host, in seconds. An older one is replaced after its current request, so that the host name is resolved again.',
  ),
  HTTPS_PROXY: proxyUrl().describe(
    'HTTP proxy for `https:` URLs: the upstream, images and `JWT_JWKS_URL`. This variable and the next three may also be in lower case, which takes precedence.',
  ),
  HTTP_PROXY: proxyUrl().describe('HTTP proxy for `http:` URLs.'),
  ALL_PROXY: proxyUrl().describe('HTTP proxy for URLs of both schemes, unless a scheme has a proxy of its own.'),
  NO_PROXY: list().describe(
    'Hosts that are reached without a proxy, separated by commas: `example.com` with its subdomains, `host:port`, IP addresses, ranges such as `10.0.0.0/8`; `*` for all.',
  ),
};

type Values = z.infer<z.ZodObject<typeof networkSettings>>;

/** Proxies and maximum age of outgoing connections. */
export interface NetworkConfig {
  /** Maximum age of a connection, in milliseconds. */
  readonly maxConnectionAge: number;
  /** Undefined: every connection is direct. */
  readonly proxies: Proxies | undefined;
}

export function networkOf(values: Values): NetworkConfig {
  const { HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY } = values;
  const http = HTTP_PROXY ?? ALL_PROXY;
  const https = HTTPS_PROXY ?? ALL_PROXY;
  return {
    maxConnectionAge: values.UPSTREAM_CONNECTION_SECONDS * 1_000,
    proxies: http || https ? { http, https, noProxy: NO_PROXY } : undefined,
  };
}

export function networkMistakes({ NO_PROXY = [] }: Partial<Values>): string[] {
  return NO_PROXY.filter((entry) => !isNoProxyEntry(entry)).map(
    (entry) => `\`NO_PROXY\` must contain hosts, IP addresses or ranges such as 10.0.0.0/8, but contains "${entry}".`,
  );
}

/** Variables that are also read in lower case. */
export const PROXY_VARIABLES: readonly string[] = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'];

/** The environment with the proxy variables in upper case. Lower case takes precedence, as in other programs. */
export function withProxyNames(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const found = PROXY_VARIABLES.map((name) => [name, environment[name.toLowerCase()] || environment[name]]);
  return { ...environment, ...Object.fromEntries(found) };
}
