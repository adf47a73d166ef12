import { beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM } from '../processes.ts';
import { type BenchOptions, type Plan, startTools, withBench } from './bench.ts';
import { measureDelays } from './delays.ts';
import { LOADED_SCENARIOS, SCENARIO_NAMES, SIZED_SCENARIOS } from './scenarios.ts';

/** The shortest durations in which each scenario still runs completely. */
const QUICK: Plan = {
  jobs: 4,
  settle: 100,
  spread: 300,
  repeats: 2,
  distance: 10,
  subscribers: [1, 3],
  successors: 3,
  reloads: 2,
  reloadAfter: 50,
  keys: 2,
  jobsPerKey: 2,
  outage: 300,
  observed: 300,
  hanging: 4,
  idle: 4,
};

/** Short intervals, so that a change is read soon. */
const settings = {
  WATCH_PREDICTION_FASTEST_SECONDS: '0.2',
  WATCH_PREDICTION_SLOWEST_SECONDS: '0.5',
  WATCH_TRAINING_FASTEST_SECONDS: '0.2',
  WATCH_TRAINING_SLOWEST_SECONDS: '0.5',
};

describe('the scenarios', () => {
  let options: BenchOptions;
  beforeAll(() => {
    const tools = startTools();
    options = { program: PROGRAM, lists: { rows: 'full', order: 'newest', pageSize: 3 }, plan: QUICK, settings, tools };
    return () => tools.stop();
  });

  test('each job has one delay, and no final event comes before its job finishes', async () => {
    const { delays, early, errors } = await withBench(options, (bench) => measureDelays(bench, QUICK.spread));

    expect(delays).toHaveLength(4);
    expect(delays.every(Number.isFinite)).toBe(true);
    expect({ early, errors }).toEqual({ early: 0, errors: [] });
  });

  test('the GETs for a finished job are counted, and each subscriber receives its final event', async () => {
    const row = await LOADED_SCENARIOS['finished-job']?.(options);

    expect(row?.values[0]).toBeGreaterThanOrEqual(1);
    expect(row?.values[0]).toBeLessThanOrEqual(QUICK.successors);
    expect(row?.result).toContain(`${QUICK.successors} received the final event`);
  });

  // The measurements of idle-memory have a test of their own: fan-out.test.ts.
  test.each(SCENARIO_NAMES.filter((name) => name !== 'idle-memory' && name !== 'finished-job'))(
    '%s measures all its values',
    async (name) => {
      const scenario = SIZED_SCENARIOS[name] ?? LOADED_SCENARIOS[name];

      const row = await scenario?.(options);

      expect(row?.values.length).toBeGreaterThan(0);
      expect(row?.values.every(Number.isFinite)).toBe(true);
    },
  );
});
