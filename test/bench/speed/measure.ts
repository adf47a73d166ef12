import { isDeepStrictEqual } from 'node:util';
import { startTool } from '../processes.ts';
import type { Load, LoadCalls } from './load.ts';
import { type Keys, QUERY_NAMES, type QueryName, requestText } from './queries.ts';
import type { Server } from './servers.ts';
import type { Upstream } from './upstreams.ts';

/** Concurrent connections of a loaded server. */
const CONNECTIONS = 32;

export type Generator = ReturnType<typeof startGenerator>;

export const startGenerator = () => startTool<LoadCalls>('speed/load.ts');

/** One way to load a server. */
export interface Row {
  query: QueryName;
  connections: number;
  keys: Keys;
}

const withKeys = (keys: Keys, query: QueryName): Row => ({ query, connections: CONNECTIONS, keys });

/** Rows measured with an upstream without delay. */
export const FAST_ROWS = {
  Q1: withKeys('rotating', 'Q1'),
  Q2: withKeys('rotating', 'Q2'),
  Q3: withKeys('rotating', 'Q3'),
  Q4: withKeys('rotating', 'Q4'),
  sharedKey: withKeys('one', 'Q2'),
  newKeys: withKeys('new', 'Q2'),
  single: { query: 'Q2', connections: 1, keys: 'one' },
} as const satisfies Record<string, Row>;

export type FastRow = keyof typeof FAST_ROWS;

export const FAST_ROW_NAMES = Object.keys(FAST_ROWS) as FastRow[];

/** Rows also measured with an upstream whose responses all differ. */
export const CHANGING_ROWS = ['Q2', 'Q3'] as const satisfies FastRow[];

export type ChangingRow = (typeof CHANGING_ROWS)[number];

/** Row measured with an upstream delay of {@link DELAY}. */
export const SLOW_ROW: Row = FAST_ROWS.Q2;

/** Response time of the slow upstream, in milliseconds. */
export const DELAY = 25;

/** A measurement: results of the load generator, and upstream requests per response. */
export interface Measured extends Load {
  readsPerResponse: number;
}

interface Bench {
  generator: Generator;
  upstream: Upstream;
}

/** Durations of warm-up and measurement, in milliseconds, and the number of tries. */
export interface Times {
  warmUp: number;
  time: number;
  /** Maximum number of measurements if other processes used the server's processor. @default 1 */
  tries?: number;
}

/** True if other processes used the server's processor. */
const isDisturbed = ({ used: [server] }: Measured): boolean =>
  server !== undefined && server.share < 0.95 && server.waited > 0.03;

/**
 * Loads a server; the first entry of {@link Measured.used} is the server, the second the upstream. A disturbed
 * measurement is repeated up to `tries` times; the least disturbed one is returned.
 */
export async function measure(bench: Bench, server: Server, row: Row, times: Times): Promise<Measured> {
  let best = await measureOnce(bench, server, row, times);
  for (let tries = 1; tries < (times.tries ?? 1) && isDisturbed(best); tries++) {
    const next = await measureOnce(bench, server, row, times);
    if ((next.used[0]?.share ?? 0) > (best.used[0]?.share ?? 0)) best = next;
  }
  return best;
}

async function measureOnce(
  { generator, upstream }: Bench,
  server: Server,
  row: Row,
  { warmUp, time }: Times,
): Promise<Measured> {
  const body = await responseOf(server, row.query);
  const before = await upstream.hits();
  const loaded = await generator.call('load', {
    port: server.port,
    connections: row.connections,
    request: requestText(server.requestOf(row.query), `127.0.0.1:${server.port}`),
    keys: row.keys,
    body,
    watched: [server.pid, upstream.pid],
    warmUp,
    time,
  });
  // The upstream counts requests of the warm-up too.
  const reads = (await upstream.hits()) - before;
  return { ...loaded, readsPerResponse: reads / loaded.sent };
}

/** Body of the response to a query. */
export async function responseOf(server: Server, name: QueryName): Promise<string> {
  const { path, method, body } = server.requestOf(name);
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'x-api-key': 'bench-0' };
  const response = await fetch(server.url + path, { method, headers, ...(body && { body }) });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${server.peer.name} responded to ${name} with status ${response.status}: ${text.slice(0, 500)}`);
  return text;
}

/** Queries that a server supports. */
export const queriesOf = ({ peer }: Server): readonly QueryName[] => peer.queries ?? QUERY_NAMES;

/** Counts the upstream requests of each query without concurrent requests. */
export async function countReads(server: Server, upstream: Upstream): Promise<Partial<Record<QueryName, number>>> {
  const counts: Partial<Record<QueryName, number>> = {};
  for (const name of queriesOf(server)) {
    const before = await upstream.hits();
    await responseOf(server, name);
    counts[name] = (await upstream.hits()) - before;
  }
  return counts;
}

/** Compares the responses of two servers. @throws Error if they return different data. */
export async function compareResponses(server: Server, model: Server): Promise<void> {
  for (const name of queriesOf(server)) {
    const [found, expected] = await Promise.all([responseOf(server, name), responseOf(model, name)]);
    if (isDeepStrictEqual(JSON.parse(found), JSON.parse(expected, server.peer.expected))) continue;
    throw new Error(
      `${server.peer.name} and ${model.peer.name} return different data for ${name}:\n${found.slice(0, 500)}\n${expected.slice(0, 500)}`,
    );
  }
}

/** Loads the upstream directly, without a server in between. */
export async function capacityOf({ generator, upstream }: Bench, path: string, times: Times): Promise<Load> {
  const port = Number(new URL(upstream.url).port);
  const request = requestText({ method: 'GET', path, body: '' }, `127.0.0.1:${port}`);
  const sends = { connections: 2 * CONNECTIONS, request, keys: 'one' } as const;
  return await generator.call('load', { port, ...sends, body: undefined, watched: [upstream.pid], ...times });
}
