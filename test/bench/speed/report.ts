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

/** Renders the measurements as Markdown tables. */

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

/** One row per server: median, minimum and maximum of all rounds. */
export function ratioTable({ servers }: Findings): string {
  const { bare, product } = servers;
  if (!bare) return '';
  const rows = Object.entries(servers).map(([name, server]) => [
    name,
    ...COLUMNS.map((column) => cellOf(column, figureOf(column.of(server, bare)))),
  ]);
  const aims = ['target of `product`', ...COLUMNS.map(aimOf)];
  const verdicts = product && [
    'reached',
    ...COLUMNS.map((column) => VERDICTS[String(isReached(column, figureOf(column.of(product, bare))))] ?? ''),
  ];
  return tableOf(['', ...COLUMNS.map(({ title }) => title)], [...rows, aims, ...(verdicts ? [verdicts] : [])]);
}

const VERDICTS: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };

const count = (value: number): string => Math.round(value).toLocaleString('en');

/** CPU time per response, in microseconds. Unlike the rate, it is reliable on a busy machine. */
const cpuOf = ({ fast }: Found, row: FastRow): number =>
  typical(fast[row], ({ used, answers }) => ((used[0]?.cpu ?? Number.NaN) / answers) * 1_000);

/** One row per server: responses per second, CPU time per response, and p99 latency. */
export function absoluteTable({ servers }: Findings): string {
  const cell = (server: Found, row: FastRow) => {
    const perSecond = typical(server.fast[row], (round) => round.perSecond);
    if (server.fast[row].length === 0) return '–';
    const p99 = typical(server.fast[row], ({ latency }) => latency.p99);
    return `${count(perSecond)} / ${count(cpuOf(server, row))} / ${p99.toFixed(1)}`;
  };
  return tableOf(
    ['responses per second / CPU µs per response / p99 ms', ...LOADED],
    Object.entries(servers).map(([name, server]) => [name, ...LOADED.map((row) => cell(server, row))]),
  );
}

/** One row per server: the ratios of CPU time per response. */
export function processorTable({ servers }: Findings): string {
  const { bare } = servers;
  if (!bare) return '';
  return tableOf(
    ['CPU time ratio', ...LOADED],
    Object.entries(servers).map(([name, server]) => [
      name,
      ...LOADED.map((row) => {
        const share = cpuOf(bare, row === 'alike' ? 'Q2' : row) / cpuOf(server, row);
        return Number.isNaN(share) ? '–' : share.toFixed(2);
      }),
    ]),
  );
}

/** One row per server: upstream requests per response. */
export function readsTable({ servers }: Findings): string {
  return tableOf(
    ['upstream requests per response', ...QUERY_NAMES, 'Q2 shared key'],
    Object.entries(servers).map(([name, { reads, fast }]) => [
      name,
      ...QUERY_NAMES.map((query) => String(reads[query] ?? '–')),
      typical(fast.alike, ({ readsPerAnswer }) => readsPerAnswer).toFixed(2),
    ]),
  );
}

/** Shows that neither the load generator nor the upstream was the bottleneck. */
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
    `Each server used ${percent(least)} or more of its processor under load.`,
    `The upstream (${upstream.name}) used at most ${percent(busiest)} of another, the load generator ${percent(load)}.`,
    `Without a server in between, the upstream returns ${count(upstream.capacity)} responses per second; it received at most ${count(mostAsked(servers))} requests per second.`,
  ].join(' ');
}
