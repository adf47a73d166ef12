import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, commit, describe, describeMachine, step } from './built.ts';
import { warningsFor } from './figures.ts';
import { installPeers } from './install.ts';
import { OTHERS } from './others.ts';
import { QUICK_RESULTS, RESULTS, type Results, writePage } from './page.ts';
import { BARE, DISPATCH, gateway, type Peer } from './peers.ts';
import { absoluteTable, comparisonTables, readsTable, saturationSummary } from './report.ts';
import { type Plan, run } from './run.ts';
import { leaveServerProcessor } from './servers.ts';

/** `npm run bench`: compares the throughput of the gateway with a bare Node.js server and with other gateways. */

/** Names that `--only` accepts. */
const NAMES = [BARE.name, DISPATCH.name, 'product', ...OTHERS.map(({ name }) => name)];

function readFlags() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      only: { type: 'string' },
      against: { type: 'string' },
      json: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const { quick, only, against, write } = values;
  const json = values.json ?? (quick ? QUICK_RESULTS : RESULTS);
  const rounds = Number(values.rounds ?? (quick ? 1 : 5));
  if (!(Number.isInteger(rounds) && rounds >= 1)) {
    throw new Error(`Expected --rounds to be an integer of at least 1, got "${values.rounds}".`);
  }
  const names = only?.split(',') ?? NAMES;
  const unknown = names.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) throw new Error(`Expected --only to list ${NAMES.join(', ')}, got ${unknown.join(', ')}.`);
  const plan: Plan = quick
    ? {
        rounds,
        warming: { warmUp: 0, time: 500 },
        slowWarmUp: 1_000,
        each: { warmUp: 100, time: 500 },
        watching: { subscriptions: 2_000, jobs: 10, crowd: 1_000, changes: 10 },
      }
    : {
        rounds,
        warming: { warmUp: 0, time: 2_000 },
        slowWarmUp: 3_000,
        each: { warmUp: 300, time: 2_000, tries: 3 },
        watching: { subscriptions: 10_000, jobs: 100, crowd: 1_000, changes: 100 },
      };
  return { plan, names, against, json, write };
}

const { plan, names, against, json, write } = readFlags();
if (write) await writePage();
else await bench();

async function bench(): Promise<void> {
  const machine = describeMachine();
  console.log(describe(machine));
  if (!machine.isPinned)
    console.log('Without taskset or a second processor the servers share one: the figures are less reliable.');
  leaveServerProcessor();
  const { program, remove } = await build();
  const measurements = await run(await peersOf(program), plan, step).finally(remove);
  for (const part of [comparisonTables, absoluteTable, readsTable, saturationSummary])
    console.log(`\n${part(measurements)}`);
  for (const warning of warningsFor(measurements)) console.log(`\nWarning: ${warning}.`);
  for (const [name, why] of Object.entries(measurements.missing)) console.log(`\nOmitted ${name}: ${why}.`);
  const results: Results = { date: new Date().toISOString(), commit: commit(), machine, plan, ...measurements };
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, `${JSON.stringify(results)}\n`);
  console.log(`\n${json}, ${(performance.now() / 1_000).toFixed(0)} s`);
}

/** The selected servers; the reference server is always included, for the ratios. */
async function peersOf(program: string): Promise<Peer[]> {
  const all = [BARE, DISPATCH, gateway('product', 'this gateway', program), ...OTHERS];
  const peers = all.filter((peer) => peer === BARE || names.includes(peer.name));
  if (peers.some(({ packages }) => packages)) {
    await installPeers(step).catch((error) => step(`installation of the other servers failed: ${error}`));
  }
  if (against) peers.push(gateway('against', `this gateway as built in ${against}`, resolve(against)));
  return peers;
}
