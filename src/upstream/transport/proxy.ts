import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The proxies that requests go through, as the environment variables of the same names describe them. */
export interface Proxies {
  /** For http: addresses. */
  readonly http: URL | undefined;
  /** For https: addresses. */
  readonly https: URL | undefined;
  /** What is reached directly: entries as {@link isNoProxyEntry} describes them. */
  readonly noProxy: readonly string[];
}

/** Where a connection leads. */
export interface Destination {
  /** `http:` or `https:`. */
  readonly protocol: string;
  /** A name, or an IP address, that of IPv6 with or without brackets. */
  readonly hostname: string;
  /** Empty for the default port of the protocol. */
  readonly port: string;
}

/**
 * Whether text is an entry of NO_PROXY: `*`, a host or domain with all of its subdomains (`example.com`, `.example.com`,
 * `*.example.com`), an IP address, or a range of them (`10.0.0.0/8`); all but `*` and ranges with or without `:port`.
 */
export const isNoProxyEntry = (entry: string): boolean => !entry.includes('/') || ipaddr.isValidCIDR(entry);

/** The proxy for a destination; undefined when it is reached directly. */
export function proxyFor(destination: Destination, { http, https, noProxy }: Proxies): URL | undefined {
  const proxy = destination.protocol === 'https:' ? https : http;
  if (!proxy) return undefined;
  const host = withoutBrackets(destination.hostname).toLowerCase().replace(/\.$/, '');
  const port = portOf(destination);
  return noProxy.some((entry) => covers(entry.toLowerCase(), host, port)) ? undefined : proxy;
}

/** The port of a destination, the default one of its protocol included. */
export const portOf = ({ protocol, port }: Destination): string => port || (protocol === 'https:' ? '443' : '80');

export const withoutBrackets = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isIP(host) !== 0 && isInRange(host, entry);
  // An address of IPv6 without brackets has no port behind it.
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
