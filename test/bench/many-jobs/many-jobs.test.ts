import { beforeAll, describe, expect, test } from 'vitest';
import { PROGRAM } from '../processes.ts';
import { JobList, type ListSettings } from './account.ts';
import { type BenchOptions, FULL_PLAN, type Plan, startTools, withBench } from './bench.ts';
import { measureDelays } from './delays.ts';
import { readFlags } from './flags.ts';
import { median, peak, rowOf, worst } from './rows.ts';
import { LOADED_SCENARIOS, SCENARIO_NAMES, SIZED_SCENARIOS } from './scenarios.ts';
import { sweepSection, sweepSectionIn, sweepTable } from './sweep.ts';

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
  hanging: 4,
  idle: 4,
};

const LISTS: ListSettings = { rows: 'full', order: 'newest', pageSize: 3 };
/** Short intervals, so that a change is read soon. */
const settings = { WATCH_PREDICTION_FASTEST_SECONDS: '0.2', WATCH_TRAINING_FASTEST_SECONDS: '0.2' };

const inOrder = (order: ListSettings['order'], rows: ListSettings['rows'] = 'none') => {
  const list = new JobList('predictions', { rows, order, pageSize: 2 });
  for (const id of ['a', 'b', 'c']) list.add(id, Number.POSITIVE_INFINITY);
  return list;
};

describe('the upstream of the benchmark', () => {
  test.each([
    ['newest', ['c', 'b'], ['a']],
    ['oldest', ['a', 'b'], ['c']],
    ['hash', ['c', 'a'], ['b']],
  ] as const)('the pages of a list with the order %s contain each job once', (order, first, second) => {
    const list = inOrder(order);

    expect(list.page(null)).toEqual({
      predictions: first.map((id) => ({ id })),
      nextPageCursor: first[1],
      hasMore: true,
    });
    expect(list.page(first[1])).toEqual({
      predictions: second.map((id) => ({ id })),
      nextPageCursor: null,
      hasMore: false,
    });
    expect(list.page('unknown')).toBeUndefined();
  });

  test('the rows of a list contain the id, the id and the status, or all fields of the job', () => {
    const rowIn = (rows: ListSettings['rows']) => inOrder('oldest', rows).page('b');

    expect(rowIn('none')).toMatchObject({ predictions: [{ id: 'c' }] });
    expect(rowIn('status')).toMatchObject({ predictions: [{ id: 'c', status: 'processing' }] });
    expect(rowIn('full')).toMatchObject({
      predictions: [{ id: 'c', status: 'processing', createdAt: expect.any(String), images: null }],
    });
  });

  test('the image URLs of a completed prediction differ in each response', () => {
    const list = inOrder('oldest');
    list.add('done', 0);
    const job = list.get('done');

    const [one, other] = [job && list.details(job), job && list.details(job)];

    expect(one).toMatchObject({ status: 'completed', images: [{ url: expect.stringContaining('done.png') }] });
    expect(one).not.toEqual(other);
  });
});

describe('the scenarios', () => {
  let options: BenchOptions;
  beforeAll(() => {
    const tools = startTools();
    options = { program: PROGRAM, lists: LISTS, plan: QUICK, settings, tools };
    return () => tools.stop();
  });

  test('each job has one delay, and no final event comes before its job finishes', async () => {
    const { delays, early, errors } = await withBench(options, (bench) => measureDelays(bench, QUICK.spread));

    expect(delays).toHaveLength(4);
    expect(delays.every(Number.isFinite)).toBe(true);
    expect({ early, errors }).toEqual({ early: 0, errors: [] });
  });

  // The measurements of idle-memory have a test of their own: fan-out.test.ts.
  test.each(SCENARIO_NAMES.filter((name) => name !== 'idle-memory'))('%s measures all its values', async (name) => {
    const scenario = SIZED_SCENARIOS[name] ?? LOADED_SCENARIOS[name];

    const row = await scenario?.(options);

    expect(row?.values.length).toBeGreaterThan(0);
    expect(row?.values.every(Number.isFinite)).toBe(true);
  });
});

describe('the report', () => {
  test('a metric is compared with its targets value by value', () => {
    const ok = (values: number[], targets: number[]) => rowOf('', { values, targets, unit: 's' }).ok;

    expect(rowOf('delay', { values: [1, 2.5], targets: [3, 8], unit: 's' })).toEqual({
      metric: 'delay',
      values: [1, 2.5],
      result: '1 / 2.50 s',
      target: '≤ 3 / 8 s',
      ok: true,
    });
    expect([ok([3, 8], [3, 8]), ok([4, 8], [3, 8]), ok([3, 9], [3, 8]), ok([Number.POSITIVE_INFINITY], [9])]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  test('median, worst and peak are those of the sorted values', () => {
    expect([median([5, 1, 3]), worst([5, 1, 3]), peak([300, 0, 50, 99, 100], 100), peak([], 100)]).toEqual([
      3, 5, 3, 0,
    ]);
  });

  test('the section of a sweep is found again in its page', () => {
    const delays = { opened: 1, perSecond: 20, delays: [1, 2], early: 0, errors: [] };
    const section = sweepSection([{ jobs: 1_000, listed: delays, single: delays }], 'Measured today.');

    expect(sweepTable([{ jobs: 1_000, listed: delays, single: delays }])).toContain(
      '| 1,000 | 1.0 | 20.0 | 1.0 / 2.0 |',
    );
    expect(sweepSectionIn(`# Page\n\n${section}## How to run it\n`)).toBe(section);
    expect(sweepSectionIn('# Page\n\n## How to run it\n')).toBe('');
  });
});

describe('the flags', () => {
  test('without flags, all scenarios run with the numbers of jobs of the targets', () => {
    expect(readFlags([])).toEqual({
      sizes: [200, 1_000, 5_000],
      load: FULL_PLAN.jobs,
      scenarios: SCENARIO_NAMES,
      lists: { rows: 'full', order: 'newest', pageSize: 20 },
      against: undefined,
      isSweep: false,
      isWritten: false,
    });
    expect(readFlags(['--jobs', '100', '--only', 'delay,cancel'])).toMatchObject({
      sizes: [100],
      load: 100,
      scenarios: ['delay', 'cancel'],
    });
  });

  test('a malformed flag is reported with the expected values', () => {
    expect(() => readFlags(['--only', 'delays'])).toThrow('Expected --only to be one of delay, burst,');
    expect(() => readFlags(['--jobs', '0'])).toThrow('Expected --jobs to be an integer of at least 1, got "0".');
    expect(() => readFlags(['--rows', 'all'])).toThrow('Expected --rows to be one of full, status, none, got "all".');
  });
});
