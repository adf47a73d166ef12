import { describe, expect, test } from 'vitest';
import { FULL_PLAN } from './bench.ts';
import { readFlags } from './flags.ts';
import { median, peak, rowOf, worst } from './rows.ts';
import { SCENARIO_NAMES } from './scenarios.ts';
import { sweepSection, sweepSectionIn, sweepTable } from './sweep.ts';

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
