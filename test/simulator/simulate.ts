import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { findRedisServer } from '../support/redis.ts';
import { check, type Violation } from './checker.ts';
import { describeRun, describeScenario } from './describe.ts';
import { drawClusterScenario } from './draw-cluster.ts';
import { drawScenario } from './draw-scenario.ts';
import { minimize, partsOf } from './minimize.ts';
import { SUBSCRIPTIONS } from './operations.ts';
import { findBug } from './plant.ts';
import { PLANTED } from './planted.ts';
import { runWithRedis } from './redis-runs.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './world.ts';

/** `npm run simulate -- --seeds 10000`: see CONTRIBUTING.md. */

const { values } = parseArgs({
  options: {
    /** Number of seeds. */
    seeds: { type: 'string', default: '1000' },
    /** The first seed. */
    from: { type: 'string', default: '1' },
    /** Rules to check, separated by commas. By default all. */
    rules: { type: 'string' },
    /** Draws scenarios with several replicas. */
    cluster: { type: 'boolean', default: false },
    /** Connects the replicas with real Redis servers, in real time. */
    redis: { type: 'boolean', default: false },
    /** Number of scenarios that run at the same time in real time. */
    parallel: { type: 'string', default: '25' },
    /** Goes on after a failure. */
    all: { type: 'boolean', default: false },
    /** Lines of the log to print for a failure. */
    lines: { type: 'string', default: '25' },
    /** Does not minimize a failing scenario. */
    raw: { type: 'boolean', default: false },
    /** Runs the simulator on copies of the sources with planted bugs, which it must find. */
    planted: { type: 'boolean', default: false },
    /** Part of the name of a planted bug. By default all. */
    bug: { type: 'string', default: '' },
  },
});

const rules = values.rules?.split(',');
const first = Number(values.from);
const end = first + Number(values.seeds);

async function violationsOf(scenario: Scenario): Promise<Violation[]> {
  const violations = check(await simulate(scenario), scenario);
  return rules ? violations.filter(({ rule }) => rules.includes(rule)) : violations;
}

async function report(seed: number, scenario: Scenario, { rule }: Violation): Promise<void> {
  const fails = async (smaller: Scenario) => (await violationsOf(smaller)).some((each) => each.rule === rule);
  const smallest = values.raw ? scenario : await minimize(scenario, fails);
  const violation = (await violationsOf(smallest)).find((each) => each.rule === rule);
  console.log(`\nSeed ${seed} violates: ${rule}`);
  console.log(`At ${violation?.at} ms: ${violation?.message}`);
  console.log(`\nThe smallest scenario (${partsOf(smallest).length} of ${partsOf(scenario).length} parts):`);
  for (const line of describeScenario(smallest)) console.log(`  ${line}`);
  console.log('\nThe end of its log:');
  const run = await simulate(smallest);
  for (const line of describeRun(run, violation?.at ?? smallest.duration, Number(values.lines)))
    console.log(`  ${line}`);
  console.log(`\nRepeat it: npm run simulate --${values.cluster ? ' --cluster' : ''} --from ${seed} --seeds 1`);
}

/** Seeds of one process, because each gateway leaves some memory behind. */
const SEEDS_PER_PROCESS = 1_000;

/** Runs many seeds in several processes, one after another. @returns True if no seed failed. */
function runInProcesses(): boolean {
  let isGreen = true;
  for (let seed = first; seed < end && (isGreen || values.all); seed += SEEDS_PER_PROCESS) {
    const seeds = Math.min(SEEDS_PER_PROCESS, end - seed);
    // The last of several equal options counts.
    const args = [...process.execArgv, ...process.argv.slice(1), '--from', String(seed), '--seeds', String(seeds)];
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
    isGreen = status === 0 && isGreen;
  }
  return isGreen;
}

async function runSeeds(): Promise<boolean> {
  const failures = new Map<string, number[]>();
  let failed = 0;
  const started = process.cpuUsage();
  for (let seed = first; seed < end; seed++) {
    const scenario = values.cluster ? drawClusterScenario(seed, SUBSCRIPTIONS) : drawScenario(seed, SUBSCRIPTIONS);
    const violations = await violationsOf(scenario);
    if (violations.length === 0) continue;
    failed++;
    for (const [rule, violation] of new Map(violations.map((each) => [each.rule, each]))) {
      const seeds = failures.get(rule) ?? [];
      failures.set(rule, [...seeds, seed]);
      // The first failure of each rule is enough.
      if (seeds.length === 0) await report(seed, scenario, violation);
    }
    if (!values.all) break;
  }
  const { user, system } = process.cpuUsage(started);
  const milliseconds = (user + system) / 1_000;
  for (const [rule, seeds] of failures) console.log(`${seeds.length} seeds violate: ${rule} (${seeds.join(', ')})`);
  console.log(
    `${end - first} seeds, ${failed} failed, ${(milliseconds / (end - first)).toFixed(1)} ms of processor time per seed`,
  );
  return failed === 0;
}

/** @returns True if every bug was found. */
async function runPlanted(): Promise<boolean> {
  let missed = 0;
  const left = PLANTED.filter(({ name }) => name.includes(values.bug));
  const work = async () => {
    for (let bug = left.shift(); bug; bug = left.shift()) {
      const found = await findBug(bug, Number(values.seeds));
      if (!found) missed++;
      console.log(
        `${found ? 'found' : 'MISSED'}: ${bug.name}${found ? ` (seed ${found.seed} violates: ${found.rule})` : ''}`,
      );
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return missed === 0;
}

/** @returns True if no seed failed. */
async function runInRealTime(): Promise<boolean> {
  const executable = findRedisServer(process.env);
  if (!executable) return false;
  const options = { executable, first, seeds: end - first, parallel: Number(values.parallel) };
  const failed = await runWithRedis(options);
  for (const { scenario, run, violations } of failed) {
    console.log(`\nSeed ${scenario.seed}:`);
    for (const { rule, at, message } of violations) console.log(`  violates: ${rule}, at ${at} ms: ${message}`);
    for (const line of describeScenario(scenario)) console.log(`  ${line}`);
    const [{ at } = { at: 0 }] = violations;
    for (const line of describeRun(run, at, Number(values.lines))) console.log(`  ${line}`);
  }
  console.log(`${options.seeds} seeds, ${failed.length} failed`);
  return failed.length === 0;
}

const run = values.redis
  ? runInRealTime
  : values.planted
    ? runPlanted
    : end - first > SEEDS_PER_PROCESS
      ? runInProcesses
      : runSeeds;
process.exitCode = (await run()) ? 0 : 1;
