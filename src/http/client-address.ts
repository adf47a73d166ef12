import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

/**
 * The proxies whose entries in `X-Forwarded-For` are trusted: the number of hops right before this server, or their
 * networks, as `10.0.0.0/8`, an address or a name of {@link NETWORK_NAMES}. 0: none.
 */
export type TrustProxy = number | readonly string[];

/** Names of networks, as in Express. */
export const NETWORK_NAMES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Maximum length of an address with its zone, in characters. */
const MAX_ADDRESS_LENGTH = 100;

/**
 * Creates a function that returns the address of the client of a request. It begins with the peer of the connection and
 * follows `X-Forwarded-For` from its end: each entry was added by the proxy behind it, and is used only if that proxy is
 * trusted. Entries before that one may be forged by the client.
 *
 * @param overSocket True if connections arrive over a Unix socket. Its peer has no address, and is the first proxy.
 */
export function createClientAddress(
  trust: TrustProxy,
  overSocket = false,
): (request: IncomingMessage) => string | undefined {
  const peerName = overSocket ? 'unix socket' : undefined;
  if (trust === 0) return ({ socket }) => socket.remoteAddress ?? peerName;
  const isTrusted = trustTest(trust);
  return ({ socket, headers }) => {
    const peer = socket.remoteAddress;
    let left = String(headers['x-forwarded-for'] ?? '');
    let address = peer ?? peerName;
    for (let hop = 0; left !== '' && (hop === 0 && overSocket ? true : isTrusted(address, hop)); hop++) {
      const comma = left.lastIndexOf(',');
      const entry = hostOf(left.slice(comma + 1).trim());
      if (entry === '') break;
      address = entry;
      left = left.slice(0, Math.max(comma, 0));
    }
    return address;
  };
}

function trustTest(trust: TrustProxy): (address: string | undefined, hop: number) => boolean {
  if (typeof trust === 'number') return (_, hop) => hop < trust;
  const networks = trust.flatMap((entry) => NETWORK_NAMES[entry] ?? [entry]).map(parseNetwork);
  return (address) => {
    if (address === undefined || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return networks.some(
      (network) => network !== undefined && parsed.kind() === network[0].kind() && parsed.match(network),
    );
  };
}

/** Parses `10.0.0.0/8`, or an address alone; undefined if it is neither. */
export function parseNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  // IPv4 addresses with fewer than four parts, such as 10.1, are valid elsewhere, but mostly mistakes.
  if (!text.includes(':') && !/^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(text)) return undefined;
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** The host of an entry, without the port that some proxies add. */
function hostOf(entry: string): string {
  const [, host] =
    /^(?:\[([^\]]*)\]|(\d+\.\d+\.\d+\.\d+))(?::\d+)?$/.exec(entry)?.filter((part) => part !== undefined) ?? [];
  return (host ?? entry).slice(0, MAX_ADDRESS_LENGTH);
}
