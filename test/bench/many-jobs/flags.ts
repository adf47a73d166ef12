import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type ListSettings, ORDERS, ROWS } from './account.ts';
import { SCENARIO_NAMES } from './scenarios.ts';

/** Numbers of jobs in the report if `--jobs` is missing. */
const REPORTED_JOBS = [200, 1_000, 5_000];

export interface Flags {
  /** Numbers of jobs of the scenarios that run with several. */
  sizes: readonly number[];
  /** Number of jobs of the other scenarios. */
  load: number;
  scenarios: readonly string[];
  lists: ListSettings;
  /** Path of a second build, for the column "before". */
  against: string | undefined;
  isSweep: boolean;
  /** True if the sweep is written to docs/performance.md. */
  isWritten: boolean;
}

function oneOf<Name extends string>(flag: string, names: readonly Name[], value: string): Name {
  const found = names.find((name) => name === value);
  if (found) return found;
  throw new Error(`Expected --${flag} to be one of ${names.join(', ')}, got "${value}".`);
}

function whole(flag: string, value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new Error(`Expected --${flag} to be an integer of at least 1, got "${value}".`);
}

/** @throws Error if a flag is unknown or malformed. */
export function readFlags(args?: readonly string[]): Flags {
  const { values } = parseArgs({
    ...(args && { args: [...args] }),
    options: {
      jobs: { type: 'string' },
      only: { type: 'string', default: SCENARIO_NAMES.join(',') },
      rows: { type: 'string', default: 'full' },
      order: { type: 'string', default: 'newest' },
      'page-size': { type: 'string', default: '20' },
      against: { type: 'string' },
      sweep: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const jobs = values.jobs === undefined ? undefined : whole('jobs', values.jobs);
  return {
    sizes: jobs ? [jobs] : REPORTED_JOBS,
    load: jobs ?? 1_000,
    scenarios: values.only.split(',').map((name) => oneOf('only', SCENARIO_NAMES, name)),
    lists: {
      rows: oneOf('rows', ROWS, values.rows),
      order: oneOf('order', ORDERS, values.order),
      pageSize: whole('page-size', values['page-size']),
    },
    against: values.against && resolve(values.against),
    isSweep: values.sweep,
    isWritten: values.write,
  };
}
