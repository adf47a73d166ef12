import { ANEW_ROWS, DELAY, type FastRow, type Measured } from './measure.ts';
import type { Findings, Found } from './run.ts';

/** What the measurements say: one figure for each server and thing that was measured. */

/** A figure of each round. */
export interface Figure {
  median: number;
  least: number;
  most: number;
}

/** Something that was measured of every server. */
export interface Column {
  title: string;
  /** What this gateway is to reach. @default nothing: it is told to be fair */
  aim?: { is: 'at least' | 'at most'; value: number };
  /** Digits after the point. */
  digits: number;
  /** What it means, for readers of the table. */
  meaning: string;
  /** A value for each round. */
  of(server: Found, bare: Found): number[];
}

const ratio =
  (row: FastRow, ofBare: FastRow = row) =>
  (server: Found, bare: Found): number[] =>
    server.fast[row].map(({ perSecond }, round) => perSecond / (bare.fast[ofBare][round]?.perSecond ?? Number.NaN));

const atLeast = (value: number) => ({ is: 'at least', value }) as const;
const atMost = (value: number) => ({ is: 'at most', value }) as const;

export const COLUMNS: readonly Column[] = [
  {
    title: 'Q1',
    aim: atLeast(0.75),
    digits: 2,
    meaning: 'a list of 20 models: answers a second, as a share of what `bare` gives. One request to the upstream',
    of: ratio('Q1'),
  },
  {
    title: 'Q2',
    aim: atLeast(0.95),
    digits: 2,
    meaning: 'the same with three trainings of each model. 21 requests to the upstream',
    of: ratio('Q2'),
  },
  {
    title: 'Q3',
    aim: atLeast(0.85),
    digits: 2,
    meaning: '20 predictions of three models, and the models’ names. Four requests to the upstream',
    of: ratio('Q3'),
  },
  {
    title: 'Q4',
    aim: atLeast(0.3),
    digits: 2,
    meaning: '`{ __typename }`: what a server adds to every request. Nothing is asked of the upstream',
    of: ratio('Q4'),
  },
  {
    title: 'Q2 alike',
    aim: atLeast(12),
    digits: 2,
    meaning: 'Q2 where all clients send the same key, as a share of what `bare` gives on Q2 with keys of their own',
    of: ratio('alike', 'Q2'),
  },
  ...ANEW_ROWS.map(
    (row): Column => ({
      title: `${row} anew`,
      digits: 2,
      meaning: `${row} over an upstream no two answers of which are the same to the byte, as a share of what \`bare\` gives over it. Elsewhere, what it says never changes, and the gateway knows that again`,
      of: ({ anew }, bare) =>
        anew[row].map(({ perSecond }, round) => perSecond / (bare.anew[row][round]?.perSecond ?? Number.NaN)),
    }),
  ),
  {
    title: `Q2 over ${DELAY} ms`,
    aim: atMost(62),
    digits: 1,
    meaning: `milliseconds, median: Q2 where each request to the upstream takes ${DELAY} ms. It cannot be less than ${2 * DELAY}`,
    of: ({ slow }) => slow.map(({ latency }) => latency.median),
  },
  {
    title: 'added',
    aim: atMost(1.5),
    digits: 2,
    meaning: 'milliseconds, median: how much longer Q2 takes than through `bare` when one client asks alone',
    of: ({ fast }, bare) =>
      fast.alone.map(({ latency }, round) => latency.median - (bare.fast.alone[round]?.latency.median ?? Number.NaN)),
  },
  {
    title: 'memory',
    aim: atMost(180),
    digits: 0,
    meaning: 'megabytes, resident, after all of that',
    of: ({ memory }) => [memory / 1_048_576],
  },
  {
    title: 'start',
    aim: atMost(1.5),
    digits: 2,
    meaning: 'seconds from the start of the process to its first answer',
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

/** Undefined where there is nothing to reach. */
export const isReached = ({ aim }: Column, { median }: Figure): boolean | undefined =>
  aim && (aim.is === 'at least' ? median >= aim.value : median <= aim.value);

/** The median of something over the rounds of a measurement. */
export const typical = (rounds: readonly Measured[], of: (round: Measured) => number): number =>
  figureOf(rounds.map(of)).median;

/** The measurements in which servers are loaded to their limit. */
export const LOADED = ['Q1', 'Q2', 'Q3', 'Q4', 'alike'] as const satisfies FastRow[];

/** Below this share of a processor a server waited for others. */
const SATURATED = 0.95;
/** Above this share the upstream may have been what others waited for. */
const UPSTREAM_BUSY = 0.6;

/** Why the figures may say something of the bench or the machine instead of the servers; empty when all is well. */
export function doubtsAbout({ servers, upstream }: Findings): string[] {
  const shares = (which: number, isDoubtful: (share: number) => boolean): string[] =>
    Object.entries(servers).flatMap(([name, { fast }]) =>
      LOADED.flatMap((row) => {
        const share = typical(fast[row], ({ used }) => used[which]?.share ?? Number.NaN);
        return isDoubtful(share) ? [`${name} ${row} ${percent(share)}`] : [];
      }),
    );
  const [waiting, busy, asked] = [
    shares(0, (share) => share < SATURATED),
    shares(1, (share) => share > UPSTREAM_BUSY),
    mostAsked(servers),
  ];
  return [
    ...(waiting.length > 0
      ? [`these had less than ${percent(SATURATED)} of their processor: ${waiting.join(', ')}`]
      : []),
    ...(busy.length > 0
      ? [`with these the upstream took more than ${percent(UPSTREAM_BUSY)}: ${busy.join(', ')}`]
      : []),
    ...(upstream.capacity < asked
      ? [`${Math.round(asked)} a second were asked of an upstream that gives ${Math.round(upstream.capacity)}`]
      : []),
  ];
}

/** The most requests a second that any server sent to the upstream. */
export const mostAsked = (servers: Findings['servers']): number =>
  Math.max(
    ...Object.values(servers).flatMap(({ fast }) =>
      Object.values(fast)
        .filter((rounds) => rounds.length > 0)
        .map((rounds) => typical(rounds, ({ perSecond, readsPerAnswer }) => perSecond * readsPerAnswer)),
    ),
  );

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
