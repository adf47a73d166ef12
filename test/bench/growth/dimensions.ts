import { startTool } from '../processes.ts';
import type { Server } from '../speed/servers.ts';
import { type Cost, costOf, type Step } from './cost.ts';
import { measureDocuments } from './documents.ts';
import { type Execute, executeAt } from './execute.ts';
import type { GrowingUpstreamCalls } from './upstream.ts';
import { measureViewers } from './viewers.ts';

/** Kinds of work that can grow, and how each is measured. */

export interface Bench {
  server: Server;
  upstream: ReturnType<typeof startGrowingUpstream>;
}

export const startGrowingUpstream = () => startTool<GrowingUpstreamCalls>('growth/upstream.ts');

export interface Dimension {
  /** Description for the report. */
  title: string;
  /** Unit of the work. */
  work: string;
  measure(bench: Bench): Promise<Step[]>;
}

const doubled = (from: number, times: number): number[] =>
  Array.from({ length: times + 1 }, (_, index) => from * 2 ** index);

/** Measures the amounts one after the other. */
const each =
  (steps: readonly number[], costAt: (bench: Bench, work: number) => Promise<Cost>): Dimension['measure'] =>
  async (bench) => {
    // The largest amount is measured first as a warm-up, so that code is compiled for all of them.
    await costAt(bench, steps.at(-1) ?? 1);
    const found: Step[] = [];
    for (const work of steps) {
      const cost = await costAt(bench, work);
      found.push({ work, ...cost, memory: bench.server.usage().rss });
    }
    return found;
  };

const repeated = ({ server }: Bench, work: (execute: Execute) => Promise<unknown>): Promise<Cost> => {
  const execute = executeAt(server.url);
  return costOf(server.usage, async () => {
    await work(execute);
  });
};

const PAGE = `query Page($after: String) {
  models(first: 100, after: $after) { nodes { id displayName } pageInfo { hasNextPage endCursor } }
}`;

interface Page {
  models: { nodes: object[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

async function readAllPages(execute: Execute, expected: number): Promise<void> {
  let found = 0;
  for (let after: string | undefined; ; ) {
    const { models } = await execute<Page>({ query: PAGE, variables: { after } });
    found += models.nodes.length;
    if (!models.pageInfo.hasNextPage) break;
    after = models.pageInfo.endCursor;
  }
  if (found !== expected) throw new Error(`Expected ${expected} models, got ${found}.`);
}

/** Number of documents made unique, so that each is parsed and validated. */
let documents = 0;
const unique = (document: string): string => document.replace('query', `query D${documents++}`);

/** Nested fields up to the gateway's depth limit: models within trainings within models. */
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

/** By the names that `--only` accepts. */
export const DIMENSIONS: Readonly<Record<string, Dimension>> = {
  pages: {
    title: 'a list read page by page',
    work: 'models',
    measure: each(doubled(10, 7), async (bench, models) => {
      await bench.upstream.call('resize', { models });
      return await repeated(bench, (execute) => readAllPages(execute, models));
    }),
  },
  nesting: {
    title: 'nested fields',
    work: 'depth',
    measure: each([3, 6, 12], (bench, depth) => repeated(bench, (execute) => execute({ query: nested(depth) }))),
  },
  fragments: {
    title: 'nested fragments, in a new document each time',
    work: 'fragments',
    measure: each(doubled(4, 5), (bench, fragments) =>
      repeated(bench, (execute) => execute({ query: unique(chained(fragments)) })),
    ),
  },
  repetition: {
    title: 'the same field repeated, in a new document each time',
    work: 'fields',
    measure: each(doubled(16, 5), (bench, fields) =>
      repeated(bench, (execute) =>
        execute({ query: unique(`query { models(first: 1) { nodes { ${'id '.repeat(fields)}} } }`) }),
      ),
    ),
  },
  callers: {
    title: 'concurrent callers, each with its own key',
    work: 'callers',
    measure: each(doubled(1, 10), (bench, callers) =>
      repeated(bench, (execute) =>
        Promise.all(
          Array.from({ length: callers }, (_, index) =>
            execute({ query: '{ models { nodes { id displayName } } }', key: `growth-${index}` }),
          ),
        ),
      ),
    ),
  },
  payload: {
    title: 'longer texts in a response',
    work: 'bytes of each of 20 prompts',
    measure: each(doubled(100, 10), async (bench, promptBytes) => {
      await bench.upstream.call('resize', { promptBytes });
      return await repeated(bench, (execute) => execute({ query: '{ predictions { nodes { id prompt } } }' }));
    }),
  },
  documents: {
    title: 'different documents, in total',
    work: 'documents',
    measure: (bench) => measureDocuments(bench, doubled(1_250, 3)),
  },
  viewers: {
    title: 'viewers of one job that all receive a change',
    work: 'viewers',
    measure: () => measureViewers(doubled(32, 5)),
  },
};
