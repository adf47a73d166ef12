import { isLoopbackHost } from '../auth/credential.ts';

/** Where a request comes from, as its headers tell. */
export interface OriginRequest {
  /** The `Origin` header: which site's page a browser acts for; programs send none. */
  origin: string | null | undefined;
  /** The `Host` header. */
  host: string | null | undefined;
}

/** Which sites' pages may use the gateway from a browser. */
export interface CorsPolicy {
  /** Whether whoever visits is no page, a page of the gateway's own origin or of this machine, or one that is allowed. */
  allows(visit: OriginRequest): boolean;
  /** The CORS headers of every answer; a preflight gets those of {@link preflight} as well (Fetch standard, "CORS protocol"). */
  headersFor(visit: OriginRequest): Record<string, string>;
}

export interface CorsOptions {
  /** Origins such as `https://app.example.com`, or `*` for all. */
  allowed: readonly string[];
  /** Where clients reach the gateway, if that was configured: its origin is the gateway's own. */
  publicUrl: string | undefined;
  /** Receives each origin that is refused, once. */
  onRefused?: (origin: string) => void;
}

/** The number of different origins that are reported, and the longest one, in characters: strangers may send any. */
const MAX_REPORTED_ORIGINS = 100;
const MAX_ORIGIN_LENGTH = 300;

/** How long a browser may remember a preflight's answer, in seconds. */
const PREFLIGHT_MAX_AGE = 7_200;

/** @see CorsPolicy. No credentials are ever invited: a key is a header that the page itself has to know. */
export function createCorsPolicy({ allowed, publicUrl, onRefused }: CorsOptions): CorsPolicy {
  const listed = new Set([...allowed, ...(publicUrl === undefined ? [] : [new URL(publicUrl).origin])]);
  const refused = new Set<string>();

  const welcomes = ({ origin, host }: OriginRequest): boolean => {
    if (!origin || listed.has('*') || listed.has(origin) || isSameOrigin(origin, host)) return true;
    if (!refused.has(origin) && refused.size < MAX_REPORTED_ORIGINS && origin.length <= MAX_ORIGIN_LENGTH) {
      refused.add(origin);
      onRefused?.(origin);
    }
    return false;
  };

  return {
    allows: welcomes,
    headersFor: (visit) =>
      visit.origin && welcomes(visit)
        ? {
            'access-control-allow-origin': visit.origin,
            'access-control-expose-headers': 'retry-after',
            vary: 'origin',
          }
        : { vary: 'origin' },
  };
}

/**
 * What a preflight adds. Browsers ask before they send what a form could not.
 *
 * @param apiKeyHeader The header that carries a caller's key.
 * @param extraHeaders Further headers that pages may send.
 */
export const preflight = (apiKeyHeader: string, extraHeaders: readonly string[] = []): Record<string, string> => ({
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': [
    'content-type',
    'content-encoding',
    'accept',
    'last-event-id',
    'x-explain',
    ...CREDENTIAL_HEADERS,
    apiKeyHeader,
    ...PREFLIGHT_TRIGGERS,
    ...TRACING_HEADERS,
    ...extraHeaders,
  ].join(', '),
  'access-control-max-age': String(PREFLIGHT_MAX_AGE),
});

/** Headers that say who asks, besides an API key. */
const CREDENTIAL_HEADERS = ['authorization', 'x-watch-token'];

/** Headers that tracing and client libraries add by themselves. The gateway reads none of them. */
const TRACING_HEADERS = [
  'traceparent',
  'tracestate',
  'baggage',
  'sentry-trace',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'x-datadog-trace-id',
  'x-datadog-parent-id',
  'x-datadog-origin',
  'x-datadog-sampling-priority',
  'x-datadog-tags',
  'newrelic',
  'x-request-id',
  'x-correlation-id',
  'apollographql-client-name',
  'apollographql-client-version',
];

/** Headers that no form can send, so that a browser has asked before; some clients send one for that reason. */
const PREFLIGHT_TRIGGERS = ['apollo-require-preflight', 'graphql-require-preflight', 'x-apollo-operation-name', 'x-requested-with'];

/** Whether a request has a header that no form of another site can send. */
export const requiresPreflight = (headers: Headers, apiKeyHeader: string): boolean =>
  [...PREFLIGHT_TRIGGERS, ...CREDENTIAL_HEADERS, apiKeyHeader].some((name) => headers.has(name));

/** Whether a page's origin is the gateway's own, or both are of this machine. `null`, the origin of a sandboxed page, is neither. */
function isSameOrigin(origin: string, host: string | null | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin).host;
  return page === host?.toLowerCase() || (isLoopbackHost(page) && isLoopbackHost(host));
}
