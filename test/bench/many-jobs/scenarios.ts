import type { BenchOptions } from './bench.ts';
import { delayRow } from './delays.ts';
import { idleMemory } from './idle-memory.ts';
import { hangingOutage, hangingPolls, outage } from './outages.ts';
import { equalReads, finishedJob, reloads } from './read-counts.ts';
import type { Row } from './rows.ts';
import { cancel, firstEvent, waitSeconds, watchedJob } from './under-load.ts';

/** Measures one line of the report, with processes of its own. */
export type Scenario = (options: BenchOptions) => Promise<Row>;

/** The scenarios that run with each number of jobs. */
export const SIZED_SCENARIOS: Readonly<Record<string, Scenario>> = {
  delay: (options) => delayRow(options, { isBurst: false }),
  burst: (options) => delayRow(options, { isBurst: true }),
};

/** The scenarios that run once, under the load of 1,000 jobs unless another number is given. */
export const LOADED_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'first-event': firstEvent,
  'watched-job': watchedJob,
  cancel,
  'wait-seconds': waitSeconds,
  reloads,
  'finished-job': finishedJob,
  outage,
  'hanging-outage': hangingOutage,
  'hanging-polls': hangingPolls,
  'equal-reads': equalReads,
  'idle-memory': idleMemory,
};

export const SCENARIO_NAMES = [...Object.keys(SIZED_SCENARIOS), ...Object.keys(LOADED_SCENARIOS)];
