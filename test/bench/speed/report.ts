import {
  COLUMNS,
  type Column,
  type Figure,
  figureOf,
  LOADED,
  maxUpstreamRate,
  meetsTarget,
  percent,
  typical,
} from './figures.ts';
import type { FastRow } from './measure.ts';
import { QUERY_NAMES } from './queries.ts';
import type { Measurements, ServerMeasurements } from './run.ts';

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
export function ratioTable({ servers }: Measurements): string {
  const { bare, product } = servers;
  if (!bare) return '';
  const rows = Object.entries(servers).map(([name, server]) => [
    name,
    ...COLUMNS.map((column) => cellOf(column, figureOf(column.of(server, bare)))),
  ]);
  const targets = ['target of `product`', ...COLUMNS.map(targetOf)];
  const verdicts = product && [
    'reached',
    ...COLUMNS.map((column) => VERDICTS[String(meetsTarget(column, figureOf(column.of(product, bare))))] ?? ''),
  ];
  return tableOf(['', ...COLUMNS.map(({ title }) => title)], [...rows, targets, ...(verdicts ? [verdicts] : [])]);
}

const VERDICTS: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };

const count = (value: number): string => Math.round(value).toLocaleString('en');

/** CPU time per response, in microseconds. Unlike the rate, it is reliable on a busy machine. */
const cpuOf = ({ fast }: ServerMeasurements, row: FastRow): number =>
  typical(fast[row], ({ used, responses }) => ((used[0]?.cpu ?? Number.NaN) / responses) * 1_000);

/** One row per server: responses per second, CPU time per response, and p99 latency. */
export function absoluteTable({ servers }: Measurements): string {
  const cell = (server: ServerMeasurements, row: FastRow) => {
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
export function processorTable({ servers }: Measurements): string {
  const { bare } = servers;
  if (!bare) return '';
  return tableOf(
    ['CPU time ratio', ...LOADED],
    Object.entries(servers).map(([name, server]) => [
      name,
      ...LOADED.map((row) => {
        const share = cpuOf(bare, row === 'sharedKey' ? 'Q2' : row) / cpuOf(server, row);
        return Number.isNaN(share) ? '–' : share.toFixed(2);
      }),
    ]),
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
