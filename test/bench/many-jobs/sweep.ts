import { readFile, writeFile } from 'node:fs/promises';
import { pathOf } from '../processes.ts';
import { tableOf } from '../speed/report.ts';
import { type BenchOptions, withBench } from './bench.ts';
import { type Delays, measureDelays } from './delays.ts';
import { median, worst } from './rows.ts';

/** Numbers of jobs of the sweep. */
export const SWEPT_JOBS = [100, 200, 500, 1_000, 2_000, 5_000];

export interface SweepRow {
  jobs: number;
  /** Measured with lists whose rows contain the status. */
  listed: Delays;
  /** Measured with lists whose rows contain only ids, so that each job is polled by itself. */
  single: Delays;
}

/** Measures requests and delays with and without usable lists. */
export async function sweepRow(options: BenchOptions): Promise<SweepRow> {
  const measure = (rows: 'full' | 'none') =>
    withBench(options, (bench) => measureDelays(bench, options.plan.spread), { lists: { rows } });
  return { jobs: options.plan.jobs, listed: await measure('full'), single: await measure('none') };
}

const seconds = (value: number): string => (Number.isFinite(value) ? value.toFixed(1) : 'none');
const cellsOf = ({ opened, perSecond, delays }: Delays): string[] => [
  seconds(opened),
  perSecond.toFixed(1),
  `${seconds(median(delays))} / ${seconds(worst(delays))}`,
];

export const sweepTable = (rows: readonly SweepRow[]): string =>
  tableOf(
    ['jobs', ...['lists', 'single polls'].flatMap((kind) => [`${kind}: first events s`, 'GETs/s', 'delay s'])],
    rows.map(({ jobs, listed, single }) => [jobs.toLocaleString('en'), ...cellsOf(listed), ...cellsOf(single)]),
  );

const PAGE = pathOf('../../docs/performance.md');
const HEADING = '## Many watched jobs';
const SECTION = new RegExp(`${HEADING}\\n[^]*?\\n(?=## )`);

/** The section of docs/performance.md about many jobs; empty if there is none. */
export const sweepSectionIn = (page: string): string => SECTION.exec(page)?.[0] ?? '';

/** @param origin Date, commit and machine of the measurement. */
export function sweepSection(rows: readonly SweepRow[], origin: string): string {
  return `${HEADING}

${origin} Running predictions of one key, which finish one after another within a minute, with the default budget of 20 polls per second. \`npm run bench:watch -- --sweep --write\` writes this section.

- **first events**: seconds until the subscribers of all jobs have their first event.
- **GETs/s**: upstream requests per second while all jobs are running.
- **delay**: seconds from the end of a job in the upstream to its final event, median / worst.
- **lists**: the rows of the upstream’s lists contain the status. **single polls**: they contain only the id.

${sweepTable(rows)}

`;
}

/** Replaces the section of docs/performance.md, or adds it before the last one. */
export async function writeSweep(section: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const before = sweepSectionIn(page);
  const at = before ? page.indexOf(before) : page.lastIndexOf('\n## ') + 1;
  await writeFile(PAGE, page.slice(0, at) + section + page.slice(at + before.length));
  console.log(`Wrote ${PAGE}.`);
}
