import { tableOf } from '../speed/report.ts';
import type { Estimate } from './estimate.ts';
import { PROCESSES, type Scenario } from './scenario.ts';
import type { Rates } from './simulate.ts';

/** The example of docs/scaling.md. */

export const HEADING = 'Worked example, simulated';

const whole = (value: number): string => Math.round(value).toLocaleString('en');
/** Three significant digits, because more would suggest a precision that the figures do not have. */
const rounded = (value: number): string =>
  Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 2 });
const megabytes = (bytes: number): string => `${rounded(bytes / 1e6)} MB`;
const seconds = (milliseconds: number): string => `${rounded(milliseconds / 1_000)} s`;
const percent = (share: number): string => `${rounded(share * 100)} %`;

/** A variant of the example. */
export interface Variant {
  title: string;
  scenario: Scenario;
  rates: Rates;
  estimate: Estimate;
}

const FIGURES: readonly (readonly [name: string, of: (variant: Variant) => string])[] = [
  ['subscribers of one process', ({ estimate }) => whole(estimate.subscribersPerProcess)],
  ['memory of one process', ({ estimate }) => megabytes(estimate.memoryPerProcess)],
  ['upstream requests/s', ({ estimate }) => rounded(estimate.reads)],
  ['… of one key (budget 20)', ({ estimate }) => rounded(estimate.readsPerKey)],
  [
    'delay from a change to its report, median / worst',
    ({ rates }) => `${seconds(rates.medianDelay)} / ${seconds(rates.worstDelay)}`,
  ],
  ['changes/s', ({ estimate }) => rounded(estimate.changes)],
  ['events to subscribers/s', ({ estimate }) => rounded(estimate.events)],
  ['new subscriptions/s', ({ estimate }) => rounded(estimate.subscriptions)],
  ['messages published/s', ({ estimate }) => rounded(estimate.published)],
  ['messages that Redis delivers/s', ({ estimate }) => rounded(estimate.delivered)],
  ['… their size', ({ estimate }) => `${megabytes(estimate.deliveredBytes)}/s`],
  ['Redis commands/s', ({ estimate }) => rounded(estimate.commands)],
  ['processors of Redis', ({ estimate }) => estimate.redisCpu.map(rounded).join(' to ')],
  ['states stored in Redis', ({ estimate }) => megabytes(estimate.storedBytes)],
  ['CPU of one process: events', ({ estimate }) => percent(estimate.cpu.events)],
  ['… subscriptions', ({ estimate }) => percent(estimate.cpu.subscriptions)],
  ['… messages of other processes', ({ estimate }) => percent(estimate.cpu.messages)],
  ['… polls', ({ estimate }) => percent(estimate.cpu.polls)],
];

export const exampleTable = (variants: readonly Variant[]): string =>
  tableOf(
    ['', ...variants.map(({ title }) => title)],
    FIGURES.map(([name, of]) => [name, ...variants.map(of)]),
  );

export const RATE_COLUMNS = [
  'reads of single jobs',
  'reads of pages',
  'changes',
  'new jobs',
  'messages with needs',
  'messages with reports',
];

/** The rates of each key, in the order of the columns. */
export const ratesOf = ({ keys, ...rates }: Rates): number[] =>
  [rates.singleReads, rates.pageReads, rates.changes, rates.starts, rates.needs.messages, rates.reports.messages].map(
    (perSecond) => perSecond / keys,
  );

const rowOf = (title: string, rates: Rates): string[] => [title, ...ratesOf(rates).map((rate) => rate.toFixed(3))];

/** Title of a row of the rates. */
export const titleOf = (variant: string, keys: number): string => `${variant}, ${keys} keys`;

/** The rates of a run that a test repeats, and of all variants. */
export function ratesTable(checked: Rates, variants: readonly Variant[]): string {
  const [first] = variants;
  return tableOf(
    ['per key and second', ...RATE_COLUMNS],
    [
      rowOf(titleOf(first?.title ?? '', checked.keys), checked),
      ...variants.map(({ title, rates }) => rowOf(titleOf(title, rates.keys), rates)),
    ],
  );
}

/** @param origin Date and commit of the simulation. */
export function sectionText(origin: string, checked: Rates, variants: readonly Variant[]): string {
  const [first] = variants;
  if (!first) return '';
  const { keys, jobsPerKey, subscribersPerJob, duration, changes, joinWithin, warmUp, period } = first.scenario;
  const jobs = keys * jobsPerKey;
  return `${origin} ${whole(jobs * subscribersPerJob)} subscribers of ${whole(jobs)} running predictions of ${keys} keys on ${PROCESSES} processes. A job takes about ${duration / 60_000} minutes, changes ${changes} times, and is followed by another one at once. Its ${subscribersPerJob} subscribers subscribe within ${joinWithin / 1_000} s of its start. A page of the upstream's list has 20 rows that show all fields.

The schedule, the owner and its messages are those of the gateway, with a simulated clock; \`npm run bench:scaling -- --write\` writes this section. ${first.rates.keys} keys were simulated one by one, because they do not affect each other, for ${warmUp / 1_000} s and then for the ${period / 1_000} s that are counted. What one process and Redis need for this is computed from the measured costs above. Delays do not include the time from the owner to the subscriber.

- **any process**: the load balancer chooses among all processes, so that each process has subscribers of each key.
- **${variants.at(-1)?.title}**: the load balancer chooses by the key, for example by a hash of the header \`x-api-key\`.

${exampleTable(variants)}

A test repeats the first of these runs, and compares the others with it.

${ratesTable(checked, variants)}`;
}
