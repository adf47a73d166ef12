import type { IncomingMessage } from 'node:http';
import type { Extra } from 'graphql-ws/use/ws';
import { type Access, isLoopbackHost } from './access/credential.ts';
import type { Asker } from './context.ts';

/** What Yoga hands on for a request over HTTP. */
interface HttpContext {
  request: Request;
}

/** What graphql-ws hands on for an operation over a WebSocket. */
interface SocketContext {
  connectionParams?: Readonly<Record<string, unknown>>;
  extra: Extra;
}

export type TransportContext = HttpContext | SocketContext;

export interface AskerOptions {
  access: Access;
  /** Where clients reach the gateway, if that was configured. */
  publicUrl: string | undefined;
  /** Where the gateway listens; for callers who do not name this machine. */
  listeningUrl: () => string;
}

/** Finds out who asks, and under which address, on each transport. */
export const askerFrom =
  ({ access, publicUrl, listeningUrl }: AskerOptions) =>
  (transport: TransportContext): Asker => {
    const isHttp = 'request' in transport;
    const header = (name: string) =>
      isHttp ? transport.request.headers.get(name) : handshakeHeader(transport.extra.request, name);
    const host = isHttp ? hostOf(transport.request) : header('host');
    const caller = {
      apiKey: isHttp ? header(access.apiKeyHeader) : socketKey(access.apiKeyHeader, transport),
      host,
      origin: header('origin'),
      isForwarded: FORWARDED.some((name) => header(name)),
    };
    return {
      credential: () => access.credentialOf(caller),
      // A Host header is whatever the client says it is; only one that names this machine can be believed.
      baseUrl: publicUrl ?? (isLoopbackHost(host) ? `http://${host}` : listeningUrl()),
      isHttp,
      signal: isHttp ? transport.request.signal : undefined,
    };
  };

/** What proxies add (RFC 7239, and what was there before it). */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via'];

/** The host that a request over HTTP names. */
export const hostOf = (request: Request): string => request.headers.get('host') ?? new URL(request.url).host;

/** The key of a WebSocket: `apiKey` or the header's name in the connection parameters, or the header of the handshake. */
function socketKey(header: string, { connectionParams = {}, extra }: SocketContext): string | undefined {
  const named = Object.entries(connectionParams).find(
    ([name]) => name === 'apiKey' || name.toLowerCase() === header.toLowerCase(),
  );
  const value = named?.[1] ?? handshakeHeader(extra.request, header);
  return value === undefined || value === null ? undefined : String(value);
}

const handshakeHeader = ({ headers }: IncomingMessage, name: string): string | undefined =>
  headers[name.toLowerCase()]?.toString();
