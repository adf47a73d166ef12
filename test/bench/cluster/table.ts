import { median } from '../many-jobs/rows.ts';
import { tableOf } from '../speed/report.ts';
import { LATENCY } from './latency.ts';
import type { Load, RowResult } from './measure-row.ts';
import type { Shape } from './replicas.ts';
import type { Plan } from './watching.ts';

/** Greatest allowed values. */
const TARGETS = {
  /** GETs relative to those of one replica. */
  gets: 1.05,
  /** Time until another replica polls, and until its subscribers have an event, in seconds. */
  takeover: 5,
  /** Time until a poll that another replica requests, in milliseconds. */
  reaction: 50,
};

/** A column. `isMet` is undefined where there is no target. */
interface Column {
  title: string;
  meaning: string;
  target?: string;
  cell: (row: RowResult, first: RowResult, plan: Plan) => string;
  isMet?: (row: RowResult, first: RowResult) => boolean;
}

const NONE = '–';

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

const seconds = (milliseconds: number): string => (milliseconds / 1_000).toFixed(1);
const whole = (value: number): string => Math.round(value).toLocaleString('en');
const both = (values: readonly number[], text: (value: number) => string): string =>
  `${text(median(values))} / ${text(percentile(values, 0.99))}`;
const getsOf = ({ gets }: RowResult): number => gets.opening + gets.steady + gets.changing;
const perSecond = ({ steady }: RowResult): number => (steady.redis?.commands ?? Number.NaN) / steady.seconds;
/** Commands of a period beyond those of the same time without changes. */
const beyondSteady = (row: RowResult, { redis, seconds }: Load): number =>
  (redis?.commands ?? Number.NaN) - perSecond(row) * seconds;

/** Times of all takeovers of a row, in seconds. */
const takeoverTimes = ({ takeovers }: RowResult): number[] => takeovers.map(({ poll, event }) => Math.max(poll, event));

export const COLUMNS: readonly Column[] = [
  {
    title: 'GETs',
    meaning: 'upstream GETs from the first subscription to the last event',
    cell: (row) => whole(getsOf(row)),
  },
  {
    title: '÷ one',
    meaning: 'the same relative to the first row of replicas, or of workers',
    target: `≤ ${TARGETS.gets}`,
    cell: (row, first) => (getsOf(row) / getsOf(first)).toFixed(2),
    isMet: (row, first) => getsOf(row) / getsOf(first) <= TARGETS.gets,
  },
  {
    title: 'change → event s',
    meaning: 'seconds from the end of a job in the upstream to the event of a subscriber, median / 99th percentile',
    cell: ({ delays }) => both(delays, seconds),
  },
  {
    title: 'response → event ms',
    meaning:
      'milliseconds from the first upstream response that shows this end to the event, median / 99th percentile: the part that does not depend on the poll interval',
    cell: ({ deliveries }) => both(deliveries, whole),
  },
  {
    title: 'first event ms',
    meaning: `milliseconds from a subscription to its first event, without the ${LATENCY} ms of the upstream, median of the slowest replica`,
    target: `≤ ${TARGETS.reaction}`,
    cell: ({ reactions }) => whole(reactions.firstEvent),
    isMet: ({ reactions }) => reactions.firstEvent <= TARGETS.reaction,
  },
  {
    title: 'wake ms',
    meaning:
      'milliseconds from a cancellation in the upstream, requested from another replica than that of the subscriber, to the next poll of the job, median of the slowest replica',
    target: `≤ ${TARGETS.reaction}`,
    cell: ({ reactions }) => whole(reactions.wake),
    isMet: ({ reactions }) => reactions.wake <= TARGETS.reaction,
  },
  {
    title: 'takeover s',
    meaning:
      'seconds from `kill -9` of the replica that polls to the first poll of another one and to the last event of a job that finished meanwhile, median / worst',
    target: `≤ ${TARGETS.takeover}`,
    cell: (row) => {
      const times = takeoverTimes(row);
      return times.length === 0 ? NONE : `${median(times).toFixed(1)} / ${Math.max(...times).toFixed(1)}`;
    },
    isMet: (row) => takeoverTimes(row).every((time) => time <= TARGETS.takeover),
  },
  {
    title: 'Redis commands/s',
    meaning: 'commands per second while nothing changes, including those inside scripts',
    cell: (row) => (row.steady.redis ? perSecond(row).toFixed(1) : NONE),
  },
  {
    title: '… per job',
    meaning: 'the same for each watched job',
    cell: (row, _, { jobs }) => (row.steady.redis ? (perSecond(row) / jobs).toFixed(2) : NONE),
  },
  {
    title: '… per change',
    meaning: 'further commands for each change of a job',
    cell: (row, _, { jobs }) => (row.changing.redis ? (beyondSteady(row, row.changing) / jobs).toFixed(1) : NONE),
  },
  {
    title: '… per subscription',
    meaning: 'further commands for each subscription',
    cell: (row, _, { subscribers }) =>
      row.opening.redis ? (beyondSteady(row, row.opening) / subscribers).toFixed(1) : NONE,
  },
  {
    title: 'CPU %',
    meaning:
      'share of one processor that each process of the gateway used while nothing changed; with workers, the primary process comes first',
    cell: ({ steady }) => steady.cpu.map((share) => (share * 100).toFixed(1)).join(', '),
  },
];

export const nameOf = ({ kind, count }: Shape): string => (count === 1 ? `1 ${kind.slice(0, -1)}` : `${count} ${kind}`);

/** The row with which a row is compared: the first one of its kind. */
const firstOf = (rows: readonly RowResult[], row: RowResult): RowResult =>
  rows.find(({ shape }) => shape.kind === row.shape.kind) ?? row;

/** The table, with the targets in the last row. */
export const clusterTable = (rows: readonly RowResult[], plan: Plan): string =>
  tableOf(
    ['', ...COLUMNS.map(({ title }) => title)],
    [
      ...rows.map((row) => [nameOf(row.shape), ...COLUMNS.map(({ cell }) => cell(row, firstOf(rows, row), plan))]),
      ['target', ...COLUMNS.map(({ target = '' }) => target)],
    ],
  );

/** The missed targets, as sentences. */
export const missedTargets = (rows: readonly RowResult[], plan: Plan): string[] =>
  rows.flatMap((row) => {
    const first = firstOf(rows, row);
    return COLUMNS.filter(({ isMet }) => isMet && !isMet(row, first)).map(
      ({ title, target, cell }) => `${nameOf(row.shape)}: ${title} is ${cell(row, first, plan)}, expected ${target}`,
    );
  });
