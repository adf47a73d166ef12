import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { parseRedisUrl, type RedisAddress } from '../util/redis-address.ts';
import type { StartTimer } from '../util/timers.ts';

/** A connection to a Redis server, to the primary that Sentinels name, or to a Cluster. */
export type RedisConnection = Redis | Cluster;

export interface RedisTimeouts {
  /** Maximum duration of one command, in milliseconds; undefined: unlimited. */
  readonly commandTimeout?: number | undefined;
  /** Maximum duration of connecting, in milliseconds. */
  readonly connectTimeout: number;
  /** Number of reconnects after which a pending command fails. */
  readonly maxRetriesPerRequest: number;
  /** Keep commands while there is no connection; otherwise they fail at once. A Cluster always keeps them. */
  readonly enableOfflineQueue: boolean;
}

const isReadOnly = (error: Error): boolean => error.message.startsWith('READONLY');

/** Longest pause between two attempts to connect, in milliseconds. */
const MAX_PAUSE = 1_000;

/** The pause before an attempt to connect, in milliseconds. */
export const reconnectPause = (attempts: number): number => Math.min(50 * 2 ** Math.min(attempts - 1, 10), MAX_PAUSE);

/**
 * Opens a connection that reconnects by itself. Each reconnect resolves the host name, or queries
 * the Sentinels, again. The caller must listen to `error` events.
 *
 * @param url As `parseRedisUrl` reads it.
 * @param onReadOnly Called with the error that shows that the server is no longer the primary.
 */
export function openConnection(
  url: string,
  timeouts: RedisTimeouts,
  onReadOnly: (error: Error) => void = () => {},
): RedisConnection {
  const address = parseAddress(url);
  const options: RedisOptions = {
    ...serverOptions(address, timeouts),
    ...(address.kind === 'sentinel' && { sentinelRetryStrategy: reconnectPause }),
    retryStrategy: reconnectPause,
    reconnectOnError(error) {
      if (!isReadOnly(error)) return false;
      onReadOnly(error);
      return true;
    },
  };
  return address.kind === 'cluster' ? openCluster(address, options) : new BlockableRedis(options);
}

/**
 * Opens a connection for subscriptions, which ends when it is interrupted.
 *
 * @param node A node of the Cluster: each of them receives the messages of all.
 */
export function openSubscriber(url: string, timeouts: RedisTimeouts, node?: Redis): Redis {
  const address = parseAddress(url);
  const { host, port } = node?.options ?? {};
  const options: RedisOptions = {
    ...serverOptions(address, timeouts),
    ...(address.kind === 'cluster' && (host !== undefined && port !== undefined ? { host, port } : address.nodes[0])),
    retryStrategy: () => null,
    sentinelRetryStrategy: () => null,
    autoResubscribe: false,
  };
  return new Redis(options);
}

function parseAddress(url: string): RedisAddress {
  const address = parseRedisUrl(url);
  // The URL is not repeated, because it may contain a password.
  if (!address) throw new RangeError('expected the URL of a Redis server, of Sentinels or of a Cluster');
  return address;
}

/** Options of connections to servers, without those for reconnecting. */
function serverOptions(address: RedisAddress, timeouts: RedisTimeouts): RedisOptions {
  const { kind, nodes, primaryName, username, password, sentinelPassword, database, tls } = address;
  const [node] = nodes;
  const location: RedisOptions =
    kind === 'sentinel' && primaryName !== undefined
      ? { sentinels: [...nodes], name: primaryName }
      : kind === 'server' && node
        ? { host: node.host, port: node.port }
        : {};
  const { commandTimeout, ...limits } = timeouts;
  return {
    ...location,
    ...limits,
    ...(commandTimeout !== undefined && { commandTimeout }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(kind !== 'cluster' && { db: database }),
    ...(tls && { tls: {}, ...(kind === 'sentinel' && { enableTLSForSentinelMode: true, sentinelTLS: {} }) }),
    // Both IPv4 and IPv6.
    family: 0,
    keepAlive: KEEP_ALIVE,
    // A former primary is still reachable after a failover, but rejects writes.
    reconnectOnError: isReadOnly,
  };
}

/** Resolves after the first attempt to connect, or after a time, in milliseconds. */
export async function firstAttempt(
  connection: RedisConnection,
  { milliseconds, startTimer }: { milliseconds: number; startTimer: StartTimer },
): Promise<void> {
  const events = ['ready', 'error', 'close'];
  await new Promise<void>((resolve) => {
    const stopTimer = startTimer(milliseconds, () => end());
    const end = () => {
      stopTimer();
      for (const event of events) connection.off(event, end);
      resolve();
    };
    for (const event of events) connection.once(event, end);
  });
}

/** Time after which an idle connection is checked by the operating system, in milliseconds. */
const KEEP_ALIVE = 10_000;

function openCluster({ nodes, tls }: RedisAddress, { retryStrategy: _, ...redisOptions }: RedisOptions): Cluster {
  const { connectTimeout = 10_000 } = redisOptions;
  const options: ClusterOptions = {
    redisOptions,
    // Otherwise commands to a node that is still connecting go to any other node, and arrive late and out of order.
    enableOfflineQueue: true,
    clusterRetryStrategy: reconnectPause,
    slotsRefreshTimeout: connectTimeout,
    // Changes of the primaries are noticed even without commands to them.
    slotsRefreshInterval: 5_000,
    maxRedirections: 8,
    // With TLS, nodes are known by the names in their certificates.
    ...(tls && { dnsLookup: (host, done) => done(null, host) }),
  };
  return new BlockableCluster([...nodes], options);
}

/** Time without any data after which a connection that waits for a blocking command is broken, in milliseconds. */
const BLOCKED_TIME = 4_000;

/** BullMQ duplicates its connection to wait for tasks: such a wait may be longer than other commands. */
const forBlocking: RedisOptions = { socketTimeout: BLOCKED_TIME, commandTimeout: undefined };

class BlockableRedis extends Redis {
  override duplicate(override?: Partial<RedisOptions>): Redis {
    return watched(super.duplicate({ ...override, ...forBlocking }));
  }
}

class BlockableCluster extends Cluster {
  override duplicate(overrideStartupNodes = [], overrideOptions: ClusterOptions = {}): Cluster {
    const redisOptions = { ...overrideOptions.redisOptions, ...forBlocking };
    return watched(super.duplicate(overrideStartupNodes, { ...overrideOptions, redisOptions }));
  }
}

/** Ignores errors, which the other connections notice as well. */
function watched<Connection extends RedisConnection>(connection: Connection): Connection {
  connection.on('error', () => {});
  return connection;
}
