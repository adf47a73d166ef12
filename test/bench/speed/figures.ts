import { CHANGING_ROWS, DELAY, type FastRow, type Measured } from './measure.ts';
import type { Measurements, ServerMeasurements } from './run.ts';

/** Figures computed from the measurements: one for each server and column. */

/** Summary of one value per round. */
export interface Figure {
  median: number;
  least: number;
  most: number;
}

/** A column of the comparison table. */
export interface Column {
  title: string;
  /** Target of this gateway. @default none: the column is informative */
  target?: { is: 'at least' | 'at most'; value: number };
  /** Digits after the decimal point. */
  digits: number;
  /** Explanation below the table. */
  meaning: string;
  /** One value per round. */
  of(server: ServerMeasurements, bare: ServerMeasurements): number[];
}

const ratio =
  (row: FastRow, ofBare: FastRow = row) =>
  (server: ServerMeasurements, bare: ServerMeasurements): number[] =>
    server.fast[row].map(({ perSecond }, round) => perSecond / (bare.fast[ofBare][round]?.perSecond ?? Number.NaN));

const atLeast = (value: number) => ({ is: 'at least', value }) as const;
const atMost = (value: number) => ({ is: 'at most', value }) as const;

export const COLUMNS: readonly Column[] = [
  {
    title: 'Q1',
    target: atLeast(0.75),
    digits: 2,
    meaning: 'a list of 20 models: responses per second, relative to `bare`. One upstream request',
    of: ratio('Q1'),
  },
  {
    title: 'Q2',
    target: atLeast(0.95),
    digits: 2,
    meaning: 'the same with three trainings of each model. 21 upstream requests',
    of: ratio('Q2'),
  },
  {
    title: 'Q3',
    target: atLeast(0.85),
    digits: 2,
    meaning: '20 predictions of three models, and the models’ names. Four upstream requests',
    of: ratio('Q3'),
  },
  {
    title: 'Q4',
    target: atLeast(0.3),
    digits: 2,
    meaning: '`{ __typename }`: the overhead of every request. No upstream request',
    of: ratio('Q4'),
  },
  {
    title: 'Q2 shared key',
    target: atLeast(12),
    digits: 2,
    meaning: 'Q2 where all clients send the same key, relative to `bare` on Q2 with one key per client',
    of: ratio('sharedKey', 'Q2'),
  },
  ...CHANGING_ROWS.map(
    (row): Column => ({
      title: `${row} changing`,
      digits: 2,
      meaning: `${row} with an upstream whose responses all differ in their bytes, relative to \`bare\` with the same upstream. In all other columns they never change, and the gateway does not parse them again`,
      of: ({ changing }, bare) =>
        changing[row].map(({ perSecond }, round) => perSecond / (bare.changing[row][round]?.perSecond ?? Number.NaN)),
    }),
  ),
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
    title: 'memory',
    target: atMost(180),
    digits: 0,
    meaning: 'resident memory in megabytes after all measurements',
    of: ({ memory }) => [memory / 1_048_576],
  },
  {
    title: 'start',
    target: atMost(1.5),
    digits: 2,
    meaning: 'seconds from the start of the process to its first response',
    of: ({ startedIn }) => startedIn.map((milliseconds) => milliseconds / 1_000),
  },
];

export function figureOf(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  const [middle, half] = [sorted.length / 2, Math.floor(sorted.length / 2)];
  const [low = Number.NaN, high = low] =
    middle === half ? sorted.slice(half - 1, half + 1) : sorted.slice(half, half + 1);
  return { median: (low + high) / 2, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}

/** True if the figure meets the column's target; undefined without a target. */
export const meetsTarget = ({ target }: Column, { median }: Figure): boolean | undefined =>
  target && (target.is === 'at least' ? median >= target.value : median <= target.value);

/** Median of a value over the rounds of a measurement. */
export const typical = (rounds: readonly Measured[], of: (round: Measured) => number): number =>
  figureOf(rounds.map(of)).median;

/** Measurements that load a server to its limit. */
export const LOADED = ['Q1', 'Q2', 'Q3', 'Q4', 'sharedKey'] as const satisfies FastRow[];

/** Below this share of a processor a server was not the bottleneck. */
const SATURATED = 0.95;
/** Above this share the upstream may have been the bottleneck. */
const UPSTREAM_BUSY = 0.6;

/** Reasons why the figures may reflect the bench or the machine instead of the servers; empty if there are none. */
export function warningsFor({ servers, upstream }: Measurements): string[] {
  const shares = (which: number, isDoubtful: (share: number) => boolean): string[] =>
    Object.entries(servers).flatMap(([name, { fast }]) =>
      LOADED.flatMap((row) => {
        const share = typical(fast[row], ({ used }) => used[which]?.share ?? Number.NaN);
        return isDoubtful(share) ? [`${name} ${row} ${percent(share)}`] : [];
      }),
    );
  const [waiting, busy, maxRate] = [
    shares(0, (share) => share < SATURATED),
    shares(1, (share) => share > UPSTREAM_BUSY),
    maxUpstreamRate(servers),
  ];
  return [
    ...(waiting.length > 0
      ? [`servers with less than ${percent(SATURATED)} of their processor: ${waiting.join(', ')}`]
      : []),
    ...(busy.length > 0
      ? [`servers with which the upstream used more than ${percent(UPSTREAM_BUSY)} of a processor: ${busy.join(', ')}`]
      : []),
    ...(upstream.capacity < maxRate
      ? [
          `the upstream received ${Math.round(maxRate)} requests per second, but its capacity is ${Math.round(upstream.capacity)}`,
        ]
      : []),
  ];
}

/** Highest rate of upstream requests of any server, per second. */
export const maxUpstreamRate = (servers: Measurements['servers']): number =>
  Math.max(
    ...Object.values(servers).flatMap(({ fast }) =>
      Object.values(fast)
        .filter((rounds) => rounds.length > 0)
        .map((rounds) => typical(rounds, ({ perSecond, readsPerResponse }) => perSecond * readsPerResponse)),
    ),
  );

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
