import { createHash, timingSafeEqual } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { hostOf } from '../auth/caller.ts';
import { publicError } from '../errors.ts';
import { wantsPage } from '../graphiql/graphiql.ts';
import type { RateLimit } from '../limits/rate-limit.ts';
import { ID_MEMBERS } from '../persisted-documents/request.ts';
import type { RequestRecord, Route } from '../telemetry/request-record.ts';
import { shorten } from '../util/shorten.ts';
import { type CorsPolicy, type OriginRequest, preflight } from './cors.ts';
import { acceptsEventStream, isReconnectAfterComplete } from './event-stream.ts';
import type { Health } from './health.ts';
import type { FindFile } from './reference-files.ts';
import { isStudio } from './studio.ts';

/** Handles a request. */
type Handler = (request: Request) => Promise<Response>;

/** Handles a request. @param record Records it. */
type RecordingHandler = (request: Request, record: RequestRecord | undefined) => Promise<Response>;

/** Handlers of the routes, and their policies. */
export interface RouterOptions {
  /** Path below which everything is served, without a trailing slash; '' for the root. */
  basePath: string;
  /** Path of the graph, below the base path. */
  endpoint: string;
  graph: RecordingHandler;
  /** GraphiQL, for requests that prefer HTML; undefined if it is off. */
  page: { wants: (request: Request) => boolean; answer: Handler } | undefined;
  /** Studio, by the path below the base path; undefined if it is off. */
  studio: ((request: Request, path: string) => Promise<Response>) | undefined;
  images: RecordingHandler;
  uploads: RecordingHandler;
  /** The schema, where introspection is on, and the page of error codes. */
  findFile: FindFile;
  corsPolicy: CorsPolicy;
  apiKeyHeader: string;
  /** Further headers that pages of other origins may send. */
  corsHeaders: readonly string[];
  /** Limits the requests of each client address, by what the client accepts. */
  rateLimit: { http: RateLimit; eventStream: RateLimit };
  /** The configured URL at which clients reach the gateway. */
  publicUrl: string | undefined;
  /** The metrics of the process in the text format, and the token that they require. Undefined: not served here. */
  metrics: MetricsEndpoint | undefined;
  health: Pick<Health, 'alive' | 'ready'>;
}

/** The metrics on the port of the gateway. */
export interface MetricsEndpoint {
  readonly token: string;
  /** The metrics in the Prometheus text format. */
  text(): Promise<string>;
}

/** Routes HTTP requests to the graph, GraphiQL, Studio, images, uploads, reference files and health checks. */
export interface Router {
  /**
   * @param address Address of the client; without one, no rate limit applies.
   * @param record Records the request. @default it is not recorded
   */
  fetch(request: Request, address?: string, record?: RequestRecord): Promise<Response>;
  /** The headers of every response of the graph, besides those of its body: alternating names and values. */
  headersFor(request: OriginRequest): readonly string[];
  /** Rejects new requests other than health checks. Pending requests continue. */
  refuseNew(): void;
}

/** @see Router */
export function createRouter(options: RouterOptions): Router {
  const { basePath, page, rateLimit, images, uploads, corsPolicy } = options;
  const endpoint = basePath + options.endpoint;
  const common = commonHeaders(options.publicUrl);
  let isStopping = false;

  const routeOf = (pathname: string): Route => {
    if (isGraph(pathname)) return 'graphql';
    if (pathname.startsWith('/images/')) return 'images';
    return pathname.startsWith('/uploads/') ? 'uploads' : 'other';
  };

  const isGraph = (pathname: string) => pathname === options.endpoint || pathname === `${options.endpoint}/`;

  /** The path below the base path; '' outside of it. Health checks need not know the base path. */
  const localPath = (pathname: string): string => {
    if (pathname === basePath) return '/';
    if (pathname.startsWith(`${basePath}/`)) return pathname.slice(basePath.length);
    return isHealthCheck(pathname) ? pathname : '';
  };

  const preflightResponse = () =>
    new Response(null, {
      status: 204,
      headers: { allow: 'GET, POST, OPTIONS', ...preflight(options.apiKeyHeader, options.corsHeaders) },
    });

  const graph: RecordingHandler = async (request, record) => {
    if (request.method === 'OPTIONS') return preflightResponse();
    if (!page && wantsPage(request) && !hasOperation(request)) return pageIsOff('GraphiQL', 'GRAPHIQL', endpoint);
    if (isReconnectAfterComplete(request)) return new Response(null, { status: 204 });
    if (record) record.isOperation = true;
    const response = await options.graph(request, record);
    // The response may depend on the API key, which shared caches ignore.
    if (response.status === 200 && isPersistedGet(request)) setIfAbsent(response.headers, 'cache-control', REVALIDATED);
    return response;
  };

  const route = async (request: Request, pathname: string, record: RequestRecord | undefined): Promise<Response> => {
    if (isGraph(pathname)) return graph(request, record);
    if (record && isHealthCheck(pathname)) {
      record.isProbe = true;
      record.route = 'probe';
    }
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isHealthCheck(pathname) && !isRead) return methodNotAllowed();
    if (pathname === '/metrics' && options.metrics) {
      const response = isRead ? await metricsResponse(request, options.metrics) : methodNotAllowed();
      if (record && response.ok) {
        record.isProbe = true;
        record.route = 'probe';
      }
      return response;
    }
    if (isStudio(pathname)) {
      if (!isRead) return methodNotAllowed();
      if (record) record.route = 'page';
      return options.studio?.(request, pathname) ?? pageIsOff('Studio', 'STUDIO', endpoint);
    }
    if (pathname === '/health') return options.health.alive();
    if (pathname === '/ready') return options.health.ready();
    const file = options.findFile(pathname);
    if (file) return isRead ? file.serve(request) : methodNotAllowed();
    if (pathname === '/' && isRead) return new Response(null, { status: 302, headers: { location: endpoint } });
    return notFound(request, endpoint);
  };

  const admissionError = async (
    request: Request,
    pathname: string,
    address: string | undefined,
    record: RequestRecord | undefined,
  ): Promise<GraphQLError | undefined> => {
    if (isStopping && !record?.arrivedBeforeStop && pathname !== '/health' && pathname !== '/ready')
      return shuttingDown();
    if (address === undefined || !(isGraph(pathname) || pathname.startsWith('/uploads/'))) return undefined;
    // A subscription is delayed instead, because an EventSource does not retry after an error status.
    const counted = acceptsEventStream(request.headers.get('accept'))
      ? rateLimit.eventStream.wait(address, request.signal)
      : rateLimit.http.count(address);
    const error = counted instanceof Promise ? await counted : counted;
    return error;
  };

  /** The headers of responses to requests without an `Origin`, which are the most frequent. */
  const defaultHeaders = [...Object.entries(corsPolicy.headersFor(NO_ORIGIN)), ...common].flat();

  return {
    headersFor: (request) =>
      request.origin ? [...Object.entries(corsPolicy.headersFor(request)), ...common].flat() : defaultHeaders,
    async fetch(request, address, record) {
      const pathname = localPath(new URL(request.url).pathname);
      const allowsEveryOrigin = pathname.startsWith('/images/') || pathname.startsWith('/uploads/');
      if (record) record.route = routeOf(pathname);
      const rejection = await admissionError(request, pathname, address, record);
      const error = rejection && errorResponse(rejection);
      if (rejection) record?.addErrors([rejection]);
      // Images, uploads and GraphiQL set their own security headers.
      if (!error && allowsEveryOrigin)
        return pathname.startsWith('/images/') ? images(request, record) : uploads(request, record);
      if (!error && isGraph(pathname) && page?.wants(request)) {
        if (record) record.route = 'page';
        return page.answer(request);
      }
      const response = error ?? (await route(request, pathname, record));
      const { headers } = response;
      if (allowsEveryOrigin) headers.set('access-control-allow-origin', '*');
      if (isGraph(pathname)) {
        const corsHeaders = corsPolicy.headersFor({ origin: request.headers.get('origin'), host: hostOf(request) });
        for (const [name, value] of Object.entries(corsHeaders)) headers.append(name, value);
      }
      for (const [name, value] of common) setIfAbsent(headers, name, value);
      return response;
    },
    refuseNew() {
      isStopping = true;
    },
  };
}

/** The media type of the Prometheus text format. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

async function metricsResponse({ headers }: Request, { token, text }: MetricsEndpoint): Promise<Response> {
  if (!isEqual(headers.get('authorization') ?? '', `Bearer ${token}`)) {
    const message = 'Expected the header Authorization: Bearer <token>, with the token in METRICS_TOKEN.\n';
    return new Response(message, { status: 401, headers: { 'www-authenticate': 'Bearer' } });
  }
  return new Response(await text(), { headers: { 'content-type': METRICS_TYPE } });
}

/** Compares texts in a time that does not depend on where they differ. */
function isEqual(text: string, expected: string): boolean {
  const hash = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(hash(text), hash(expected));
}
const isHealthCheck = (pathname: string): boolean => pathname === '/health' || pathname === '/ready';

const NO_ORIGIN: OriginRequest = { origin: undefined, host: undefined };

/**
 * The headers of every response except images, uploads and GraphiQL: data that is never shown as a page, framed or
 * cached.
 */
const commonHeaders = (publicUrl: string | undefined): readonly (readonly [name: string, value: string])[] => [
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  // RFC 6797, 7.2: only over HTTPS, which the configured URL shows.
  ...(publicUrl?.startsWith('https:') ? [['strict-transport-security', 'max-age=31536000'] as const] : []),
  // Keeps other sites from embedding responses, for example as scripts or images; CORS requests are not affected.
  ['cross-origin-resource-policy', 'same-origin'],
  ['cache-control', 'no-store'],
];

/** For persisted queries by GET: stored by the browser only, and revalidated each time. */
const REVALIDATED = 'private, no-cache';

function setIfAbsent(headers: Headers, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value);
}

/** True for a GET with the hash or id of a persisted document. */
function isPersistedGet({ method, url }: Request): boolean {
  if (method !== 'GET') return false;
  const { searchParams } = new URL(url);
  return (
    ID_MEMBERS.some((member) => searchParams.has(member)) ||
    (searchParams.get('extensions')?.includes('"persistedQuery"') ?? false)
  );
}

/** True if the query parameters contain an operation. */
function hasOperation({ url }: Request): boolean {
  const { searchParams } = new URL(url);
  return ['query', 'extensions', ...ID_MEMBERS].some((name) => searchParams.has(name));
}

/** The response for a browser when GraphiQL or Studio is off. */
const pageIsOff = (name: string, setting: string, endpoint: string) =>
  new Response(
    `${name} is off here: it is served with ${setting}=true, or without NODE_ENV=production.\nThe API itself works: send operations to POST ${endpoint} as application/json.\n`,
    { status: 404, headers: { vary: 'accept' } },
  );

/**
 * The response for an unknown path, with the path of the graph. It is JSON for a POST, which is probably from a GraphQL
 * client.
 */
function notFound({ method, url }: Request, endpoint: string): Response {
  const path = shorten(new URL(url).pathname, MAX_PATH_LENGTH);
  if (method !== 'POST')
    return new Response(`There is nothing at ${path}. The graph is at ${endpoint}.\n`, { status: 404 });
  const message = `There is nothing at POST ${path}. Send operations to POST ${endpoint}.`;
  return errorResponse(publicError('NOT_FOUND', message, { http: { status: 404 } }));
}

/** Maximum length of a quoted path, in characters. */
const MAX_PATH_LENGTH = 200;

/** The error during shutdown. A retry reaches a replica, or this gateway after its restart. */
export const shuttingDown = () =>
  publicError('SHUTTING_DOWN', 'This gateway is shutting down. Send the request again.', {
    http: { status: 503, headers: { 'retry-after': '1' } },
  });

/** A response with one error, and the status and headers in its `http` extension. */
export function errorResponse(error: GraphQLError): Response {
  const { http, ...extensions } = error.extensions as { http?: { status: number; headers?: Record<string, string> } };
  return Response.json(
    { errors: [{ message: error.message, extensions }] },
    { status: http?.status ?? 400, headers: { ...http?.headers, 'cache-control': 'no-store' } },
  );
}

const methodNotAllowed = () =>
  new Response('Only GET and HEAD work here.\n', { status: 405, headers: { allow: 'GET, HEAD' } });
