import { type Column, cpuPerResponse, LOADS, TABLES } from './columns.ts';
import { type Figure, figureOf, maxUpstreamRate, meetsTarget, percent, typical } from './figures.ts';
import type { Measured } from './measure.ts';
import { QUERY_NAMES } from './queries.ts';
import type { Measurements } from './run.ts';

/** Renders the measurements as Markdown tables. */

const rowOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [rowOf(head), rowOf(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(rowOf)].join('\n');

function cellOf({ digits }: Column, { median, least, most }: Figure): string {
  if (Number.isNaN(median)) return '–';
  const formatted = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return least === most ? formatted(median) : `${formatted(median)} (${formatted(least)}–${formatted(most)})`;
}

const targetOf = ({ target, digits }: Column): string =>
  target ? `${target.is === 'at least' ? '≥' : '≤'} ${target.value.toFixed(target.value % 1 ? digits : 0)}` : '';

/** One row per server: median, minimum and maximum of all rounds. */
function comparisonTable({ title, columns }: (typeof TABLES)[number], { servers }: Measurements): string {
  const { bare, product } = servers;
  if (!bare) return '';
  const rows = Object.entries(servers).map(([name, server]) => [
    name,
    ...columns.map((column) => cellOf(column, figureOf(column.of(server, bare)))),
  ]);
  const targets = ['target of `product`', ...columns.map(targetOf)];
  const verdicts = product && [
    'reached',
    ...columns.map((column) => VERDICTS[String(meetsTarget(column, figureOf(column.of(product, bare))))] ?? ''),
  ];
  return tableOf(
    [title, ...columns.map((column) => column.title)],
    [...rows, targets, ...(verdicts ? [verdicts] : [])],
  );
}

/** The comparison tables, separated by empty lines. */
export const comparisonTables = (measurements: Measurements): string =>
  TABLES.map((table) => comparisonTable(table, measurements)).join('\n\n');

const VERDICTS: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };

const count = (value: number): string => Math.round(value).toLocaleString('en');

/** One row per server: responses per second, CPU time per response, median and p99 latency. */
export function absoluteTable({ servers }: Measurements): string {
  const cell = (rounds: readonly Measured[]) => {
    if (rounds.length === 0) return '–';
    const figures = [({ perSecond }: Measured) => perSecond, cpuPerResponse].map((of) => count(typical(rounds, of)));
    const latencies = (['median', 'p99'] as const).map((of) =>
      typical(rounds, ({ latency }) => latency[of]).toFixed(1),
    );
    return [...figures, ...latencies].join(' / ');
  };
  return tableOf(
    ['responses per second / CPU µs per response / median ms / p99 ms', ...LOADS.map(({ title }) => title)],
    Object.entries(servers).map(([name, server]) => [name, ...LOADS.map(({ rounds }) => cell(rounds(server)))]),
  );
}

/** One row per server: upstream requests per response. */
export function readsTable({ servers }: Measurements): string {
  return tableOf(
    ['upstream requests per response', ...QUERY_NAMES, 'Q2 shared key'],
    Object.entries(servers).map(([name, { reads, fast }]) => [
      name,
      ...QUERY_NAMES.map((query) => String(reads[query] ?? '–')),
      typical(fast.sharedKey, ({ readsPerResponse }) => readsPerResponse).toFixed(2),
    ]),
  );
}

/** Shows that neither the load generator nor the upstream was the bottleneck. */
export function saturationSummary({ servers, upstream }: Measurements): string {
  const all = Object.values(servers).flatMap(({ fast: { single: _, ...fast } }) =>
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
    `Without a server in between, the upstream returns ${count(upstream.capacity)} responses per second; it received at most ${count(maxUpstreamRate(servers))} requests per second.`,
  ].join(' ');
}
