/** Where a Redis is, as `REDIS_URL` describes it. */
export interface RedisAddress {
  /** One server, the current primary of Sentinels, or a Cluster. */
  readonly kind: 'server' | 'sentinel' | 'cluster';
  /** The server, the Sentinels, or some nodes of the Cluster. */
  readonly nodes: readonly RedisNode[];
  /** Name by which the Sentinels know the primary. */
  readonly primaryName?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Password of the Sentinels themselves. */
  readonly sentinelPassword?: string | undefined;
  /** Number of the database. */
  readonly database: number;
  readonly tls: boolean;
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

const SYNTAX =
  /^(?<protocol>rediss?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<username>[^:@/?#]*)(?::(?<password>[^/?#]*))?@)?(?<nodes>[^@/?#\s]+)(?:\/(?<path>[^/?#]*))?(?:\?(?<query>[^#]*))?$/;

const SENTINEL_PORT = 26_379;
const SERVER_PORT = 6_379;

/**
 * Parses `redis://host:port/database`, `redis+sentinel://host:port,host:port/primary?db=1` or
 * `redis+cluster://host:port,host:port`, each with `user:password@` and with `rediss` for TLS.
 *
 * @returns Undefined if the text is none of them.
 */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  const found = SYNTAX.exec(text)?.groups;
  if (!found) return undefined;
  const { protocol, username, password, path = '', query } = found;
  const kind = found.kind === 'sentinel' || found.kind === 'cluster' ? found.kind : 'server';
  const parameters = new URLSearchParams(query);
  const nodes = (found.nodes ?? '').split(',').map((node) => parseNode(node, kind));
  const database = databaseOf(kind === 'server' ? path || parameters.get('db') : parameters.get('db'));
  const isComplete = kind === 'sentinel' ? path !== '' : kind === 'server' ? nodes.length === 1 : path === '';
  if (!isComplete || database === undefined || (kind === 'cluster' && database !== 0)) return undefined;
  if (!nodes.every((node) => node !== undefined)) return undefined;
  try {
    return {
      kind,
      nodes,
      ...(kind === 'sentinel' && { primaryName: decodeURIComponent(path) }),
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(parameters.has('sentinelPassword') && { sentinelPassword: parameters.get('sentinelPassword') ?? '' }),
      database,
      tls: protocol === 'rediss',
    };
  } catch {
    return undefined;
  }
}

function parseNode(text: string, kind: RedisAddress['kind']): RedisNode | undefined {
  // Any scheme without a default port keeps the port as it is written.
  if (text === '' || !URL.canParse(`node://${text}`)) return undefined;
  const { hostname, port } = new URL(`node://${text}`);
  if (hostname === '') return undefined;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (kind === 'sentinel' ? SENTINEL_PORT : SERVER_PORT) : Number(port),
  };
}

function databaseOf(text: string | null): number | undefined {
  if (text === null || text === '') return 0;
  return /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}
