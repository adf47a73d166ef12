import { isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher, fetch } from 'undici';
import { monotonicNow as realMonotonicNow } from '../../util/clocks.ts';
import { type ConnectorOptions, createConnector } from '../transport/connector.ts';
import type { Proxies } from '../transport/proxy.ts';
import { RenewedDispatcher } from '../transport/renewed-dispatcher.ts';
import { type ImageResponse, receiveImage, toDownloadError } from './bounded-response.ts';
import { DownloadError, displayUrl } from './download-error.ts';
import { type ImageStream, imageFromBase64, MAX_IMAGE_STREAM_BYTES } from './image-stream.ts';
import { isPublicAddress, publicLookup, type ResolveHost, resolveHost } from './public-address.ts';
import { createTimeBudget, type TimeBudget } from './time-budget.ts';

export interface DownloadOptions {
  /** URLs of this origin are fetched with `fetchUpstream`. May be a base URL. */
  upstreamOrigin: string;
  /**
   * Hosts that may have private addresses, use plain HTTP and listen on other ports than 443: `host` for any port,
   * `host:port` for one. @default none
   */
  allowedHosts?: readonly string[];
  /** Maximum size of an image, in bytes; a larger one fails while it is read. @default 33_554_432 */
  maxBytes?: number;
  /** Total time to wait for the sender, for headers and body, in milliseconds. @default 20_000 */
  timeoutMs?: number;
  /** Total time including that of a slow reader, in milliseconds. @default 3_600_000 */
  lifetimeMs?: number;
  /** Resolves a host name. @default the system's resolver */
  resolve?: ResolveHost;
  /** Creates the dispatcher for public hosts, which must use the given lookup. @default an undici Agent */
  connect?: (lookup: LookupFunction) => Dispatcher;
  /** Proxies for downloads. @default none */
  proxies?: Proxies | undefined;
  /** Age from which connections are replaced, in milliseconds. @default 60_000 */
  maxConnectionAge?: number;
  /** A monotonic clock, in milliseconds. */
  monotonicNow?: () => number;
}

/** Fetches a URL of the upstream with a credential. It must not follow redirects, which are checked here. */
export type FetchUpstream = (url: string, signal: AbortSignal) => Promise<Response>;

/** Downloads an image. @throws DownloadError, or the signal's reason if it aborts; so may the body while it is read. */
export type Download = (address: string, signal: AbortSignal, fetchUpstream: FetchUpstream) => Promise<ImageStream>;

const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Downloads images from URLs in responses of the upstream. These are untrusted and must not give access to this gateway's
 * own network (server-side request forgery): except for the upstream itself and the allowed hosts, only HTTPS URLs with
 * public addresses are fetched. Credentials are sent to the upstream's origin only.
 */
export function createDownload(options: DownloadOptions): Download {
  const {
    maxBytes = MAX_IMAGE_STREAM_BYTES,
    timeoutMs = 20_000,
    lifetimeMs = 3_600_000,
    resolve = resolveHost,
  } = options;
  const { proxies, maxConnectionAge: maxAge = 60_000, monotonicNow = realMonotonicNow } = options;
  const agent = (connector: Pick<ConnectorOptions, 'lookup' | 'checkProxied'>) =>
    // Connections are not limited here: the callers limit how many images are read at once, fairly by key.
    new Agent({
      connect: createConnector({ ...connector, proxies, timeout: timeoutMs }),
    });
  const checkProxied = async (hostname: string) => requirePublicName(hostname, resolve);
  const { connect = (lookup: LookupFunction) => agent({ lookup, checkProxied }) } = options;
  const upstreamOrigin = new URL(options.upstreamOrigin).origin;
  const allowedHosts: ReadonlySet<string> = new Set(options.allowedHosts?.map((host) => host.toLowerCase()));
  // A URL omits the default port, a setting may contain it.
  const isAllowed = ({ protocol, hostname, port }: URL) =>
    allowedHosts.has(hostname) || allowedHosts.has(`${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`);
  const publicHosts = new RenewedDispatcher({ create: () => connect(publicLookup(resolve)), maxAge, monotonicNow });
  const privateHosts = new RenewedDispatcher({ create: () => agent({}), maxAge, monotonicNow });

  const requestImage = async (
    url: URL,
    signal: AbortSignal,
    fetchUpstream: FetchUpstream,
    allowed: boolean,
  ): Promise<ImageResponse> => {
    if (url.username !== '' || url.password !== '') refuse(url, 'a URL without user and password');
    // A blob: URL has the origin of the URL that it contains.
    if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse(url, 'https');
    if (url.origin === upstreamOrigin) return fetchUpstream(url.href, signal);
    if (!allowed) requirePublic(url);
    const response = await fetch(url, {
      dispatcher: allowed ? privateHosts : publicHosts,
      headers: { accept: 'image/webp, image/png, image/jpeg', 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal,
    });
    // undici's Response equals the global one; only their type declarations differ.
    return response as unknown as Response;
  };

  const follow = async (
    start: URL,
    budget: TimeBudget,
    fetchUpstream: FetchUpstream,
  ): Promise<{ url: URL; response: ImageResponse }> => {
    let url = start;
    // A redirect of a public host must not lead into the private network, not even to an allowed host.
    let isFromTrusted = true;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const allowed: boolean = isFromTrusted && isAllowed(url);
      isFromTrusted = allowed || url.origin === upstreamOrigin;
      const send = () => requestImage(url, budget.signal, fetchUpstream, allowed);
      const response = await budget.within(send().catch((error) => resend(error, budget.signal, send)));
      if (!REDIRECTS.has(response.status)) return { url, response };
      void response.body?.cancel().catch(() => {});
      const next = absolute(response.headers.get('location') ?? '', url);
      if (!next)
        throw new DownloadError('invalid', `Expected ${displayUrl(url)} to redirect to a URL, but it did not.`);
      // A redirect of another host must not choose a request to the upstream with the caller's credential.
      if (next.origin === upstreamOrigin && url.origin !== upstreamOrigin) refuse(url, 'no redirect to the upstream');
      url = next;
    }
    return refuse(start, `at most ${MAX_REDIRECTS} redirects`);
  };

  return async (address, signal, fetchUpstream) => {
    signal.throwIfAborted();
    if (isEmbedded(address)) return imageFromBase64(address, maxBytes);
    const start = absolute(address);
    if (!start) throw new DownloadError('invalid', 'Expected an absolute URL, but got another text.');
    const budget = createTimeBudget({
      milliseconds: timeoutMs,
      lifetime: lifetimeMs,
      caller: signal,
      timeoutError: (time) =>
        new DownloadError(
          'timeout',
          `Expected ${displayUrl(start)} within ${time} ms, but it was not complete by then.`,
        ),
    });
    try {
      const { url, response } = await follow(start, budget, fetchUpstream);
      return receiveImage(response, { from: displayUrl(url), maxBytes, budget });
    } catch (error) {
      budget.end();
      throw toDownloadError(error, displayUrl(start), budget);
    }
  };
}

/** Error codes of undici and the system for a closed connection. */
const CLOSED_CODES: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Sends a request again if the server has closed the keep-alive connection that it used. */
function resend(error: unknown, signal: AbortSignal, send: () => Promise<ImageResponse>): Promise<ImageResponse> {
  for (let cause = error; cause instanceof Error && !signal.aborted; cause = cause.cause) {
    if ('code' in cause && CLOSED_CODES.has(cause.code)) return send();
  }
  throw error;
}

const isEmbedded = (address: string) => /^\s*data:/i.test(address) || !/^\s*[a-z][a-z0-9+.-]*:/i.test(address);

const absolute = (address: string, base?: URL) =>
  URL.canParse(address, base?.href) ? new URL(address, base) : undefined;

function requirePublic(url: URL) {
  if (url.protocol !== 'https:') refuse(url, 'https');
  if (url.port !== '') refuse(url, 'port 443');
  // The URL parser has normalized decimal, hexadecimal and octal forms of IPv4.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) refuse(url, 'a public address');
}

/**
 * Rejects a name that resolves to a private address, before a proxy connects to it. A name that cannot be resolved here is
 * passed to the proxy, which may be the only one that can.
 */
async function requirePublicName(hostname: string, resolve: ResolveHost): Promise<void> {
  const addresses = await resolve(hostname).catch(() => []);
  if (addresses.every(({ address }) => isPublicAddress(address))) return;
  throw new DownloadError('refused', `Expected ${hostname} to have public addresses only, but it has others.`);
}

function refuse(url: URL, expected: string): never {
  throw new DownloadError('refused', `Expected ${expected}, but got ${displayUrl(url)}.`);
}
