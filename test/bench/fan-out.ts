import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { distribute } from './jobs.ts';
import {
  type Burst,
  bursts,
  fanOut,
  leave,
  measureNaive,
  type Share,
  steadyRates,
  subscribe,
  warmUp,
} from './measure.ts';
import { startClients, startNaive, startProgram, startUpstream } from './processes.ts';

/** `npm run bench:fan-out`: measures the cost of thousands of subscriptions for the gateway and the upstream. */

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Amounts and durations of the measurements. */
interface Plan {
  subscriptions: number;
  jobs: number;
  /** Number of jobs with a crowd of viewers, and viewers of each. */
  popular: number;
  crowd: number;
  sockets: number;
  /** Time until polls of unchanged jobs reach the longest interval, in milliseconds. */
  slowing: number;
  /** Duration of a rate measurement, in milliseconds. */
  steady: number;
  fanOuts: number;
  bursts: number;
  /** Period after all viewers left in which no upstream request is expected, in milliseconds. */
  silence: number;
}

interface Flags {
  subscriptions: number;
  jobs: number;
  /** Subscriptions of one socket. */
  perSocket: number;
  quick: boolean;
}

function planOf({ subscriptions, jobs, perSocket, quick }: Flags): Plan {
  const popular = Math.max(1, Math.min(5, Math.floor(jobs / 2)));
  return {
    subscriptions,
    jobs,
    popular,
    crowd: Math.max(1, Math.min(1_000, Math.floor(subscriptions / (2 * popular)))),
    sockets: Math.ceil(subscriptions / perSocket),
    ...(quick
      ? { slowing: 500, steady: 5_000, fanOuts: 10, bursts: 1, silence: 2_500 }
      : { slowing: 28_000, steady: 15_000, fanOuts: 40, bursts: 4, silence: 5_000 }),
  };
}

/** Prints progress to stderr. */
function step(what: string): void {
  console.error(`  ${count(performance.now() / 1_000).padStart(4)} s  ${what}`);
}

type Results = Awaited<ReturnType<typeof measure>>;

/** Load of the naive server. */
const NAIVE = { subscriptions: 1_000, milliseconds: 10_000 };

/** Runs all measurements, and stops the processes. */
async function measure(plan: Plan, comparesNaive: boolean) {
  const started: { stop(): Promise<void> }[] = [];
  const track = <Process extends { stop(): Promise<void> }>(process: Process): Process => {
    started.push(process);
    return process;
  };
  try {
    const [upstream, clients] = [track(startUpstream()), track(startClients())];
    const upstreamUrl = await upstream.call('listen');
    const bench = async (name: string) => ({
      upstream,
      clients,
      gateway: track(await startProgram({ upstreamUrl, key: name })),
      key: name,
      audience: name,
    });
    step('starting');
    const [many, single] = await Promise.all([bench('many'), bench('single')]);
    const { jobs, popular, crowd, sockets, subscriptions } = plan;
    const viewers = distribute('job', plan);
    const names = viewers.map(({ job }) => job);

    const few = Math.max(1, Math.round(subscriptions / 20));
    step('warming up');
    await warmUp(many, {
      viewers: distribute('warm', { subscriptions: Math.max(few, jobs), jobs }),
      sockets: Math.ceil(sockets / 20),
      changes: 5,
    });
    const idle = await many.gateway.memory();
    step('subscribing');
    const [opening] = await Promise.all([
      subscribe(many, { viewers, sockets }),
      subscribe(single, { viewers: distribute('job', { subscriptions: jobs, jobs }), sockets: Math.ceil(jobs / 50) }),
    ]);

    const compare = async () => {
      const naive = track(startNaive());
      const few = distribute('job', { subscriptions: Math.min(NAIVE.subscriptions, subscriptions), jobs });
      const found = await measureNaive(
        { upstream, upstreamUrl, clients, naive },
        { viewers: few, sockets: Math.ceil(NAIVE.subscriptions / 50), milliseconds: NAIVE.milliseconds },
      );
      await naive.stop();
      return found;
    };
    step(comparesNaive ? 'measuring the naive server' : 'waiting until polls reach the longest interval');
    const [naive] = await Promise.all([comparesNaive ? compare() : undefined, setTimeout(plan.slowing)]);
    step('counting upstream requests');
    const [manyRate = Number.NaN, singleRate = Number.NaN] = await steadyRates(
      upstream,
      ['many', 'single'],
      plan.steady,
    );
    const asItIs = many.gateway.usage().rss;
    const full = await many.gateway.memory();
    await clients.call('close', { audience: 'single' });
    await single.gateway.stop();

    step('changing every job at once');
    const burstsFound = await bursts(many, names, plan.bursts);
    step('changing one job after the other');
    const fanOuts = await fanOut(many, { jobs: names.slice(0, popular), times: plan.fanOuts });
    const counts = await clients.call('counts', { audience: 'many' });
    const { perSecond } = await upstream.call('reads', { key: 'many' });
    step('leaving');
    const left = await leave(many, plan.silence);

    return {
      plan,
      opening,
      rates: { many: manyRate, single: singleRate, ratio: manyRate / singleRate },
      memory: { idle, full, asItIs, left: left.memory },
      bytesPerSubscription: {
        resident: (full.rss - idle.rss) / subscriptions,
        asItIs: (asItIs - idle.rss) / subscriptions,
        heap: (full.heapUsed - idle.heapUsed) / subscriptions,
        left: (left.memory.heapUsed - idle.heapUsed) / subscriptions,
      },
      readRateAfterAllLeft: left.rate,
      fanOut: { crowd, ...fanOuts },
      bursts: burstsFound,
      counts: { ...counts, expected: subscriptions + fanOuts.events + subscriptions * (plan.bursts + 1) },
      upstreamPerSecond: perSecond,
      naive,
    };
  } finally {
    await Promise.all(started.map((process) => process.stop()));
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

const median = (values: readonly number[]): number => percentile(values, 0.5);
const count = (value: number): string => Math.round(value).toLocaleString('en');
const decimal = (value: number): string => value.toFixed(1);
const milliseconds = (value: number): string => `${decimal(value)} ms`;
const kilobytes = (bytes: number): string => `${decimal(bytes / 1_024)} KiB`;
const megabytes = (bytes: number): string => `${decimal(bytes / 1_048_576)} MiB`;
const percent = (value: number): string => `${count(value * 100)} %`;

/** Above this share of one processor a process was at its limit. */
const SATURATED = 0.85;

function limitOf(found: readonly Burst[]): string {
  const typical = (of: (burst: Burst) => Share, what: 'main' | 'waited') =>
    median(found.map((burst) => of(burst)[what]));
  const [gateway, clients] = [(burst: Burst) => burst.gateway, (burst: Burst) => burst.clients];
  if (typical(gateway, 'waited') > 0.15) return 'the machine: the gateway waited for a processor';
  const busy = [
    ...(typical(gateway, 'main') > SATURATED ? ['the gateway'] : []),
    ...(typical(clients, 'main') > SATURATED ? ['the clients'] : []),
  ];
  return busy.length > 0 ? `${busy.join(' and ')}, at the limit of one processor` : 'neither was at its limit';
}

function print(results: Results): void {
  const { plan, opening, rates, memory, bytesPerSubscription: bytes, bursts: found, counts, naive } = results;
  const lasts = results.fanOut.changes.map(({ last }) => last);
  const firsts = results.fanOut.changes.map(({ first }) => first);
  const shares = (of: (burst: Burst) => Share) =>
    `${percent(median(found.map((burst) => of(burst).main)))} of a processor, waited ${percent(median(found.map((burst) => of(burst).waited)))}`;
  table(`${count(plan.subscriptions)} subscriptions on ${count(plan.jobs)} jobs, ${plan.sockets} sockets`, [
    [
      'subscribed, first event of all',
      `${count(opening.took)} ms, ${milliseconds(opening.cpuPerSubscription)} CPU each`,
    ],
    ['upstream requests per second, all viewers', decimal(rates.many)],
    ['upstream requests per second, one viewer per job', decimal(rates.single)],
    ['ratio', rates.ratio.toFixed(2), '~1'],
    ['resident memory per subscription', kilobytes(bytes.resident), '≤ 6 KiB'],
    ['… before a garbage collection', kilobytes(bytes.asItIs)],
    ['… of which on the JavaScript heap', kilobytes(bytes.heap)],
    [
      'resident: idle, full, all left',
      [memory.idle, memory.full, memory.left].map(({ rss }) => megabytes(rss)).join(', '),
    ],
    [
      'heap: idle, full, all left',
      [memory.idle, memory.full, memory.left].map(({ heapUsed }) => megabytes(heapUsed)).join(', '),
    ],
    ['upstream requests per second after all left', decimal(results.readRateAfterAllLeft), '0'],
    [`one change to ${count(results.fanOut.crowd)} viewers, last event, p50`, milliseconds(median(lasts)), '≤ 8 ms'],
    [`… p99 of ${lasts.length}`, milliseconds(percentile(lasts, 0.99)), '≤ 15 ms'],
    ['… first event, p50', milliseconds(median(firsts))],
    ['… CPU per event', `${count(results.fanOut.cpuPerEvent * 1_000)} µs, polls and requests included`],
    [
      `every job changes at once, last of ${count(plan.subscriptions)} events, p50 of ${found.length}`,
      milliseconds(median(found.map(({ last }) => last))),
    ],
    ['… until all upstream reads were sent', milliseconds(median(found.map(({ polled }) => polled)))],
    ['… slowest job', milliseconds(median(found.map(({ slowest }) => slowest)))],
    ['… CPU per event', `${count(median(found.map(({ gateway, events }) => (gateway.cpu / events) * 1_000)))} µs`],
    ['… the gateway’s main thread', shares(({ gateway }) => gateway)],
    ['… the clients’ main thread', shares(({ clients }) => clients)],
    ['… limited by', limitOf(found)],
    ['events, duplicates', `${count(counts.events)}, ${count(counts.repeated)}`, `${count(counts.expected)}, 0`],
  ]);
  if (!naive) return;
  table(`Naive server: ${count(naive.subscriptions)} subscriptions for ${naive.milliseconds / 1_000} s`, [
    ['upstream requests per second', decimal(naive.rate)],
    [
      '… per subscription and second',
      `${(naive.rate / naive.subscriptions).toFixed(3)}, ours ${(rates.many / plan.subscriptions).toFixed(5)}`,
    ],
    [
      '… for the same number of subscriptions, relative to ours',
      count(((naive.rate / naive.subscriptions) * plan.subscriptions) / rates.many),
    ],
    ['resident memory per subscription', kilobytes(naive.bytesPerSubscription)],
    ['events per second without changes', decimal(naive.eventRate)],
    ['CPU per event', `${count(naive.cpuPerEvent * 1_000)} µs`],
    ['main thread', `${percent(naive.main)} of a processor`],
  ]);
}

function table(title: string, rows: readonly (readonly [what: string, found: string, target?: string])[]): void {
  const width = Math.max(...rows.map(([what]) => what.length));
  console.log(`\n${title}\n`);
  for (const [what, found, target] of rows)
    console.log(`  ${what.padEnd(width)}  ${found}${target ? `  (target: ${target})` : ''}`);
}

function readFlags() {
  const { values } = parseArgs({
    options: {
      subscriptions: { type: 'string' },
      jobs: { type: 'string' },
      'per-socket': { type: 'string' },
      quick: { type: 'boolean', default: false },
      compare: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  const whole = (name: 'subscriptions' | 'jobs' | 'per-socket', fallback: number): number => {
    const number = Number(values[name] ?? fallback);
    if (Number.isInteger(number) && number >= 1) return number;
    throw new Error(`Expected --${name} to be an integer of at least 1, got "${values[name]}".`);
  };
  const { quick, compare, json } = values;
  const flags = {
    quick,
    subscriptions: whole('subscriptions', quick ? 1_000 : 10_000),
    jobs: whole('jobs', quick ? 10 : 100),
    perSocket: whole('per-socket', 50),
  };
  if (flags.subscriptions < 2 * flags.jobs) throw new Error('Expected at least two subscriptions per job.');
  return { ...flags, compare, json };
}

const flags = readFlags();
await promisify(execFile)('npm run --silent build', { cwd: root, shell: true });
const machine = {
  processors: cpus().length,
  model: cpus()[0]?.model.trim(),
  node: process.version,
  platform: process.platform,
};
console.log(`${machine.processors} × ${machine.model}, Node.js ${machine.node}, ${machine.platform}`);
const begunAt = performance.now();
const results = await measure(planOf(flags), flags.compare);
print(results);
console.log(`\n  ${count((performance.now() - begunAt) / 1_000)} s`);
if (flags.json) await writeFile(flags.json, `${JSON.stringify({ machine, ...results }, undefined, 2)}\n`);
