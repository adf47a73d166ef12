import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { build, commit, describeMachine, step } from '../speed/built.ts';
import { GROWTH_RESULTS, type GrowthResults } from '../speed/page.ts';
import { gateway } from '../speed/peers.ts';
import { leaveServerProcessor, startServer } from '../speed/servers.ts';
import { DIMENSIONS, type Dimension, startGrowingUpstream } from './dimensions.ts';
import { exponentOf, type GrowthResult, growthTable, MAX_EXPONENT, summaryTable } from './report.ts';

/** `npm run bench:growth`: exits with 1 if twice the work costs more than twice as much. */

function readFlags() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, json: { type: 'string', default: GROWTH_RESULTS } },
  });
  const names = values.only?.split(',') ?? Object.keys(DIMENSIONS);
  const unknown = names.filter((name) => !(name in DIMENSIONS));
  if (unknown.length > 0) {
    throw new Error(`Expected --only to list ${Object.keys(DIMENSIONS).join(', ')}, got ${unknown.join(', ')}.`);
  }
  return { names, json: values.json };
}

/** The largest documents exceed the default: the growth of their cost is what justifies the limit. */
const SETTINGS = { MAX_QUERY_COMPARISONS: '400000' };

/** Measures a dimension on a new gateway, so that no state of another dimension remains. */
async function grow(program: string, { title, work, measure }: Dimension): Promise<GrowthResult> {
  const upstream = startGrowingUpstream();
  try {
    const server = await startServer(
      gateway('product', 'this gateway', program, SETTINGS),
      await upstream.call('listen'),
    );
    try {
      return { title, work, steps: await measure({ server, upstream }) };
    } finally {
      await server.stop();
    }
  } finally {
    await upstream.stop();
  }
}

const { names, json } = readFlags();
const machine = describeMachine();
leaveServerProcessor();
const { program, remove } = await build();
const grown: Record<string, GrowthResult> = {};
try {
  for (const [name, dimension] of Object.entries(DIMENSIONS)) {
    if (!names.includes(name)) continue;
    step(name);
    const found = await grow(program, dimension);
    grown[name] = found;
    console.log(`\n${found.title}\n\n${growthTable(found)}`);
  }
} finally {
  await remove();
}
console.log(`\n${summaryTable(grown)}`);
await mkdir(dirname(json), { recursive: true });
const results: GrowthResults = { date: new Date().toISOString(), commit: commit(), machine, grown };
await writeFile(json, `${JSON.stringify(results)}\n`);
const steep = Object.entries(grown).filter(([, found]) => exponentOf(found) > MAX_EXPONENT);
for (const [name] of steep) console.log(`\n${name} grows faster than linearly.`);
process.exitCode = steep.length > 0 ? 1 : 0;
