import { isDeepStrictEqual } from 'node:util';
import { startTool } from '../processes.ts';
import type { Load, LoadCalls } from './load.ts';
import { keysOf, QUERY_NAMES, type QueryName, requestText } from './queries.ts';
import type { Server } from './servers.ts';
import type { Upstream } from './upstreams.ts';

/** Connections that ask at once. */
const CONNECTIONS = 32;

export type Generator = ReturnType<typeof startGenerator>;

export const startGenerator = () => startTool<LoadCalls>('speed/load.ts');

/** One way to load a server. */
export interface Row {
  query: QueryName;
  connections: number;
  /** Whether each connection sends a key of its own, or all of them the same. */
  keys: 'own' | 'one';
}

const own = (query: QueryName): Row => ({ query, connections: CONNECTIONS, keys: 'own' });

/** What is measured with an upstream that answers at once. */
export const FAST_ROWS = {
  Q1: own('Q1'),
  Q2: own('Q2'),
  Q3: own('Q3'),
  Q4: own('Q4'),
  alike: { query: 'Q2', connections: CONNECTIONS, keys: 'one' },
  alone: { query: 'Q2', connections: 1, keys: 'own' },
} as const satisfies Record<string, Row>;

export type FastRow = keyof typeof FAST_ROWS;

export const FAST_ROW_NAMES = Object.keys(FAST_ROWS) as FastRow[];

/** What is also measured with one that says nothing twice in the same way. */
export const ANEW_ROWS = ['Q2', 'Q3'] as const satisfies FastRow[];

export type AnewRow = (typeof ANEW_ROWS)[number];

/** What is measured with one that takes {@link DELAY}. */
export const SLOW_ROW: Row = own('Q2');

/** How long the slow upstream takes to answer, in milliseconds. */
export const DELAY = 25;

/** A measurement: what the load found, and what the upstream was asked for each answer. */
export interface Measured extends Load {
  readsPerAnswer: number;
}

interface Bench {
  generator: Generator;
  upstream: Upstream;
}

/** How long answers are not counted yet, and then are, in milliseconds; and how often that is done. */
export interface Times {
  warmUp: number;
  time: number;
  /** How often it is measured at most, when others had the server's processor. @default once */
  tries?: number;
}

/** Whether other programs than the server ran on its processor. */
const isDisturbed = ({ used: [server] }: Measured): boolean =>
  server !== undefined && server.share < 0.95 && server.waited > 0.03;

/**
 * Loads a server; the first of {@link Measured.used} is the server, the second the upstream. What was disturbed is
 * measured again if it may be; what was disturbed least counts.
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
  const body = await answerOf(server, row.query);
  const before = await upstream.hits();
  const loaded = await generator.call('load', {
    port: server.port,
    requests: keysOf(row.connections, row.keys).map((key) =>
      requestText(server.question(row.query), `127.0.0.1:${server.port}`, key),
    ),
    body,
    watched: [server.pid, upstream.pid],
    warmUp,
    time,
  });
  // Upstream nobody tells apart which answers are counted.
  const reads = (await upstream.hits()) - before;
  return { ...loaded, readsPerAnswer: reads / loaded.sent };
}

/** The answer to a query, as text. */
export async function answerOf(server: Server, name: QueryName): Promise<string> {
  const { path, method, body } = server.question(name);
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'x-api-key': 'bench-0' };
  const response = await fetch(server.url + path, { method, headers, ...(body && { body }) });
  const text = await response.text();
  if (!response.ok)
    throw new Error(`${server.peer.name} answered ${name} with ${response.status}: ${text.slice(0, 500)}`);
  return text;
}

/** What a server can be asked. */
export const queriesOf = ({ peer }: Server): readonly QueryName[] => peer.queries ?? QUERY_NAMES;

/** What one answer to each query takes of the upstream when nobody else asks. */
export async function countReads(server: Server, upstream: Upstream): Promise<Partial<Record<QueryName, number>>> {
  const counts: Partial<Record<QueryName, number>> = {};
  for (const name of queriesOf(server)) {
    const before = await upstream.hits();
    await answerOf(server, name);
    counts[name] = (await upstream.hits()) - before;
  }
  return counts;
}

/** @throws Error when two servers do not answer the same data. */
export async function compareAnswers(server: Server, model: Server): Promise<void> {
  for (const name of queriesOf(server)) {
    const [found, expected] = await Promise.all([answerOf(server, name), answerOf(model, name)]);
    if (isDeepStrictEqual(JSON.parse(found), JSON.parse(expected, server.peer.expected))) continue;
    throw new Error(
      `${server.peer.name} and ${model.peer.name} answer ${name} differently:\n${found.slice(0, 500)}\n${expected.slice(0, 500)}`,
    );
  }
}

/** How many requests a second the upstream answers when nothing is between it and the load. */
export async function capacityOf({ generator, upstream }: Bench, path: string, times: Times): Promise<Load> {
  const port = Number(new URL(upstream.url).port);
  const request = requestText({ method: 'GET', path, body: '' }, `127.0.0.1:${port}`, 'bench-0');
  const requests = Array.from({ length: 2 * CONNECTIONS }, () => request);
  return await generator.call('load', { port, requests, body: undefined, watched: [upstream.pid], ...times });
}
