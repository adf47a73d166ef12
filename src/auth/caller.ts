import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Extra } from 'graphql-ws/use/ws';
import type { WebSocket } from 'ws';
import { publicError } from '../errors.ts';
import { isProxyHeader } from '../http/proxy-headers.ts';
import { type Credential, isLoopbackHost } from './credential.ts';
import type { Identify, Identity, PresentedCredentials } from './identity.ts';
import type { WatchScope } from './watch-token.ts';

/** A request over HTTP, as far as it tells who asks. */
export interface CallerRequest {
  readonly url: string;
  readonly headers: Pick<Headers, 'get'> & { keys(): Iterable<string> };
  /** Aborts when the asker leaves. */
  readonly signal: AbortSignal;
  /** Calls back when the asker leaves, unless that is called off. @default told by the signal */
  readonly onAbort?: Caller['onAbort'];
}

/** What is known of a request over HTTP. */
interface HttpContext {
  request: CallerRequest;
}

/** What graphql-ws hands on for an operation over a WebSocket. */
interface SocketContext {
  connectionParams?: Readonly<Record<string, unknown>>;
  extra: Extra;
  /** Calls back when the client completes this operation or closes the socket. @default told by the socket alone */
  onAbort?: Caller['onAbort'];
}

export type TransportContext = HttpContext | SocketContext;

/** What ends an operation before its result: the caller that leaves, or that completes this operation alone. */
export const abortScopeOf = (transport: TransportContext, asker: Caller): Pick<Caller, 'onAbort'> => {
  const onAbort = 'onAbort' in transport ? transport.onAbort : undefined;
  return onAbort ? { onAbort: onAbort } : asker;
};

/** Who asks, and how. */
export interface Caller {
  /** @throws GraphQLError UNAUTHENTICATED when there is no key to act with. */
  credential(): Credential;
  /** Where the asker reaches the gateway: scheme, host and port, without a trailing slash. */
  readonly baseUrl: string;
  /** Whether it asks over HTTP, so that a stream is one of server-sent events. */
  readonly isHttp: boolean;
  /** What of all that the credential sees they may see; undefined: everything. */
  readonly scope?: WatchScope | undefined;
  /** When they are to say again who they are, in milliseconds since the epoch; undefined: never. */
  readonly expiresAt?: number | undefined;
  /** Aborts when the asker leaves. */
  readonly signal: AbortSignal;
  /** Calls back when the asker leaves, unless that is called off, by what is returned. */
  onAbort(callback: () => void): () => void;
}

export interface CallerOptions {
  identify: Identify;
  /** Name of the header (and of the WebSocket connection parameter) that carries a caller's own key. */
  apiKeyHeader: string;
  /** Where clients reach the gateway, if that was configured. */
  publicUrl: string | undefined;
  /** Where the gateway listens; for callers who do not name this machine. */
  listeningUrl: () => string;
  /** The current time, in milliseconds since the epoch. */
  now: () => number;
}

/** Where a caller reaches the gateway. A Host header is whatever the client says; only this machine's name is believed. */
export const baseUrlFrom =
  ({ publicUrl, listeningUrl }: Pick<CallerOptions, 'publicUrl' | 'listeningUrl'>) =>
  (host: string | null | undefined): string =>
    publicUrl ?? (isLoopbackHost(host) ? `http://${host}` : listeningUrl());

/** Finds out who asks. */
export type IdentifyCaller = (transport: TransportContext) => Caller | Promise<Caller>;

/** Finds out who asks, and under which address, on each transport. Whoever cannot be acted for is told when it matters. */
export function createIdentifyCaller(options: CallerOptions): IdentifyCaller {
  const { identify, now } = options;
  const apiKeyHeader = options.apiKeyHeader.toLowerCase();
  const baseUrlOf = baseUrlFrom(options);

  const find: IdentifyCaller = (transport) => {
    const isHttp = 'request' in transport;
    const said = isHttp ? sourceOfRequest(transport.request) : sourceOfHandshake(transport);
    const host = isHttp ? hostOf(transport.request) : said.header('host');
    const caller = new RequestCredentials(said, apiKeyHeader, host);
    const known = (identity: IdentityOrError) =>
      new IdentifiedCaller(identity, { transport, baseUrl: baseUrlOf(host), now });
    const identity = attempt(() => identify(caller));
    return identity instanceof Promise ? identity.then(known) : known(identity);
  };

  /** Whoever opens a socket says who they are once, for all that is asked over it. */
  const bySocket = new WeakMap<WebSocket, Caller | Promise<Caller>>();
  return (transport) => {
    if ('request' in transport) return find(transport);
    const { socket } = transport.extra;
    const known = bySocket.get(socket) ?? find(transport);
    bySocket.set(socket, known);
    return known;
  };
}

type IdentityOrError = Identity | { refusal: unknown };

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

  get scope(): WatchScope | undefined {
    return 'refusal' in this.#identity ? undefined : this.#identity.scope;
  }

  get expiresAt(): number | undefined {
    return 'refusal' in this.#identity ? undefined : this.#identity.expiresAt;
  }

  get signal(): AbortSignal {
    return 'request' in this.#transport ? this.#transport.request.signal : closeSignalOf(this.#transport.extra);
  }

  credential(): Credential {
    if ('refusal' in this.#identity) throw this.#identity.refusal;
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

/** For whoever said who they are, and has to say it again. */
export const expiredError = () =>
  publicError('UNAUTHENTICATED', 'What was brought to say who asks has expired. Ask again with a fresh one.');

function attempt(identify: () => Identity | Promise<Identity>): IdentityOrError | Promise<IdentityOrError> {
  try {
    const identity = identify();
    return identity instanceof Promise ? identity.catch((refusal: unknown) => ({ refusal })) : identity;
  } catch (refusal) {
    return { refusal };
  }
}

/** The caller of a request or a handshake. What only the gateway's own key depends on is read when it is needed. */
class RequestCredentials implements PresentedCredentials {
  readonly apiKey: string | null | undefined;
  readonly jwt: string | undefined;
  readonly watchToken: string | undefined;
  readonly host: string | null | undefined;
  readonly #said: CredentialSource;

  constructor(said: CredentialSource, apiKeyHeader: string, host: string | null | undefined) {
    const isKeyBearer = apiKeyHeader === 'authorization';
    const keyText = said.named(apiKeyHeader) ?? said.header(apiKeyHeader);
    const bearer = bearerOf(isKeyBearer ? keyText : (said.named('authorization') ?? said.header('authorization')));
    this.apiKey = said.named('apiKey') ?? (isKeyBearer ? (bearer ?? keyText) : keyText);
    this.jwt = isKeyBearer ? undefined : bearer;
    this.watchToken = said.named('watchToken') ?? said.header('x-watch-token') ?? undefined;
    this.host = host;
    this.#said = said;
  }

  get origin(): string | null | undefined {
    return this.#said.header('origin');
  }

  get isForwarded(): boolean {
    return [...this.#said.headerNames()].some(isProxyHeader);
  }

  get isCrossSite(): boolean {
    return this.#said.header('sec-fetch-site')?.toLowerCase() === 'cross-site';
  }
}

/** What a caller says of itself: in headers, and under a name elsewhere. */
interface CredentialSource {
  header(name: string): string | null | undefined;
  /** In lower case. */
  headerNames(): Iterable<string>;
  named(name: string): string | undefined;
}

/** EventSource sends no headers of its own: a watch token, which expires and shows little, may stand in the address. */
function sourceOfRequest({ headers, url }: CallerRequest): CredentialSource {
  const token = url.includes('watchToken=') ? (new URL(url).searchParams.get('watchToken') ?? undefined) : undefined;
  return {
    header: (name) => headers.get(name),
    headerNames: () => headers.keys(),
    named: (name) => (name === 'watchToken' ? token : undefined),
  };
}

/** Browsers send no headers of their own with a handshake: everything may stand in the connection parameters. */
function sourceOfHandshake({ connectionParams = {}, extra }: SocketContext): CredentialSource {
  return {
    header: (name) => handshakeHeader(extra.request, name),
    headerNames: () => Object.keys(extra.request.headers),
    named(name) {
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

/** The token of an Authorization header (RFC 6750, 2.1); other schemes are not for this gateway. */
const bearerOf = (authorization: string | null | undefined): string | undefined =>
  /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];

/** The host that a request over HTTP names. */
export const hostOf = (request: Pick<CallerRequest, 'headers' | 'url'>): string =>
  request.headers.get('host') ?? new URL(request.url).host;

const closeSignals = new WeakMap<Extra['socket'], AbortSignal>();

/** Aborts when a WebSocket closes: one signal for all its operations. */
export function closeSignalOf({ socket }: Pick<Extra, 'socket'>): AbortSignal {
  const known = closeSignals.get(socket);
  if (known) return known;
  const controller = new AbortController();
  if (socket.readyState === socket.OPEN) socket.once('close', () => controller.abort());
  else controller.abort();
  setMaxListeners(0, controller.signal);
  closeSignals.set(socket, controller.signal);
  return controller.signal;
}

const handshakeHeader = ({ headers }: IncomingMessage, name: string): string | undefined =>
  headers[name.toLowerCase()]?.toString();
