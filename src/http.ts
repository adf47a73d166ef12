import type { GraphQLError } from 'graphql';
import { type Origins, preflight, type Visit } from './access/origins.ts';
import type { Rate } from './access/rates.ts';
import { hostOf } from './asker.ts';
import { publicError } from './errors.ts';
import { acceptsEventStream, isOver } from './http/event-stream.ts';

/** Answers a request. */
type Answer = (request: Request) => Promise<Response>;

/** What is reached over HTTP, and who may reach it. */
export interface HttpOptions {
  /** Where the graph lies. */
  endpoint: string;
  graph: Answer;
  /** The page on which people explore the graph, for requests that want one. */
  page: { wants: (request: Request) => boolean; answer: Answer } | undefined;
  images: Answer;
  uploads: Answer;
  origins: Origins;
  apiKeyHeader: string;
  /** What one address may ask. */
  addresses: Rate;
  /** Where clients reach the gateway, if that was configured. */
  publicUrl: string | undefined;
}

/** The gateway over HTTP. */
export interface Http {
  /** @param address Whence it comes; without one it has no share in what an address may ask. */
  fetch(request: Request, address?: string): Promise<Response>;
  /** The headers of every answer of the graph, besides those about its body: names and values in turn. */
  headersFor(visit: Visit): readonly string[];
  /** Answers nothing new but whether it is alive. What is under way goes on. */
  refuseNew(): void;
}

/** @see Http */
export function createHttp(options: HttpOptions): Http {
  const { endpoint, page, addresses, images, uploads } = options;
  const protection = protectionFor(options.publicUrl);
  let isStopping = false;

  /** The graph, as far as the asker's site may use it. */
  const graph = async (request: Request): Promise<Response> => {
    const visit = { origin: request.headers.get('origin'), host: hostOf(request) };
    const cors = Object.entries(options.origins.headersFor(visit));
    if (request.method === 'OPTIONS') {
      const headers = Object.fromEntries([...cors, ...Object.entries(preflight(options.apiKeyHeader))]);
      return new Response(null, { status: 204, headers: { allow: 'GET, POST, OPTIONS', ...headers } });
    }
    if (isOver(request)) return new Response(null, { status: 204, headers: Object.fromEntries(cors) });
    const response = await options.graph(request);
    for (const [name, value] of cors) response.headers.append(name, value);
    return response;
  };

  const route = async (request: Request, pathname: string): Promise<Response> => {
    if (pathname === endpoint) return graph(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') return wrongMethod();
    if (pathname === '/health' || pathname === '/ready') return Response.json({ status: 'ok' });
    if (pathname === '/') return new Response(null, { status: 302, headers: { location: endpoint } });
    return new Response(`There is nothing at ${pathname}. The graph is at ${endpoint}.\n`, { status: 404 });
  };

  /** Of whoever comes from no page of another site. */
  const usual = [...Object.entries(options.origins.headersFor(NOWHERE)), ...protection].flat();

  return {
    headersFor: (visit) =>
      visit.origin ? [...Object.entries(options.origins.headersFor(visit)), ...protection].flat() : usual,
    async fetch(request, address) {
      const { pathname } = new URL(request.url);
      if (isStopping && pathname !== '/health') return stopping();
      if (address !== undefined && (pathname === endpoint || pathname.startsWith('/uploads/'))) {
        // A subscription waits instead, because an EventSource gives up when it is refused.
        const refusal = acceptsEventStream(request.headers.get('accept'))
          ? await addresses.wait(address, request.signal)
          : addresses.count(address);
        if (refusal) return refused(refusal);
      }
      // These say themselves what browsers may do with them.
      if (pathname.startsWith('/images/')) return images(request);
      if (pathname.startsWith('/uploads/')) return uploads(request);
      if (pathname === endpoint && page?.wants(request)) return page.answer(request);
      const response = await route(request, pathname);
      for (const [name, value] of protection) response.headers.set(name, value);
      return response;
    },
    refuseNew() {
      isStopping = true;
    },
  };
}

const NOWHERE: Visit = { origin: undefined, host: undefined };

/** What is answered here is data: never a page, never in a frame, and nothing that a browser passes on. */
const protectionFor = (publicUrl: string | undefined): readonly (readonly [name: string, value: string])[] => [
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  // RFC 6797, 7.2: only over HTTPS, which is for the configuration to know.
  ...(publicUrl?.startsWith('https:') ? [['strict-transport-security', 'max-age=31536000'] as const] : []),
];

/** To whoever asks while the gateway stops: another one, or this one again, will answer. */
const stopping = () =>
  refused(
    publicError('SHUTTING_DOWN', 'This gateway is stopping. Ask again.', {
      http: { status: 503, headers: { 'retry-after': '1' } },
    }),
  );

/** Says why nothing was done, with the status that the error holds. */
function refused(error: GraphQLError): Response {
  const { http, ...extensions } = error.extensions as { http?: { status: number; headers?: Record<string, string> } };
  return Response.json(
    { errors: [{ message: error.message, extensions }] },
    { status: http?.status ?? 400, headers: { ...http?.headers, 'cache-control': 'no-store' } },
  );
}

const wrongMethod = () =>
  new Response('Only GET and HEAD work here.\n', { status: 405, headers: { allow: 'GET, HEAD' } });
