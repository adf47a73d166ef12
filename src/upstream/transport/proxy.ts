import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The proxies of HTTP_PROXY and HTTPS_PROXY, and the exceptions of NO_PROXY. */
export interface Proxies {
  /** Proxy for http: URLs. */
  readonly http: URL | undefined;
  /** Proxy for https: URLs. */
  readonly https: URL | undefined;
  /** Hosts that are reached directly; {@link isNoProxyEntry} describes the format. */
  readonly noProxy: readonly string[];
}

/** The destination of a connection. */
export interface Destination {
  /** `http:` or `https:`. */
  readonly protocol: string;
  /** A host name or IP address; IPv6 with or without brackets. */
  readonly hostname: string;
  /** Empty for the default port of the protocol. */
  readonly port: string;
}

/**
 * True if a text is an entry of NO_PROXY: `*`, a host or domain with all of its subdomains (`example.com`, `.example.com`,
 * `*.example.com`), an IP address, or a range (`10.0.0.0/8`). All but `*` and ranges may have a `:port`.
 */
export const isNoProxyEntry = (entry: string): boolean => !entry.includes('/') || ipaddr.isValidCIDR(entry);

/** The proxy for a destination; undefined if it is reached directly. */
export function proxyFor(destination: Destination, { http, https, noProxy }: Proxies): URL | undefined {
  const proxy = destination.protocol === 'https:' ? https : http;
  if (!proxy) return undefined;
  const host = withoutBrackets(destination.hostname).toLowerCase().replace(/\.$/, '');
  const port = portOf(destination);
  return noProxy.some((entry) => matchesEntry(entry.toLowerCase(), host, port)) ? undefined : proxy;
}

/** The port of a destination, by default that of its protocol. */
export const portOf = ({ protocol, port }: Destination): string => port || (protocol === 'https:' ? '443' : '80');

export const withoutBrackets = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

function matchesEntry(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isIP(host) !== 0 && isInRange(host, entry);
  // An IPv6 address without brackets has no port.
  const [, name = entry, onlyPort] = isIP(entry) === 6 ? [] : (/^(.+?)(?::(\d+))?$/.exec(entry) ?? []);
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const domain = withoutBrackets(name).replace(/^\*?\./, '');
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

function isInRange(host: string, range: string): boolean {
  const address = ipaddr.process(host);
  const [network, bits] = ipaddr.parseCIDR(range);
  return address.kind() === network.kind() && address.match(network, bits);
}
