import { request as requestOverHttp } from 'node:http';
import { request as requestOverHttps } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { buildConnector } from 'undici';
import { type Proxies, portOf, proxyFor, withoutBrackets } from './proxy.ts';

export interface ConnectorOptions {
  /** @default none: every connection is direct */
  proxies?: Proxies | undefined;
  /** Path of the socket to which every connection is opened, instead of to the host of its URL. */
  socketPath?: string | undefined;
  /** Resolves names for direct connections. @default the system's resolver */
  lookup?: LookupFunction | undefined;
  /** Validates a host name before a proxy resolves it; rejects to refuse it. @default all names are accepted */
  checkProxied?: ((hostname: string) => Promise<void>) | undefined;
  /** Timeout of a connection, including that to the proxy, in milliseconds. @default 10_000 */
  timeout?: number;
}

type Connect = buildConnector.connector;

const DEFAULT_TIMEOUT = 10_000;

/**
 * Creates a connector for undici, which opens sockets directly, or through a tunnel (CONNECT, RFC 9110, 9.3.6) of the
 * destination's proxy. If it fails, nothing of the request was sent.
 */
export function createConnector({
  proxies,
  socketPath,
  lookup,
  checkProxied,
  timeout = DEFAULT_TIMEOUT,
}: ConnectorOptions = {}): Connect {
  const connect = buildConnector({
    timeout,
    ...(lookup && { lookup }),
    ...(socketPath !== undefined && { socketPath }),
  });
  if (!proxies) return connect;
  return (options, callback) => {
    const proxy = proxyFor(options, proxies);
    if (!proxy) {
      connect(options, callback);
      return;
    }
    openProxied(options, { proxy, timeout, checkProxied }).then(
      (socket) => {
        if (options.protocol === 'https:') connect({ ...options, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
}

async function openProxied(
  options: buildConnector.Options,
  { proxy, timeout, checkProxied }: { proxy: URL; timeout: number } & Pick<ConnectorOptions, 'checkProxied'>,
): Promise<Socket> {
  await checkProxied?.(withoutBrackets(options.hostname));
  return await openTunnel(`${options.hostname}:${portOf(options)}`, proxy, timeout);
}

/** Opens a tunnel through a proxy to `authority`, a host and port. */
function openTunnel(authority: string, proxy: URL, timeout: number): Promise<Socket> {
  const proxyName = `${proxy.protocol}//${proxy.host}`;
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === 'https:' ? requestOverHttps : requestOverHttp)({
      method: 'CONNECT',
      host: withoutBrackets(proxy.hostname),
      port: portOf(proxy),
      path: authority,
      headers: { host: authority, ...authorizationOf(proxy) },
      agent: false,
      timeout,
    });
    request.on('connect', ({ statusCode }, socket, head) => {
      if (statusCode !== undefined && statusCode >= 200 && statusCode < 300) {
        socket.setTimeout(0);
        if (head.byteLength > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(
        new Error(
          `expected the proxy ${proxyName} to connect to ${authority}, but its response has status ${statusCode}`,
        ),
      );
    });
    request.on('timeout', () =>
      request.destroy(new Error(`expected the proxy ${proxyName} to respond within ${timeout} ms, but it did not`)),
    );
    request.on('error', reject);
    request.end();
  });
}

function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
