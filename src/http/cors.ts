import { isLoopbackHost } from '../auth/credential.ts';

/** The headers of a request that identify its origin. */
export interface OriginRequest {
  /** The `Origin` header: the origin of the page that sent the request; clients other than browsers send none. */
  origin: string | null | undefined;
  /** The `Host` header. */
  host: string | null | undefined;
}

/** Decides which origins may use the gateway from a browser. */
export interface CorsPolicy {
  /** True for a request without an `Origin`, or from the gateway's own origin, this machine or an allowed origin. */
  allows(request: OriginRequest): boolean;
  /**
   * The CORS headers of every response. Preflights get those of {@link preflight} as well (Fetch standard, "CORS
   * protocol").
   */
  headersFor(request: OriginRequest): Record<string, string>;
}

export interface CorsOptions {
  /** Origins such as `https://app.example.com`, or `*` for all. */
  allowed: readonly string[];
  /** The configured URL at which clients reach the gateway; its origin is always allowed. */
  publicUrl: string | undefined;
  /** Called once for each refused origin. */
  onRefused?: (origin: string) => void;
}

/** Maximum number and length, in characters, of the refused origins that are reported: clients may send any. */
const MAX_REPORTED_ORIGINS = 100;
const MAX_ORIGIN_LENGTH = 300;

/** How long browsers may cache the response to a preflight, in seconds. */
const PREFLIGHT_MAX_AGE = 7_200;

/** @see CorsPolicy. Never allows credentials such as cookies: an API key is a header that the page sets itself. */
export function createCorsPolicy({ allowed, publicUrl, onRefused }: CorsOptions): CorsPolicy {
  const listed = new Set([...allowed, ...(publicUrl === undefined ? [] : [new URL(publicUrl).origin])]);
  const refused = new Set<string>();

  const allows = ({ origin, host }: OriginRequest): boolean => {
    if (!origin || listed.has('*') || listed.has(origin) || isSameOrigin(origin, host)) return true;
    if (!refused.has(origin) && refused.size < MAX_REPORTED_ORIGINS && origin.length <= MAX_ORIGIN_LENGTH) {
      refused.add(origin);
      onRefused?.(origin);
    }
    return false;
  };

  return {
    allows,
    headersFor: (request) =>
      request.origin && allows(request)
        ? {
            'access-control-allow-origin': request.origin,
            'access-control-expose-headers': 'retry-after, x-request-id',
            vary: 'origin',
          }
        : { vary: 'origin' },
  };
}

/**
 * The additional headers of the response to a preflight, which browsers send before every request that a form could not
 * send.
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

/** Headers that carry credentials, besides the API key header. */
const CREDENTIAL_HEADERS = ['authorization', 'x-watch-token'];

/** Headers that tracing and client libraries add. The gateway reads only `traceparent`, `tracestate` and `x-request-id`. */
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

/** Headers that make browsers send a preflight; some clients send one to prevent CSRF. */
const PREFLIGHT_TRIGGERS = [
  'apollo-require-preflight',
  'graphql-require-preflight',
  'x-apollo-operation-name',
  'x-requested-with',
];

/** True if a request has a header that browsers send to another site only after a preflight. */
export const requiresPreflight = (headers: Headers, apiKeyHeader: string): boolean =>
  [...PREFLIGHT_TRIGGERS, ...CREDENTIAL_HEADERS, apiKeyHeader].some((name) => headers.has(name));

/**
 * True if a page has the gateway's own origin, or both are on this machine. False for `null`, the origin of a sandboxed
 * page.
 */
function isSameOrigin(origin: string, host: string | null | undefined): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin).host;
  return page === host?.toLowerCase() || (isLoopbackHost(page) && isLoopbackHost(host));
}
