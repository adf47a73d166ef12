import { DELAY, type Measured } from './measure.ts';
import type { ServerMeasurements } from './run.ts';

/** Columns of the report, computed from the measurements of each server. */

/** A column of a comparison table. */
export interface Column {
  title: string;
  /** Target of this gateway. @default none: the column is informative */
  target?: { is: 'at least' | 'at most'; value: number };
  /** Digits after the decimal point. */
  digits: number;
  /** One value per round. */
  of(server: ServerMeasurements, bare: ServerMeasurements): number[];
}

/** One way to load a server to its limit. */
export interface Load {
  title: string;
  meaning: string;
  rounds(server: ServerMeasurements): readonly Measured[];
  /** Measurements of the reference server for comparison. @default those of `rounds` */
  reference?(bare: ServerMeasurements): readonly Measured[];
  /** Minimum ratio of responses per second and of CPU time, and maximum ratio of p99 latencies. */
  targets: { atLeast: number; p99?: number };
}

const CHANGING = 'with an upstream whose responses all differ, in every row and in the signatures of image URLs';

export const LOADS: readonly Load[] = [
  {
    title: 'Q1',
    meaning: 'a list of 20 models. One upstream request',
    rounds: ({ fast }) => fast.Q1,
    targets: { atLeast: 0.95, p99: 1.2 },
  },
  {
    title: 'Q2',
    meaning: 'the same with three trainings of each model. 21 upstream requests',
    rounds: ({ fast }) => fast.Q2,
    targets: { atLeast: 1, p99: 1.2 },
  },
  {
    title: 'Q3',
    meaning: '20 predictions of three models, and the models’ names. Four upstream requests',
    rounds: ({ fast }) => fast.Q3,
    targets: { atLeast: 1, p99: 1.2 },
  },
  {
    title: 'Q4',
    meaning: '`{ __typename }`: the overhead of every request. No upstream request',
    rounds: ({ fast }) => fast.Q4,
    targets: { atLeast: 0.75 },
  },
  {
    title: 'Q2 shared key',
    meaning: 'Q2 where all requests have the same key, relative to `bare` on Q2 with rotating keys',
    rounds: ({ fast }) => fast.sharedKey,
    reference: ({ fast }) => fast.Q2,
    targets: { atLeast: 25 },
  },
  {
    title: 'Q2 new keys',
    meaning: 'Q2 where every request has a key that the server has never received before',
    rounds: ({ fast }) => fast.newKeys,
    targets: { atLeast: 0.95, p99: 1.5 },
  },
  {
    title: 'Q2 changing',
    meaning: `Q2 ${CHANGING}. In all other columns they never change, and the gateway does not parse them again`,
    rounds: ({ changing }) => changing.Q2,
    targets: { atLeast: 0.95 },
  },
  {
    title: 'Q3 changing',
    meaning: `Q3 ${CHANGING}`,
    rounds: ({ changing }) => changing.Q3,
    targets: { atLeast: 0.85 },
  },
];

const atLeast = (value: number) => ({ is: 'at least', value }) as const;
const atMost = (value: number) => ({ is: 'at most', value }) as const;

/** A column for each load: a value of the server divided by that of the reference server, round by round. */
const ratios = (value: (round: Measured) => number, targetOf: (load: Load) => Column['target']): Column[] =>
  LOADS.map((load) => {
    const target = targetOf(load);
    return {
      title: load.title,
      ...(target && { target }),
      digits: 2,
      of(server, bare) {
        const reference = (load.reference ?? load.rounds)(bare);
        return load.rounds(server).map((round, index) => {
          const compared = reference[index];
          return compared ? value(round) / value(compared) : Number.NaN;
        });
      },
    };
  });

/** CPU time per response of the server, in microseconds. */
export const cpuPerResponse = ({ used, responses }: Measured): number =>
  ((used[0]?.cpu ?? Number.NaN) / responses) * 1_000;

const BYTES_PER_MB = 1_048_576;
const delayAt = (share: number, { watching }: ServerMeasurements): number[] =>
  watching ? [watching.delays[Math.ceil(watching.delays.length * share) - 1] ?? Number.NaN] : [];

/** Columns that are not ratios. */
export const ABSOLUTE_COLUMNS: readonly (Column & { meaning: string })[] = [
  {
    title: `Q2 at ${DELAY} ms`,
    target: atMost(62),
    digits: 1,
    meaning: `median latency in milliseconds of Q2 when each upstream request takes ${DELAY} ms. The minimum is ${2 * DELAY}`,
    of: ({ slow }) => slow.map(({ latency }) => latency.median),
  },
  {
    title: 'added',
    target: atMost(1.5),
    digits: 2,
    meaning: 'median latency in milliseconds that Q2 takes longer than with `bare`, for a single client',
    of: ({ fast }, bare) =>
      fast.single.map(({ latency }, round) => latency.median - (bare.fast.single[round]?.latency.median ?? Number.NaN)),
  },
  {
    title: 'idle memory',
    target: atMost(90),
    digits: 0,
    meaning: 'resident memory in megabytes after the first response',
    of: ({ idleMemory }) => [idleMemory / BYTES_PER_MB],
  },
  {
    title: 'memory',
    target: atMost(150),
    digits: 0,
    meaning: 'resident memory in megabytes after all measurements',
    of: ({ memory }) => [memory / BYTES_PER_MB],
  },
  {
    title: 'start',
    target: atMost(0.4),
    digits: 2,
    meaning: 'seconds from the start of the process to its first response',
    of: ({ startedIn }) => startedIn.map((milliseconds) => milliseconds / 1_000),
  },
  {
    title: 'idle subscription',
    target: atMost(6),
    digits: 1,
    meaning: 'resident memory in kilobytes of each subscription without events, 50 on each WebSocket',
    of: ({ watching }) => (watching ? [watching.memory / 1_024] : []),
  },
  {
    title: 'fan-out',
    target: atMost(8),
    digits: 1,
    meaning:
      'milliseconds from the upstream’s response with a change until the last of 1,000 subscribers has received it, median',
    of: (server) => delayAt(0.5, server),
  },
  {
    title: 'fan-out p99',
    target: atMost(15),
    digits: 1,
    meaning: 'the same, 99th percentile',
    of: (server) => delayAt(0.99, server),
  },
  {
    title: 'CPU per event',
    digits: 0,
    meaning: 'CPU time of the gateway in microseconds for each of these events',
    of: ({ watching }) => (watching ? [watching.cpuPerEvent * 1_000] : []),
  },
];

/** The comparison tables: one row per server. */
export const TABLES: readonly { title: string; columns: readonly Column[] }[] = [
  {
    title: 'responses per second ÷ `bare`',
    columns: ratios(
      ({ perSecond }) => perSecond,
      ({ targets }) => atLeast(targets.atLeast),
    ),
  },
  {
    title: 'responses per CPU time ÷ `bare`',
    columns: ratios(
      (round) => 1 / cpuPerResponse(round),
      ({ targets }) => atLeast(targets.atLeast),
    ),
  },
  {
    title: 'p99 latency ÷ `bare`',
    columns: ratios(
      ({ latency }) => latency.p99,
      ({ targets: { p99 } }) => (p99 === undefined ? undefined : atMost(p99)),
    ),
  },
  { title: 'figures', columns: ABSOLUTE_COLUMNS },
];
