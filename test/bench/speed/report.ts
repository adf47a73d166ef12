import {
  COLUMNS,
  type Column,
  type Figure,
  figureOf,
  isReached,
  LOADED,
  mostAsked,
  percent,
  typical,
} from './figures.ts';
import type { FastRow } from './measure.ts';
import { QUERY_NAMES } from './queries.ts';
import type { Findings, Found } from './run.ts';

/** The findings as Markdown tables. */

const rowOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [rowOf(head), rowOf(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(rowOf)].join('\n');

function cellOf({ digits }: Column, { median, least, most }: Figure): string {
  if (Number.isNaN(median)) return '–';
  const written = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return least === most ? written(median) : `${written(median)} (${written(least)}–${written(most)})`;
}

const aimOf = ({ aim, digits }: Column): string =>
  aim ? `${aim.is === 'at least' ? '≥' : '≤'} ${aim.value.toFixed(aim.value % 1 ? digits : 0)}` : '';

/** A line for each server: the median of all rounds, and the least and the most. */
export function ratioTable({ servers }: Findings): string {
  const { bare, product } = servers;
  if (!bare) return '';
  const rows = Object.entries(servers).map(([name, server]) => [
    name,
    ...COLUMNS.map((column) => cellOf(column, figureOf(column.of(server, bare)))),
  ]);
  const aims = ['aim for `product`', ...COLUMNS.map(aimOf)];
  const verdicts = product && [
    'reached',
    ...COLUMNS.map((column) => VERDICTS[String(isReached(column, figureOf(column.of(product, bare))))] ?? ''),
  ];
  return tableOf(['', ...COLUMNS.map(({ title }) => title)], [...rows, aims, ...(verdicts ? [verdicts] : [])]);
}

const VERDICTS: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };

const count = (value: number): string => Math.round(value).toLocaleString('en');

/** Processor time for each answer, in microseconds. Unlike answers a second, it stays true on a busy machine. */
const cpuOf = ({ fast }: Found, row: FastRow): number =>
  typical(fast[row], ({ used, answers }) => ((used[0]?.cpu ?? Number.NaN) / answers) * 1_000);

/** A line for each server: answers a second, processor time for each, and the time within which 99 of 100 came. */
export function absoluteTable({ servers }: Findings): string {
  const cell = (server: Found, row: FastRow) => {
    const perSecond = typical(server.fast[row], (round) => round.perSecond);
    if (server.fast[row].length === 0) return '–';
    const p99 = typical(server.fast[row], ({ latency }) => latency.p99);
    return `${count(perSecond)} / ${count(cpuOf(server, row))} / ${p99.toFixed(1)}`;
  };
  return tableOf(
    ['answers a second / CPU µs an answer / p99 ms', ...LOADED],
    Object.entries(servers).map(([name, server]) => [name, ...LOADED.map((row) => cell(server, row))]),
  );
}

/** A line for each server: the ratios of processor time instead of answers a second. */
export function processorTable({ servers }: Findings): string {
  const { bare } = servers;
  if (!bare) return '';
  return tableOf(
    ['ratio by processor time', ...LOADED],
    Object.entries(servers).map(([name, server]) => [
      name,
      ...LOADED.map((row) => {
        const share = cpuOf(bare, row === 'alike' ? 'Q2' : row) / cpuOf(server, row);
        return Number.isNaN(share) ? '–' : share.toFixed(2);
      }),
    ]),
  );
}

/** A line for each server: what one answer takes of the upstream. */
export function readsTable({ servers }: Findings): string {
  return tableOf(
    ['requests to the upstream an answer', ...QUERY_NAMES, 'Q2 alike'],
    Object.entries(servers).map(([name, { reads, fast }]) => [
      name,
      ...QUERY_NAMES.map((query) => String(reads[query] ?? '–')),
      typical(fast.alike, ({ readsPerAnswer }) => readsPerAnswer).toFixed(2),
    ]),
  );
}

/** What shows that neither the load nor the upstream held the servers up. */
export function proof({ servers, upstream }: Findings): string {
  const all = Object.values(servers).flatMap(({ fast: { alone: _, ...fast } }) =>
    Object.values(fast).filter((rounds) => rounds.length > 0),
  );
  const [least, busiest, load] = [
    Math.min(...all.map((rounds) => typical(rounds, ({ used }) => used[0]?.share ?? Number.NaN))),
    Math.max(...all.map((rounds) => typical(rounds, ({ used }) => used[1]?.share ?? Number.NaN))),
    Math.max(...all.map((rounds) => typical(rounds, ({ ownShare }) => ownShare))),
  ];
  return [
    `Each server had ${percent(least)} or more of its processor while it was loaded.`,
    `The upstream (${upstream.name}) took ${percent(busiest)} of another at most, the load ${percent(load)}.`,
    `Asked directly, the upstream gives ${count(upstream.capacity)} answers a second; at most ${count(mostAsked(servers))} were asked of it.`,
  ].join(' ');
}
