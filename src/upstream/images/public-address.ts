import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { DownloadError } from './download-error.ts';

/** Resolves a host name to all of its addresses. */
export type ResolveHost = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** Resolves with the system's resolver. */
export const resolveHost: ResolveHost = (hostname) => systemLookup(hostname, { all: true, verbatim: true });

// The range assigned by IANA for the public internet (RFC 4291, section 2.4). Addresses outside of it are unassigned, or
// may embed IPv4 addresses (::127.0.0.1).
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/**
 * True if an IP address, as text, belongs to the public internet. Tunnels and translations (6to4, Teredo, NAT64,
 * IPv4-mapped) do not: they may lead to any IPv4 address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6));
}

/**
 * A lookup for sockets that fails unless all addresses of the name are public. The socket connects to the addresses that
 * were checked, which prevents DNS rebinding. Sockets look up names only: check literal addresses with
 * {@link isPublicAddress}.
 */
export function publicLookup(resolve: ResolveHost): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        const nonPublic = addresses.find(({ address }) => !isPublicAddress(address));
        if (!first || nonPublic) {
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
