import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, step } from './built.ts';
import { FAST_ROW_NAMES, FAST_ROWS, type FastRow, type Generator, measure, startGenerator } from './measure.ts';
import { gateway } from './peers.ts';
import { tableOf } from './report.ts';
import { leaveServerProcessor, type Server, startServer } from './servers.ts';
import { startUpstream, type Upstream } from './upstreams.ts';

/**
 * `npm run bench:compare -- --against other/dist/main.js`: compares the speed of two builds of the gateway. Measures
 * them in short turns, and restarts both several times, because the speed of a process and of the machine varies more
 * than most changes do.
 */

const WARM_UP = { warmUp: 0, time: 2_000 };
const TURN = { warmUp: 50, time: 250 };

function readFlags() {
  const { values } = parseArgs({
    options: {
      against: { type: 'string' },
      rows: { type: 'string', default: FAST_ROW_NAMES.filter((name) => name !== 'single').join(',') },
      starts: { type: 'string', default: '4' },
      turns: { type: 'string', default: '20' },
    },
  });
  const { against, rows, ...counts } = values;
  if (!against) throw new Error('Expected --against with the path of another build, such as other/dist/main.js.');
  const unknown = rows.split(',').filter((name) => !(name in FAST_ROWS));
  if (unknown.length > 0) throw new Error(`Expected --rows to list ${FAST_ROW_NAMES.join(', ')}, got ${unknown}.`);
  const [starts, turns] = [Number(counts.starts), Number(counts.turns)];
  if (!(starts >= 1 && turns >= 1)) throw new Error('Expected --starts and --turns to be at least 1.');
  return { against: resolve(against), rows: rows.split(',') as FastRow[], starts, turns };
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

/** CPU time per response of the other build divided by that of this one: above 1, this build is faster. */
async function ratioOf(
  [ours, theirs]: readonly [Server, Server],
  row: FastRow,
  turns: number,
  bench: { generator: Generator; upstream: Upstream },
): Promise<number> {
  const cpuOf = async (server: Server): Promise<number> => {
    const { used, responses } = await measure(bench, server, FAST_ROWS[row], TURN);
    return (used[0]?.cpu ?? 0) / responses;
  };
  for (const server of [ours, theirs]) await measure(bench, server, FAST_ROWS[row], WARM_UP);
  const ratios: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    // Alternately first, because the speed of the machine drifts.
    const [first, second] = turn % 2 === 0 ? [ours, theirs] : [theirs, ours];
    const [one, other] = [await cpuOf(first), await cpuOf(second)];
    ratios.push(first === ours ? other / one : one / other);
  }
  return median(ratios);
}

const { against, rows, starts, turns } = readFlags();
leaveServerProcessor();
const { program, remove } = await build();
const peers = [gateway('product', 'this gateway', program), gateway('against', 'the other build', against)] as const;
const generator = startGenerator();
const upstream = await startUpstream();
const ratios = new Map<FastRow, number[]>(rows.map((row) => [row, []]));
try {
  for (let start = 0; start < starts; start++) {
    const [ours, theirs] = [await startServer(peers[0], upstream.url), await startServer(peers[1], upstream.url)];
    try {
      for (const [row, found] of ratios) {
        step(`start ${start + 1} of ${starts}: ${row}`);
        found.push(await ratioOf([ours, theirs], row, turns, { generator, upstream }));
      }
    } finally {
      await Promise.all([ours.stop(), theirs.stop()]);
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
