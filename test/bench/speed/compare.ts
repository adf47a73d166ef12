import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, step } from './built.ts';
import { FAST_ROW_NAMES, FAST_ROWS, type FastRow, type Generator, measure, startGenerator } from './measure.ts';
import { gateway } from './peers.ts';
import { tableOf } from './report.ts';
import { leaveServerProcessor, type Server, startServer } from './servers.ts';
import { startStub, startUpstream, type Upstream } from './upstreams.ts';
import { measureWatching } from './watching.ts';

/**
 * `npm run bench:compare -- --against other/dist/main.js`: compares the speed of two builds of the gateway, or of two
 * configurations of one build, with `--env NAME=value` for this one and `--against-env` for the other. Measures
 * them in short turns, and restarts both several times, because the speed of a process and of the machine varies more
 * than most changes do. The row `events` is a change that 1,000 subscribers receive.
 */

const WARM_UP = { warmUp: 0, time: 2_000 };
const TURN = { warmUp: 50, time: 250 };
const WATCHING = { subscriptions: 2_000, jobs: 10, crowd: 1_000, changes: 20 };

const ROW_NAMES = [...FAST_ROW_NAMES, 'events'] as const;

type CompareRow = (typeof ROW_NAMES)[number];

function readFlags() {
  const { values } = parseArgs({
    options: {
      against: { type: 'string' },
      env: { type: 'string', multiple: true, default: [] },
      'against-env': { type: 'string', multiple: true, default: [] },
      rows: { type: 'string', default: FAST_ROW_NAMES.filter((name) => name !== 'single').join(',') },
      starts: { type: 'string', default: '4' },
      turns: { type: 'string', default: '20' },
      changing: { type: 'boolean', default: false },
    },
  });
  const { against, rows, env, 'against-env': againstEnv, changing, ...counts } = values;
  if (!against) throw new Error('Expected --against with the path of another build, such as other/dist/main.js.');
  const wanted = rows.split(',').map((name) => ROW_NAMES.find((known) => known === name));
  if (!wanted.every((row) => row !== undefined)) {
    throw new Error(`Expected --rows to list ${ROW_NAMES.join(', ')}, got ${rows}.`);
  }
  const [starts, turns] = [Number(counts.starts), Number(counts.turns)];
  if (!(starts >= 1 && turns >= 1)) throw new Error('Expected --starts and --turns to be at least 1.');
  const environments = [env, againstEnv].map(environmentOf);
  return { against: resolve(against), environments, rows: wanted, starts, turns, changing };
}

/** Settings that were given as `NAME=value`. */
const environmentOf = (settings: readonly string[]): Record<string, string> =>
  Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s, 2) as [string, string]));

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

/** The servers in the order of their start and warm-up: of two equal builds, the first one takes up to 5 % more time. */
interface Pair {
  readonly ours: Server;
  readonly theirs: Server;
  readonly inOrder: readonly Server[];
}

async function startPair(upstreamUrl: string, isOursFirst: boolean): Promise<Pair> {
  if (isOursFirst) {
    const ours = await startServer(peers[0], upstreamUrl);
    const theirs = await startServer(peers[1], upstreamUrl);
    return { ours, theirs, inOrder: [ours, theirs] };
  }
  const theirs = await startServer(peers[1], upstreamUrl);
  const ours = await startServer(peers[0], upstreamUrl);
  return { ours, theirs, inOrder: [theirs, ours] };
}

/** CPU time per response of the other build divided by that of this one: above 1, this build is faster. */
async function ratioOf(
  { ours, theirs, inOrder }: Pair,
  row: FastRow,
  turns: number,
  bench: { generator: Generator; upstream: Upstream },
): Promise<number> {
  const cpuOf = async (server: Server): Promise<number> => {
    const { used, responses } = await measure(bench, server, FAST_ROWS[row], TURN);
    return (used[0]?.cpu ?? 0) / responses;
  };
  for (const server of inOrder) await measure(bench, server, FAST_ROWS[row], WARM_UP);
  const ratios: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    // Alternately first, because the speed of the machine drifts.
    const [first, second] = turn % 2 === 0 ? [ours, theirs] : [theirs, ours];
    const [one, other] = [await cpuOf(first), await cpuOf(second)];
    ratios.push(first === ours ? other / one : one / other);
  }
  return median(ratios);
}

/** The same ratio for events of subscriptions. */
async function eventRatio(program: string, against: string): Promise<number> {
  const theirs = await measureWatching(against, WATCHING);
  const ours = await measureWatching(program, WATCHING);
  return theirs.cpuPerEvent / ours.cpuPerEvent;
}

const { against, environments, rows, starts, turns, changing } = readFlags();
leaveServerProcessor();
const { program, remove } = await build();
const peers = [
  gateway('product', 'this gateway', program, environments[0]),
  gateway('against', 'the other build', against, environments[1]),
] as const;
const generator = startGenerator();
const upstream = changing ? await startStub(0, { changing }) : await startUpstream();
/** Resident memory of both at the end of each start, in megabytes. */
const memory: [number[], number[]] = [[], []];
const ratios = new Map<CompareRow, number[]>(rows.map((row) => [row, []]));
try {
  for (let start = 0; start < starts; start++) {
    const pair = await startPair(upstream.url, start % 2 === 0);
    try {
      for (const [row, found] of ratios) {
        step(`start ${start + 1} of ${starts}: ${row}`);
        found.push(
          row === 'events'
            ? await eventRatio(program, against)
            : await ratioOf(pair, row, turns, { generator, upstream }),
        );
      }
      for (const [index, server] of [pair.ours, pair.theirs].entries())
        memory[index]?.push(server.usage().rss / 1_048_576);
    } finally {
      await Promise.all(pair.inOrder.map((server) => server.stop()));
    }
  }
} finally {
  await Promise.all([generator.stop(), upstream.stop(), remove()]);
}
const lines = [...ratios].map(([row, found]) => [
  row,
  median(found).toFixed(3),
  found.map((ratio) => ratio.toFixed(2)).join(' '),
]);
console.log('\nCPU time per response of the other build ÷ that of this one; above 1, this build is faster.\n');
console.log(tableOf(['query', 'median', 'each start'], lines));
const [own, other] = memory.map((values) => median(values).toFixed(0));
console.log(`\nResident memory afterwards: ${own} MB; of the other build: ${other} MB.`);
