import { startTool } from '../processes.ts';
import type { Server } from '../speed/servers.ts';
import { type Ask, askAt } from './ask.ts';
import { type Cost, costOf, type Step } from './cost.ts';
import { measureDocuments } from './documents.ts';
import type { GrowingUpstreamCalls } from './upstream.ts';
import { measureViewers } from './viewers.ts';

/** What can grow, and what it costs the gateway for each amount of it. */

export interface Bench {
  server: Server;
  upstream: ReturnType<typeof startGrowingUpstream>;
}

export const startGrowingUpstream = () => startTool<GrowingUpstreamCalls>('growth/upstream.ts');

export interface Dimension {
  /** What grows, for people. */
  title: string;
  /** What is counted. */
  work: string;
  measure(bench: Bench): Promise<Step[]>;
}

const doubled = (from: number, times: number): number[] =>
  Array.from({ length: times + 1 }, (_, index) => from * 2 ** index);

/** Measures one amount after the other. */
const each =
  (steps: readonly number[], costAt: (bench: Bench, work: number) => Promise<Cost>): Dimension['measure'] =>
  async (bench) => {
    // The most first, and again at its turn, so that code is compiled for all of them.
    await costAt(bench, steps.at(-1) ?? 1);
    const found: Step[] = [];
    for (const work of steps) {
      const cost = await costAt(bench, work);
      found.push({ work, ...cost, memory: bench.server.usage().rss });
    }
    return found;
  };

const repeated = ({ server }: Bench, doIt: (ask: Ask) => Promise<unknown>): Promise<Cost> => {
  const ask = askAt(server.url);
  return costOf(server.usage, async () => {
    await doIt(ask);
  });
};

const PAGE = `query Page($after: String) {
  models(first: 100, after: $after) { nodes { id displayName } pageInfo { hasNextPage endCursor } }
}`;

interface Page {
  models: { nodes: object[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

async function walk(ask: Ask, expected: number): Promise<void> {
  let found = 0;
  for (let after: string | undefined; ; ) {
    const { models } = await ask<Page>({ query: PAGE, variables: { after } });
    found += models.nodes.length;
    if (!models.pageInfo.hasNextPage) break;
    after = models.pageInfo.endCursor;
  }
  if (found !== expected) throw new Error(`Expected ${expected} models, got ${found}.`);
}

/** Documents of which no two are alike, so that each is read and judged anew. */
let documents = 0;
const anew = (document: string): string => document.replace('query', `query D${documents++}`);

/** Fields within fields, as many as the gateway lets in: two models deep, or four, each through a training. */
const nested = (depth: number): string => {
  const levels = ['models(first: 1)', 'nodes'];
  while (levels.length < depth - 1) levels.push(...['trainings(first: 1)', 'nodes', 'model']);
  const used = levels.slice(0, depth - 1);
  return `query { ${used.join(' { ')} { __typename ${'} '.repeat(depth)}`;
};

const chained = (fragments: number): string =>
  [
    'query { models(first: 1) { nodes { ...F0 } } }',
    ...Array.from({ length: fragments }, (_, index) =>
      index === fragments - 1
        ? `fragment F${index} on Model { id }`
        : `fragment F${index} on Model { ...F${index + 1} }`,
    ),
  ].join('\n');

/** By the names that `--only` knows. */
export const DIMENSIONS: Readonly<Record<string, Dimension>> = {
  pages: {
    title: 'a list that is walked, page by page',
    work: 'models',
    measure: each(doubled(10, 7), async (bench, models) => {
      await bench.upstream.call('hold', { models });
      return await repeated(bench, (ask) => walk(ask, models));
    }),
  },
  nesting: {
    title: 'fields within fields',
    work: 'depth',
    measure: each([3, 6, 12], (bench, depth) => repeated(bench, (ask) => ask({ query: nested(depth) }))),
  },
  fragments: {
    title: 'fragments within fragments, in a new document each time',
    work: 'fragments',
    measure: each(doubled(4, 5), (bench, fragments) =>
      repeated(bench, (ask) => ask({ query: anew(chained(fragments)) })),
    ),
  },
  repetition: {
    title: 'one field again and again, in a new document each time',
    work: 'fields',
    measure: each(doubled(16, 5), (bench, fields) =>
      repeated(bench, (ask) => ask({ query: anew(`query { models(first: 1) { nodes { ${'id '.repeat(fields)}} } }`) })),
    ),
  },
  callers: {
    title: 'callers at the same time, each with a key of its own',
    work: 'callers',
    measure: each(doubled(1, 10), (bench, callers) =>
      repeated(bench, (ask) =>
        Promise.all(
          Array.from({ length: callers }, (_, index) =>
            ask({ query: '{ models { nodes { id displayName } } }', key: `growth-${index}` }),
          ),
        ),
      ),
    ),
  },
  payload: {
    title: 'longer texts in an answer',
    work: 'bytes of each of 20 prompts',
    measure: each(doubled(100, 10), async (bench, promptBytes) => {
      await bench.upstream.call('hold', { promptBytes });
      return await repeated(bench, (ask) => ask({ query: '{ predictions { nodes { id prompt } } }' }));
    }),
  },
  documents: {
    title: 'documents of which no two are alike, altogether',
    work: 'documents',
    measure: (bench) => measureDocuments(bench, doubled(1_250, 3)),
  },
  viewers: {
    title: 'viewers of one job, who are all told of a change',
    work: 'viewers',
    measure: () => measureViewers(doubled(32, 5)),
  },
};
