import type { GraphQLError } from 'graphql';
import { hostOf } from '../auth/caller.ts';
import type { Broker } from '../cluster/broker.ts';
import { publicError } from '../errors.ts';
import { wantsPage } from '../graphiql/graphiql.ts';
import type { RateLimit } from '../limits/rate-limit.ts';
import { ID_MEMBERS } from '../persisted-documents/request.ts';
import { shorten } from '../util/shorten.ts';
import { type CorsPolicy, type OriginRequest, preflight } from './cors.ts';
import { acceptsEventStream, isReconnectAfterComplete } from './event-stream.ts';

/** Handles a request. */
type Handler = (request: Request) => Promise<Response>;

/** Handlers of the routes, and their policies. */
export interface RouterOptions {
  /** Path of the graph. */
  endpoint: string;
  graph: Handler;
  /** GraphiQL, for requests that prefer HTML; undefined if it is off. */
  page: { wants: (request: Request) => boolean; answer: Handler } | undefined;
  images: Handler;
  uploads: Handler;
  corsPolicy: CorsPolicy;
  apiKeyHeader: string;
  /** Further headers that pages of other origins may send. */
  corsHeaders: readonly string[];
  /** Limits the requests of each client address, by what the client accepts. */
  rateLimit: { http: RateLimit; eventStream: RateLimit };
  /** The configured URL at which clients reach the gateway. */
  publicUrl: string | undefined;
  /** Connects the replicas of this gateway; undefined if there are no others. */
  broker: Pick<Broker, 'problem'> | undefined;
}

/** Routes HTTP requests to the graph, GraphiQL, images, uploads and health checks. */
export interface Router {
  /** @param address Address of the client; without one, no rate limit applies. */
  fetch(request: Request, address?: string): Promise<Response>;
  /** The headers of every response of the graph, besides those of its body: alternating names and values. */
  headersFor(request: OriginRequest): readonly string[];
  /** Rejects new requests other than health checks. Pending requests continue. */
  refuseNew(): void;
}

/** @see Router */
export function createRouter(options: RouterOptions): Router {
  const { endpoint, page, rateLimit, images, uploads, corsPolicy } = options;
  const common = commonHeaders(options.publicUrl);
  let isStopping = false;

  const isGraph = (pathname: string) => pathname === endpoint || pathname === `${endpoint}/`;

  const preflightResponse = () =>
    new Response(null, {
      status: 204,
      headers: { allow: 'GET, POST, OPTIONS', ...preflight(options.apiKeyHeader, options.corsHeaders) },
    });

  const graph = async (request: Request): Promise<Response> => {
    if (request.method === 'OPTIONS') return preflightResponse();
    if (!page && wantsPage(request) && !hasOperation(request)) return graphiqlIsOff(endpoint);
    if (isReconnectAfterComplete(request)) return new Response(null, { status: 204 });
    const response = await options.graph(request);
    // The response may depend on the API key, which shared caches ignore.
    if (response.status === 200 && isPersistedGet(request)) setIfAbsent(response.headers, 'cache-control', REVALIDATED);
    return response;
  };

  const route = async (request: Request, pathname: string): Promise<Response> => {
    if (isGraph(pathname)) return graph(request);
    const isHealthCheck = pathname === '/health' || pathname === '/ready';
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isHealthCheck && !isRead) return methodNotAllowed();
    if (pathname === '/health') return Response.json({ status: 'ok' });
    if (pathname === '/ready') return Response.json(readiness(options.broker));
    if (pathname === '/' && isRead) return new Response(null, { status: 302, headers: { location: endpoint } });
    return notFound(request, pathname, endpoint);
  };

  const admissionError = async (
    request: Request,
    pathname: string,
    address: string | undefined,
  ): Promise<Response | undefined> => {
    if (isStopping && pathname !== '/health') return shuttingDown();
    if (address === undefined || !(isGraph(pathname) || pathname.startsWith('/uploads/'))) return undefined;
    // A subscription is delayed instead, because an EventSource does not retry after an error status.
    const counted = acceptsEventStream(request.headers.get('accept'))
      ? rateLimit.eventStream.wait(address, request.signal)
      : rateLimit.http.count(address);
    const error = counted instanceof Promise ? await counted : counted;
    return error && errorResponse(error);
  };

  /** The headers of responses to requests without an `Origin`, which are the most frequent. */
  const defaultHeaders = [...Object.entries(corsPolicy.headersFor(NO_ORIGIN)), ...common].flat();

  return {
    headersFor: (request) =>
      request.origin ? [...Object.entries(corsPolicy.headersFor(request)), ...common].flat() : defaultHeaders,
    async fetch(request, address) {
      const { pathname } = new URL(request.url);
      const allowsEveryOrigin = pathname.startsWith('/images/') || pathname.startsWith('/uploads/');
      const error = await admissionError(request, pathname, address);
      // Images, uploads and GraphiQL set their own security headers.
      if (!error && allowsEveryOrigin) return pathname.startsWith('/images/') ? images(request) : uploads(request);
      if (!error && isGraph(pathname) && page?.wants(request)) return page.answer(request);
      const response = error ?? (await route(request, pathname));
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

/** The body of the readiness check. A gateway that has lost its other replicas still serves requests. */
const readiness = (broker: Pick<Broker, 'problem'> | undefined): object => ({
  status: 'ready',
  ...(broker && { replicas: { connected: broker.problem === undefined, ...broker.problem } }),
});

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

/** The response for a browser when GraphiQL is off. */
const graphiqlIsOff = (endpoint: string) =>
  new Response(
    `GraphiQL is off here: it is served with GRAPHIQL=true, or without NODE_ENV=production.\nThe API itself works: send operations to POST ${endpoint} as application/json.\n`,
    { status: 404, headers: { vary: 'accept' } },
  );

/**
 * The response for an unknown path, with the path of the graph. It is JSON for a POST, which is probably from a GraphQL
 * client.
 */
function notFound({ method }: Request, pathname: string, endpoint: string): Response {
  const path = shorten(pathname, MAX_PATH_LENGTH);
  if (method !== 'POST')
    return new Response(`There is nothing at ${path}. The graph is at ${endpoint}.\n`, { status: 404 });
  const message = `There is nothing at POST ${path}. Send operations to POST ${endpoint}.`;
  return errorResponse(publicError('NOT_FOUND', message, { http: { status: 404 } }));
}

/** Maximum length of a quoted path, in characters. */
const MAX_PATH_LENGTH = 200;

/** The response during shutdown. A retry reaches a replica, or this gateway after its restart. */
const shuttingDown = () =>
  errorResponse(
    publicError('SHUTTING_DOWN', 'This gateway is shutting down. Send the request again.', {
      http: { status: 503, headers: { 'retry-after': '1' } },
    }),
  );

/** A response with one error, and the status and headers in its `http` extension. */
function errorResponse(error: GraphQLError): Response {
  const { http, ...extensions } = error.extensions as { http?: { status: number; headers?: Record<string, string> } };
  return Response.json(
    { errors: [{ message: error.message, extensions }] },
    { status: http?.status ?? 400, headers: { ...http?.headers, 'cache-control': 'no-store' } },
  );
}

const methodNotAllowed = () =>
  new Response('Only GET and HEAD work here.\n', { status: 405, headers: { allow: 'GET, HEAD' } });
