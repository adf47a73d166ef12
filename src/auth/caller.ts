import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Extra } from 'graphql-ws/use/ws';
import type { WebSocket } from 'ws';
import { publicError } from '../errors.ts';
import { isProxyHeader } from '../http/proxy-headers.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { mapMaybePromise } from '../util/promises.ts';
import { type Credential, isLoopbackHost } from './credential.ts';
import type { Identify } from './identify.ts';
import type { CredentialKind, Identity, PresentedCredentials } from './identity.ts';
import type { WatchScope } from './watch-token.ts';

/** The parts of an HTTP request that identify its caller. */
export interface CallerRequest {
  readonly url: string;
  readonly headers: Pick<Headers, 'get'> & { keys(): Iterable<string> };
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
  /** Calls back when the client disconnects; returns a function that removes the callback. @default uses the signal */
  readonly onAbort?: Caller['onAbort'];
}

/** The context of an operation over HTTP. */
interface HttpContext {
  request: CallerRequest;
  /** @default the request is not recorded */
  record?: RequestRecord | undefined;
}

/** The context that graphql-ws passes for an operation over a WebSocket. */
interface SocketContext {
  connectionParams?: Readonly<Record<string, unknown>>;
  extra: Extra;
  /** Calls back when the client completes this operation or closes the socket. @default uses the socket alone */
  onAbort?: Caller['onAbort'];
  /** @default the operation is not recorded */
  record?: RequestRecord | undefined;
}

export type TransportContext = HttpContext | SocketContext;

/**
 * The abort source of one operation: its completion by the client where the transport reports that, else the caller.
 */
export const abortScopeOf = (transport: TransportContext, caller: Caller): Pick<Caller, 'onAbort'> => {
  const onAbort = 'onAbort' in transport ? transport.onAbort : undefined;
  return onAbort ? { onAbort } : caller;
};

/** The authenticated caller of an operation, and its connection. */
export interface Caller {
  /** @throws GraphQLError UNAUTHENTICATED without a usable key, or once the JWT or watch token has expired. */
  credential(): Credential;
  /** URL at which this caller reaches the gateway: scheme, host, port and path, without a trailing slash. */
  readonly baseUrl: string;
  /** Undefined without valid credentials. */
  readonly kind?: CredentialKind | undefined;
  /** True over HTTP, where subscriptions are sent as server-sent events. */
  readonly isHttp: boolean;
  /** Jobs to which a watch token restricts the caller; undefined: no restriction. */
  readonly scope?: WatchScope | undefined;
  /** Expiry of the JWT or watch token, in milliseconds since the epoch; undefined: never. */
  readonly expiresAt?: number | undefined;
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
  /** Calls back when the client disconnects. Returns a function that removes the callback. */
  onAbort(callback: () => void): () => void;
}

export interface CallerOptions {
  identify: Identify;
  /** Name of the header (and of the WebSocket connection parameter) that carries a caller's own key. */
  apiKeyHeader: string;
  /** The configured URL at which clients reach the gateway. */
  publicUrl: string | undefined;
  /** Path below which the gateway is served. @default the root */
  basePath?: string | undefined;
  /** The URL on which the gateway listens, for requests whose Host is not a loopback name. */
  listeningUrl: () => string;
  /** The current time, in milliseconds since the epoch. */
  now: () => number;
}

/**
 * The URL at which a caller reaches the gateway. Clients can send any Host header, so that only loopback names are
 * trusted.
 */
export const baseUrlFrom =
  ({ publicUrl, basePath = '', listeningUrl }: Pick<CallerOptions, 'publicUrl' | 'basePath' | 'listeningUrl'>) =>
  (host: string | null | undefined): string =>
    publicUrl ?? (isLoopbackHost(host) ? `http://${host}${basePath}` : listeningUrl());

/** Identifies the caller of an operation. */
export type IdentifyCaller = (transport: TransportContext) => Caller | Promise<Caller>;

/**
 * Identifies callers on each transport. Missing or invalid credentials are reported only once an operation reads
 * {@link Caller.credential}.
 */
export function createIdentifyCaller(options: CallerOptions): IdentifyCaller {
  const { identify, now } = options;
  const apiKeyHeader = options.apiKeyHeader.toLowerCase();
  const baseUrlOf = baseUrlFrom(options);

  const resolveCaller: IdentifyCaller = (transport) => {
    const isHttp = 'request' in transport;
    const source = isHttp ? new RequestSource(transport.request) : sourceOfHandshake(transport);
    const host = isHttp ? hostOf(transport.request) : source.header('host');
    const credentials = new RequestCredentials(source, apiKeyHeader, host);
    const toCaller = (identity: IdentityOrError) =>
      new IdentifiedCaller(identity, { transport, baseUrl: baseUrlOf(host), now });
    return mapMaybePromise(
      attempt(() => identify(credentials)),
      toCaller,
    );
  };

  /** Callers by socket: the credentials of the handshake hold for all operations on it. */
  const bySocket = new WeakMap<WebSocket, Caller | Promise<Caller>>();
  return (transport) => {
    if ('request' in transport) return resolveCaller(transport);
    const { socket } = transport.extra;
    const caller = bySocket.get(socket) ?? resolveCaller(transport);
    bySocket.set(socket, caller);
    return caller;
  };
}

type IdentityOrError = Identity | { error: unknown };

interface CallerContext {
  transport: TransportContext;
  baseUrl: string;
  now: () => number;
}

class IdentifiedCaller implements Caller {
  readonly baseUrl: string;
  readonly #identity: IdentityOrError;
  readonly #transport: TransportContext;
  readonly #now: () => number;

  constructor(identity: IdentityOrError, { transport, baseUrl, now }: CallerContext) {
    this.#identity = identity;
    this.#transport = transport;
    this.#now = now;
    this.baseUrl = baseUrl;
  }

  get isHttp(): boolean {
    return 'request' in this.#transport;
  }

  get kind(): CredentialKind | undefined {
    return 'error' in this.#identity ? undefined : this.#identity.kind;
  }

  get scope(): WatchScope | undefined {
    return 'error' in this.#identity ? undefined : this.#identity.scope;
  }

  get expiresAt(): number | undefined {
    return 'error' in this.#identity ? undefined : this.#identity.expiresAt;
  }

  get signal(): AbortSignal {
    return 'request' in this.#transport ? this.#transport.request.signal : closeSignalOf(this.#transport.extra);
  }

  credential(): Credential {
    if ('error' in this.#identity) throw this.#identity.error;
    const { credential, expiresAt } = this.#identity;
    if (expiresAt !== undefined && this.#now() >= expiresAt) throw expiredError();
    return credential;
  }

  onAbort(callback: () => void): () => void {
    if ('request' in this.#transport && this.#transport.request.onAbort) {
      return this.#transport.request.onAbort(callback);
    }
    const { signal } = this;
    if (signal.aborted) callback();
    else signal.addEventListener('abort', callback, { once: true });
    return () => signal.removeEventListener('abort', callback);
  }
}

/** The error for a request whose JWT or watch token has expired. */
export const expiredError = () =>
  publicError('UNAUTHENTICATED', 'The JWT or watch token has expired. Send the request again with a fresh one.');

function attempt(identify: () => Identity | Promise<Identity>): IdentityOrError | Promise<IdentityOrError> {
  try {
    const identity = identify();
    return identity instanceof Promise ? identity.catch((error: unknown) => ({ error })) : identity;
  } catch (error) {
    return { error };
  }
}

/** The credentials of a request or a handshake. Headers that matter only to the gateway's own key are read lazily. */
class RequestCredentials implements PresentedCredentials {
  readonly apiKey: string | null | undefined;
  readonly jwt: string | undefined;
  readonly watchToken: string | undefined;
  readonly host: string | null | undefined;
  readonly #source: CredentialSource;

  constructor(source: CredentialSource, apiKeyHeader: string, host: string | null | undefined) {
    const isKeyBearer = apiKeyHeader === 'authorization';
    const keyText = source.parameter(apiKeyHeader) ?? source.header(apiKeyHeader);
    const bearer = bearerOf(
      isKeyBearer ? keyText : (source.parameter('authorization') ?? source.header('authorization')),
    );
    this.apiKey = source.parameter('apiKey') ?? (isKeyBearer ? (bearer ?? keyText) : keyText);
    this.jwt = isKeyBearer ? undefined : bearer;
    this.watchToken = source.parameter('watchToken') ?? source.header('x-watch-token') ?? undefined;
    this.host = host;
    this.#source = source;
  }

  get origin(): string | null | undefined {
    return this.#source.header('origin');
  }

  get isForwarded(): boolean {
    return [...this.#source.headerNames()].some(isProxyHeader);
  }

  get isCrossSite(): boolean {
    return this.#source.header('sec-fetch-site')?.toLowerCase() === 'cross-site';
  }
}

/** Where credentials are read from: headers, and query or connection parameters. */
interface CredentialSource {
  header(name: string): string | null | undefined;
  /** Names of all headers, in lower case. */
  headerNames(): Iterable<string>;
  parameter(name: string): string | undefined;
}

/**
 * The headers of a request and its query parameter `watchToken`. EventSource cannot send headers, and a watch token is
 * short-lived and narrow enough for a URL.
 */
class RequestSource implements CredentialSource {
  readonly #request: CallerRequest;

  constructor(request: CallerRequest) {
    this.#request = request;
  }

  header(name: string): string | null {
    return this.#request.headers.get(name);
  }

  headerNames(): Iterable<string> {
    return this.#request.headers.keys();
  }

  parameter(name: string): string | undefined {
    if (name !== 'watchToken' || !this.#request.url.includes('watchToken=')) return undefined;
    return new URL(this.#request.url).searchParams.get('watchToken') ?? undefined;
  }
}

/**
 * The headers of a handshake and its connection parameters. Pages cannot add headers to a WebSocket handshake, so that
 * every credential may be a connection parameter.
 */
function sourceOfHandshake({ connectionParams = {}, extra }: SocketContext): CredentialSource {
  return {
    header: (name) => handshakeHeader(extra.request, name),
    headerNames: () => Object.keys(extra.request.headers),
    parameter(name) {
      const value = Object.entries(connectionParams).find(
        ([parameter]) => parameter.toLowerCase() === name.toLowerCase(),
      )?.[1];
      if (value === undefined || value === null) return undefined;
      if (typeof value === 'string' || typeof value === 'number') return String(value);
      const type = Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
      throw publicError(
        'BAD_USER_INPUT',
        `Expected \`${name}\` in connectionParams to be a string, but it is ${type}.`,
      );
    },
  };
}

/** The token of an `Authorization: Bearer` header (RFC 6750, 2.1); undefined for other schemes. */
const bearerOf = (authorization: string | null | undefined): string | undefined =>
  authorization ? /^bearer +(\S+)$/i.exec(authorization)?.[1] : undefined;

/** The host of an HTTP request: its `Host` header, else the host of its URL. */
export const hostOf = (request: Pick<CallerRequest, 'headers' | 'url'>): string =>
  request.headers.get('host') ?? new URL(request.url).host;

const closeSignals = new WeakMap<Extra['socket'], AbortSignal>();

/** A signal that aborts when a WebSocket closes, shared by all its operations. */
export function closeSignalOf({ socket }: Pick<Extra, 'socket'>): AbortSignal {
  const existing = closeSignals.get(socket);
  if (existing) return existing;
  const controller = new AbortController();
  if (socket.readyState === socket.OPEN) socket.once('close', () => controller.abort());
  else controller.abort();
  setMaxListeners(0, controller.signal);
  closeSignals.set(socket, controller.signal);
  return controller.signal;
}

const handshakeHeader = ({ headers }: IncomingMessage, name: string): string | undefined =>
  headers[name.toLowerCase()]?.toString();
