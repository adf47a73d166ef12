import { type Column, LOADS } from './columns.ts';
import type { Measured } from './measure.ts';
import type { Measurements } from './run.ts';

/** Figures computed from the measurements, and doubts about them. */

/** Summary of one value per round. */
export interface Figure {
  median: number;
  least: number;
  most: number;
}

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

/** Below this share of a processor a server was not the bottleneck. */
const SATURATED = 0.95;
/** Above this share the upstream may have been the bottleneck. */
const UPSTREAM_BUSY = 0.6;

/** Reasons why the figures may reflect the bench or the machine instead of the servers; empty if there are none. */
export function warningsFor({ servers, upstream }: Measurements): string[] {
  const shares = (which: number, isDoubtful: (share: number) => boolean): string[] =>
    Object.entries(servers).flatMap(([name, server]) =>
      LOADS.flatMap(({ title, rounds }) => {
        const share = typical(rounds(server), ({ used }) => used[which]?.share ?? Number.NaN);
        return isDoubtful(share) ? [`${name} ${title} ${percent(share)}`] : [];
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
