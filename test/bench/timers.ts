import { setTimeout } from 'node:timers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LinkedList, LinkedNode } from '../../src/util/linked-list.ts';
import { type StartTimer, startTimer } from '../../src/util/timers.ts';
import { tableOf } from './speed/report.ts';

/**
 * `npm run bench:timers`: compares the cost of timers that are stopped before they expire, by kind of timer. Measures the
 * kinds in turns, because the speed of the machine drifts.
 */

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const DELAY = 30_000;
const WARM_UP_ROUNDS = 5;
const TIMERS_PER_ROUND = 10_000;

class QueuedTimer extends LinkedNode {
  readonly callback: () => void;
  readonly at: number;

  constructor(callback: () => void, at: number) {
    super();
    this.callback = callback;
    this.at = at;
  }
}

/** A queue in front of one Node.js timer. Does not call back, because no timer of this file expires. */
function createTimerQueue(): StartTimer {
  const timers = new LinkedList<QueuedTimer>();
  let hasTimer = false;
  return (milliseconds, callback) => {
    const timer = new QueuedTimer(callback, performance.now() + milliseconds);
    timers.add(timer);
    if (!hasTimer) setTimeout(() => timers.first?.callback(), milliseconds).unref();
    hasTimer = true;
    return () => timer.leaveList();
  };
}

/** Kinds of timers. The ratios refer to the first. */
const KINDS: readonly (readonly [name: string, start: StartTimer])[] = [
  ['startTimer', startTimer],
  [
    'setTimeout without unref',
    (milliseconds, callback) => {
      const timer = setTimeout(callback, milliseconds);
      return () => clearTimeout(timer);
    },
  ],
  ['queue', createTimerQueue()],
  [
    'AbortSignal.timeout',
    (milliseconds, callback) => {
      // It cannot be stopped: its timer runs until the signal is garbage.
      const signal = AbortSignal.timeout(milliseconds);
      signal.addEventListener('abort', callback);
      return () => signal.removeEventListener('abort', callback);
    },
  ],
];

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const nextTurn = () => new Promise<void>((resolve) => void setTimeout(resolve, 1));

/** CPU time of starting one timer and stopping the oldest, in nanoseconds. @param running Number of running timers */
async function timeOf(start: StartTimer, running: number): Promise<number> {
  const stops = Array.from({ length: running }, (_, at) => start(DELAY, () => at));
  const before = process.cpuUsage();
  for (let at = 0; at < TIMERS_PER_ROUND; at++) {
    stops[at % running]?.();
    stops[at % running] = start(DELAY, () => at);
  }
  // Collecting stopped timers is part of their cost.
  await nextTurn();
  const { user, system } = process.cpuUsage(before);
  for (const stop of stops) stop();
  return ((user + system) * 1_000) / TIMERS_PER_ROUND;
}

/** Memory of a running timer with its callback and its stop function, in bytes. */
async function memoryOf(start: StartTimer): Promise<number> {
  const stops = Array.from({ length: TIMERS_PER_ROUND }, () => () => {});
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const kept = stops.map((_, at) => start(DELAY, () => at));
  await nextTurn();
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - before;
  for (const stop of kept) stop();
  return bytes / TIMERS_PER_ROUND;
}

/** A row of the table: the median of each kind, and its ratio to the first kind. */
async function rowOf(name: string, measure: (start: StartTimer) => Promise<number>, rounds: number): Promise<string[]> {
  const figures = KINDS.map((): number[] => []);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [index, [, start]] of KINDS.entries()) {
      const figure = await measure(start);
      if (round >= 0) figures[index]?.push(figure);
      collectGarbage();
      await nextTurn();
    }
  }
  const medians = figures.map(median);
  return [name, ...medians.map((value) => `${value.toFixed(0)} (${(value / (medians[0] ?? 0)).toFixed(2)})`)];
}

const rows: string[][] = [];
for (const running of [1, 100, 10_000]) {
  rows.push(await rowOf(`ns, ${running} running`, (start) => timeOf(start, running), 41));
}
rows.push(await rowOf('bytes', memoryOf, 9));
console.log(tableOf(['', ...KINDS.map(([name]) => name)], rows));
