import { isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher, fetch } from 'undici';
import { monotonicNow as realMonotonicNow } from '../util/clocks.ts';
import { type ConnectorOptions, createConnector } from './connector.ts';
import { DownloadError, nameOf } from './download-error.ts';
import { MAX_PICTURE_BYTES, type Picture, pictureOfBase64 } from './picture.ts';
import type { Proxies } from './proxy.ts';
import { isPublicAddress, publicLookup, type Resolve, resolveHost } from './public-address.ts';
import { type Answer, failureOf, receivePicture } from './received-picture.ts';
import { RenewedDispatcher } from './renewed-dispatcher.ts';
import { createTimeBudget, type TimeBudget } from './time-budget.ts';

export interface DownloadOptions {
  /** Addresses of this origin (or base address) are fetched with the caller's own `fetchUpstream`. */
  upstreamOrigin: string;
  /**
   * Hosts that may also be private, speak plain HTTP and listen on other ports: `host` for any port, `host:port` for
   * one. @default none
   */
  allowedHosts?: readonly string[];
  /** The largest picture, in bytes; a longer one fails while it is read. @default 33_554_432 */
  maxBytes?: number;
  /** For all waiting on the sender, headers and body together, in milliseconds. @default 20_000 */
  timeoutMs?: number;
  /** For everything, also the waiting on a slow reader, in milliseconds. @default 3_600_000 */
  lifetimeMs?: number;
  /** Finds the addresses of a host name. @default the system's resolver */
  resolve?: Resolve;
  /** What connects to public hosts, with a lookup that it has to use. @default an undici Agent */
  connect?: (lookup: LookupFunction) => Dispatcher;
  /** Proxies that downloads go through. @default none */
  proxies?: Proxies | undefined;
  /** Age from which connections are replaced, in milliseconds. @default 60_000 */
  maxConnectionAge?: number;
  /** A monotonic clock, in milliseconds. */
  monotonicNow?: () => number;
}

/** Fetches an address of the upstream itself with a credential. It must not follow redirects: they are checked here. */
export type FetchUpstream = (url: string, signal: AbortSignal) => Promise<Response>;

/** @throws DownloadError, or the signal's reason when it aborts. The body may fail with the same while it is read. */
export type Download = (address: string, signal: AbortSignal, fetchUpstream: FetchUpstream) => Promise<Picture>;

const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Downloads pictures from addresses that the upstream hands out. Nobody vouches for those, so they must not become a
 * way into the network that this gateway stands in (server-side request forgery): apart from the upstream itself and
 * the allowed hosts only HTTPS to public addresses is visited, and no credential leaves the upstream's origin.
 */
export function createDownload(options: DownloadOptions): Download {
  const { maxBytes = MAX_PICTURE_BYTES, timeoutMs = 20_000, lifetimeMs = 3_600_000, resolve = resolveHost } = options;
  const { proxies, maxConnectionAge: maxAge = 60_000, monotonicNow = realMonotonicNow } = options;
  const agent = (connector: Pick<ConnectorOptions, 'lookup' | 'checkProxied'>) =>
    // As many connections as needed: how many images are read at once is limited by whoever reads them, fairly by key.
    new Agent({
      connect: createConnector({ ...connector, proxies, timeout: timeoutMs }),
    });
  const checkProxied = async (hostname: string) => requirePublicName(hostname, resolve);
  const { connect = (lookup: LookupFunction) => agent({ lookup, checkProxied }) } = options;
  const upstreamOrigin = new URL(options.upstreamOrigin).origin;
  const allowedHosts: ReadonlySet<string> = new Set(options.allowedHosts?.map((host) => host.toLowerCase()));
  // A URL does not show the default port, a setting may.
  const isAllowed = ({ protocol, hostname, port }: URL) =>
    allowedHosts.has(hostname) || allowedHosts.has(`${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`);
  const publicHosts = new RenewedDispatcher({ make: () => connect(publicLookup(resolve)), maxAge, monotonicNow });
  const privateHosts = new RenewedDispatcher({ make: () => agent({}), maxAge, monotonicNow });

  const visit = async (
    url: URL,
    signal: AbortSignal,
    fetchUpstream: FetchUpstream,
    allowed: boolean,
  ): Promise<Answer> => {
    if (url.username !== '' || url.password !== '') refuse(url, 'an address without user and password');
    // A blob: URL has the origin of the URL inside it.
    if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse(url, 'https');
    if (url.origin === upstreamOrigin) return fetchUpstream(url.href, signal);
    if (!allowed) requirePublic(url);
    const answer = await fetch(url, {
      dispatcher: allowed ? privateHosts : publicHosts,
      headers: { accept: 'image/webp, image/png, image/jpeg', 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal,
    });
    // undici's Response works as the platform's own does; only their type declarations differ.
    return answer as unknown as Response;
  };

  const follow = async (
    start: URL,
    budget: TimeBudget,
    fetchUpstream: FetchUpstream,
  ): Promise<{ url: URL; answer: Answer }> => {
    let url = start;
    // A public host must not choose where in the private network this gateway goes, even among the allowed hosts.
    let cameFromUs = true;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const allowed: boolean = cameFromUs && isAllowed(url);
      cameFromUs = allowed || url.origin === upstreamOrigin;
      const send = () => visit(url, budget.signal, fetchUpstream, allowed);
      const answer = await budget.within(send().catch((error) => resend(error, budget.signal, send)));
      if (!REDIRECTS.has(answer.status)) return { url, answer };
      void answer.body?.cancel().catch(() => {});
      const next = absolute(answer.headers.get('location') ?? '', url);
      if (!next) throw new DownloadError('invalid', `Expected ${nameOf(url)} to redirect to a URL, but it did not.`);
      // A stranger must not choose what is asked of the upstream with the caller's credential.
      if (next.origin === upstreamOrigin && url.origin !== upstreamOrigin) refuse(url, 'no redirect into the upstream');
      url = next;
    }
    return refuse(start, `at most ${MAX_REDIRECTS} redirects`);
  };

  return async (address, signal, fetchUpstream) => {
    signal.throwIfAborted();
    if (isEmbedded(address)) return pictureOfBase64(address, maxBytes);
    const start = absolute(address);
    if (!start) throw new DownloadError('invalid', 'Expected an absolute URL, but got an address that is none.');
    const budget = createTimeBudget({
      milliseconds: timeoutMs,
      lifetime: lifetimeMs,
      caller: signal,
      spent: (time) =>
        new DownloadError('timeout', `Expected ${nameOf(start)} within ${time} ms, but got no more of it.`),
    });
    try {
      const { url, answer } = await follow(start, budget, fetchUpstream);
      return receivePicture(answer, { from: nameOf(url), maxBytes, budget });
    } catch (error) {
      budget.end();
      throw failureOf(error, nameOf(start), budget);
    }
  };
}

/** Codes of undici and the system for a connection that was closed. */
const CLOSED: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Sends a request once more when a kept connection turns out to have been closed by its server. */
function resend(error: unknown, signal: AbortSignal, send: () => Promise<Answer>): Promise<Answer> {
  for (let cause = error; cause instanceof Error && !signal.aborted; cause = cause.cause) {
    if ('code' in cause && CLOSED.has(cause.code)) return send();
  }
  throw error;
}

const isEmbedded = (address: string) => /^\s*data:/i.test(address) || !/^\s*[a-z][a-z0-9+.-]*:/i.test(address);

const absolute = (address: string, base?: URL) =>
  URL.canParse(address, base?.href) ? new URL(address, base) : undefined;

function requirePublic(url: URL) {
  if (url.protocol !== 'https:') refuse(url, 'https');
  if (url.port !== '') refuse(url, 'port 443');
  // The URL parser has already turned decimal, hexadecimal and octal spellings of IPv4 into the usual one.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) refuse(url, 'a public address');
}

/**
 * Refuses a name that is known here to lead into a private network, before a proxy connects to it. A name that cannot be
 * resolved here is left to the proxy, which may be the only one who can.
 */
async function requirePublicName(hostname: string, resolve: Resolve): Promise<void> {
  const addresses = await resolve(hostname).catch(() => []);
  if (addresses.every(({ address }) => isPublicAddress(address))) return;
  throw new DownloadError('refused', `Expected ${hostname} to have public addresses only, but it has others.`);
}

function refuse(url: URL, expected: string): never {
  throw new DownloadError('refused', `Expected ${expected}, but got ${nameOf(url)}.`);
}
