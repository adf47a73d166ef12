import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startProgram, startSandbox } from './processes.ts';
import { slope } from './slope.ts';
import { load } from './soak-load.ts';

/** `npm run soak`: measures memory growth over a long time of use with occasional upstream failures. */

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, clients: { type: 'string', default: '8' } },
});
const [seconds, clients] = [Number(values.seconds), Number(values.clients)];
if (!(seconds >= 10 && clients >= 1)) {
  throw new RangeError(`Expected --seconds of 10 or more and --clients of 1 or more, got ${seconds} and ${clients}.`);
}

const FAULTS = '503:*:0.02, 429:*:0.02:retryAfter=1, reset:*:0.01, reset:*:0.01:after, delay:*:0.05:ms=300';
const SAMPLES = 20;

const sandbox = await startSandbox({
  SANDBOX_FAULTS: FAULTS,
  SANDBOX_FAST_SECONDS: '5',
  SANDBOX_PREDICTION_SECONDS: '2',
});
const gateway = await startProgram({ upstreamUrl: sandbox.url, key: 'demo' });
try {
  const stop = new AbortController();
  const loading = load(gateway.url, clients, stop.signal);
  const begunAt = performance.now();
  const reads: ({ at: number } & Awaited<ReturnType<typeof gateway.sample>>)[] = [];
  // The first part warms up: filling caches and compiling code are not growth.
  const warming = seconds / 5;
  await setTimeout(warming * 1_000);
  for (let sample = 0; sample <= SAMPLES; sample++) {
    const due = warming + ((seconds - warming) * sample) / SAMPLES;
    await setTimeout(Math.max(0, due * 1_000 - (performance.now() - begunAt)));
    reads.push({ at: (performance.now() - begunAt) / 1_000, ...(await gateway.sample()) });
  }
  stop.abort();
  const tally = await loading;
  // Servers close idle keep-alive connections a few seconds later.
  await setTimeout(6_000);
  const rest = { at: (performance.now() - begunAt) / 1_000, ...(await gateway.sample()) };

  const megabytes = (bytes: number) => (bytes / 1_048_576).toFixed(1);
  const [first, last] = [reads[0] ?? rest, reads.at(-1) ?? rest];
  for (const [name, sample] of Object.entries({ 'start, warm': first, end: last, 'at rest': rest })) {
    console.log(
      `${name.padEnd(12)} ${sample.at.toFixed(0).padStart(5)} s  resident ${megabytes(sample.rss)} MB  heap ${megabytes(sample.heapUsed)} MB  handles ${sample.handles}  event loop delay median ${sample.delays.median.toFixed(1)}, p99 ${sample.delays.p99.toFixed(1)}, max ${sample.delays.max.toFixed(1)} ms`,
    );
  }
  const perMinute = (of: (sample: (typeof reads)[number]) => number) =>
    ((slope(reads.map((sample) => [sample.at, of(sample)])) * 60) / 1_048_576).toFixed(2);
  console.log(
    `growth: resident ${perMinute(({ rss }) => rss)} MB/min, heap ${perMinute((sample) => sample.heapUsed)} MB/min`,
  );
  console.log(
    `${tally.operations} operations of ${clients} clients, ${tally.withErrors} with errors, ${tally.unanswered} without a response`,
  );
} finally {
  await gateway.stop();
  await sandbox.stop();
}
