import type { GraphQLError } from 'graphql';
import { hostOf } from '../auth/caller.ts';
import { publicError } from '../errors.ts';
import { wantsPage } from '../graphiql/graphiql.ts';
import type { RateLimit } from '../limits/rate-limit.ts';
import { ID_MEMBERS } from '../persisted-documents/request.ts';
import { shorten } from '../util/shorten.ts';
import { type CorsPolicy, type OriginRequest, preflight } from './cors.ts';
import { acceptsEventStream, isReconnectAfterComplete } from './event-stream.ts';

/** Answers a request. */
type Handler = (request: Request) => Promise<Response>;

/** What is reached over HTTP, and who may reach it. */
export interface RouterOptions {
  /** Where the graph lies. */
  endpoint: string;
  graph: Handler;
  /** The page on which people explore the graph, for requests that want one. */
  page: { wants: (request: Request) => boolean; answer: Handler } | undefined;
  images: Handler;
  uploads: Handler;
  corsPolicy: CorsPolicy;
  apiKeyHeader: string;
  /** Further headers that pages of other sites may send. */
  corsHeaders: readonly string[];
  /** What one address may ask. */
  addressRate: RateLimit;
  /** Where clients reach the gateway, if that was configured. */
  publicUrl: string | undefined;
}

/** The gateway over HTTP. */
export interface Router {
  /** @param address Whence it comes; without one it has no share in what an address may ask. */
  fetch(request: Request, address?: string): Promise<Response>;
  /** The headers of every answer of the graph, besides those about its body: names and values in turn. */
  headersFor(visit: OriginRequest): readonly string[];
  /** Answers nothing new but whether it is alive. What is under way goes on. */
  refuseNew(): void;
}

/** @see Router */
export function createRouter(options: RouterOptions): Router {
  const { endpoint, page, addressRate: addresses, images, uploads, corsPolicy: origins } = options;
  const common = commonHeaders(options.publicUrl);
  let isStopping = false;

  const isGraph = (pathname: string) => pathname === endpoint || pathname === `${endpoint}/`;

  const answerPreflight = () =>
    new Response(null, {
      status: 204,
      headers: { allow: 'GET, POST, OPTIONS', ...preflight(options.apiKeyHeader, options.corsHeaders) },
    });

  const graph = async (request: Request): Promise<Response> => {
    if (request.method === 'OPTIONS') return answerPreflight();
    if (!page && wantsPage(request) && !hasOperation(request)) return graphiqlIsOff(endpoint);
    if (isReconnectAfterComplete(request)) return new Response(null, { status: 204 });
    const response = await options.graph(request);
    // The response may depend on a key, which shared caches do not look at.
    if (response.status === 200 && isPersistedGet(request)) setIfAbsent(response.headers, 'cache-control', REVALIDATED);
    return response;
  };

  const route = async (request: Request, pathname: string): Promise<Response> => {
    if (isGraph(pathname)) return graph(request);
    const isKnown = pathname === '/health' || pathname === '/ready';
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isKnown && !isRead) return methodNotAllowed();
    if (isKnown) return Response.json({ status: 'ok' });
    if (pathname === '/' && isRead) return new Response(null, { status: 302, headers: { location: endpoint } });
    return notFound(request, pathname, endpoint);
  };

  const refusalOf = async (
    request: Request,
    pathname: string,
    address: string | undefined,
  ): Promise<Response | undefined> => {
    if (isStopping && pathname !== '/health') return shuttingDown();
    if (address === undefined || !(isGraph(pathname) || pathname.startsWith('/uploads/'))) return undefined;
    // A subscription waits instead, because an EventSource gives up when it is refused.
    const refusal = acceptsEventStream(request.headers.get('accept'))
      ? await addresses.wait(address, request.signal)
      : addresses.count(address);
    return refusal && errorResponse(refusal);
  };

  /** The headers of requests without an `Origin`, which are most. */
  const usual = [...Object.entries(origins.headersFor(NO_ORIGIN)), ...common].flat();

  return {
    headersFor: (visit) => (visit.origin ? [...Object.entries(origins.headersFor(visit)), ...common].flat() : usual),
    async fetch(request, address) {
      const { pathname } = new URL(request.url);
      const isOpen = pathname.startsWith('/images/') || pathname.startsWith('/uploads/');
      const refusal = await refusalOf(request, pathname, address);
      // Both say themselves what browsers may do with them.
      if (!refusal && isOpen) return pathname.startsWith('/images/') ? images(request) : uploads(request);
      if (!refusal && isGraph(pathname) && page?.wants(request)) return page.answer(request);
      const response = refusal ?? (await route(request, pathname));
      const { headers } = response;
      if (isOpen) headers.set('access-control-allow-origin', '*');
      if (isGraph(pathname)) {
        const visit = { origin: request.headers.get('origin'), host: hostOf(request) };
        for (const [name, value] of Object.entries(origins.headersFor(visit))) headers.append(name, value);
      }
      for (const [name, value] of common) setIfAbsent(headers, name, value);
      return response;
    },
    refuseNew() {
      isStopping = true;
    },
  };
}

const NO_ORIGIN: OriginRequest = { origin: undefined, host: undefined };

/** The headers of every response but images, uploads and GraphiQL: data that is never a page, in a frame, or in a cache. */
const commonHeaders = (publicUrl: string | undefined): readonly (readonly [name: string, value: string])[] => [
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  // RFC 6797, 7.2: only over HTTPS, which is for the configuration to know.
  ...(publicUrl?.startsWith('https:') ? [['strict-transport-security', 'max-age=31536000'] as const] : []),
  // Scripts, images and such of other sites; requests by CORS are not concerned.
  ['cross-origin-resource-policy', 'same-origin'],
  ['cache-control', 'no-store'],
];

/** For persisted queries by GET: kept by the browser alone, and fetched anew each time. */
const REVALIDATED = 'private, no-cache';

function setIfAbsent(headers: Headers, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value);
}

/** Whether a GET names its document by a hash or an id. */
function isPersistedGet({ method, url }: Request): boolean {
  if (method !== 'GET') return false;
  const { searchParams } = new URL(url);
  return (
    ID_MEMBERS.some((member) => searchParams.has(member)) ||
    (searchParams.get('extensions')?.includes('"persistedQuery"') ?? false)
  );
}

/** Whether a GET asks for an operation. */
function hasOperation({ url }: Request): boolean {
  const { searchParams } = new URL(url);
  return ['query', 'extensions', ...ID_MEMBERS].some((name) => searchParams.has(name));
}

/** For a browser where GraphiQL is not served. */
const graphiqlIsOff = (endpoint: string) =>
  new Response(
    `GraphiQL is off here: it is served with GRAPHIQL=true, or without NODE_ENV=production.\nThe graph itself works: send operations to POST ${endpoint} as application/json.\n`,
    { status: 404, headers: { vary: 'accept' } },
  );

/** Names the path that was probably meant. Clients of GraphQL expect JSON. */
function notFound({ method }: Request, pathname: string, endpoint: string): Response {
  const path = shorten(pathname, MAX_PATH_LENGTH);
  if (method !== 'POST')
    return new Response(`There is nothing at ${path}. The graph is at ${endpoint}.\n`, { status: 404 });
  const message = `There is nothing at POST ${path}. Send operations to POST ${endpoint}.`;
  return errorResponse(publicError('NOT_FOUND', message, { http: { status: 404 } }));
}

/** How much of a path is quoted, in characters. */
const MAX_PATH_LENGTH = 200;

/** To whoever asks while the gateway stops: another one, or this one again, will answer. */
const shuttingDown = () =>
  errorResponse(
    publicError('SHUTTING_DOWN', 'This gateway is stopping. Ask again.', {
      http: { status: 503, headers: { 'retry-after': '1' } },
    }),
  );

/** Says why nothing was done, with the status that the error holds. */
function errorResponse(error: GraphQLError): Response {
  const { http, ...extensions } = error.extensions as { http?: { status: number; headers?: Record<string, string> } };
  return Response.json(
    { errors: [{ message: error.message, extensions }] },
    { status: http?.status ?? 400, headers: { ...http?.headers, 'cache-control': 'no-store' } },
  );
}

const methodNotAllowed = () =>
  new Response('Only GET and HEAD work here.\n', { status: 405, headers: { allow: 'GET, HEAD' } });
