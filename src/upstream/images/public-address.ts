import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { DownloadError } from './download-error.ts';

/** Finds every address of a host name. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** The system's own resolver. */
export const resolveHost: Resolve = (hostname) => systemLookup(hostname, { all: true, verbatim: true });

// All that IANA has given out for the public internet (RFC 4291 section 2.4). What lies outside embeds IPv4 addresses
// in ways that a name does not show (::127.0.0.1), or belongs to nobody yet.
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/**
 * Whether an IP address, as text, belongs to the public internet. Tunnels and translations (6to4, Teredo, NAT64,
 * IPv4-mapped) do not: they lead to an IPv4 address of the sender's choice.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6));
}

/**
 * A lookup for sockets that yields public addresses or fails. Because the addresses that were checked are the ones that
 * the socket connects to, a name that resolves differently a moment later (DNS rebinding) gains nothing. Sockets look
 * up names only: whoever connects to a literal address checks it with {@link isPublicAddress}.
 */
export function publicLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        const hidden = addresses.find(({ address }) => !isPublicAddress(address));
        if (!first || hidden) {
          const error = first
            ? new DownloadError('refused', `Expected ${hostname} to have public addresses only, but it has others.`)
            : new DownloadError('unavailable', `Expected ${hostname} to have an address, but it has none.`);
          callback(error, '', 0);
        } else if (options.all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, '', 0),
    );
  };
}
