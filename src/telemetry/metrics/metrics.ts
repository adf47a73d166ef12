import { AggregatorRegistry, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Measurements } from '../measurements.ts';
import { PREFIX } from './names.ts';
import { createPollMetrics } from './poll-metrics.ts';
import { createRequestMetrics } from './request-metrics.ts';
import { addStateMetrics, type GatewayState } from './state-metrics.ts';
import { createUpstreamMetrics } from './upstream-metrics.ts';

/** The metrics of one process, as they are passed to the process that sums them. */
export type MetricsSnapshot = readonly object[];

/** The metrics of a process. */
export interface Metrics {
  readonly measurements: Measurements;
  /** Sets the source of the metrics that are read when they are scraped. */
  watch(read: () => GatewayState): void;
  /** All metrics in the Prometheus text format. */
  text(): Promise<string>;
  snapshot(): Promise<MetricsSnapshot>;
}

export interface MetricsOptions {
  version: string;
  /** Names of all settings that limit requests. */
  limits: ReadonlySet<string>;
}

export function createMetrics({ version, limits }: MetricsOptions): Metrics {
  const registry = new Registry();
  let read: (() => GatewayState) | undefined;
  collectDefaultMetrics({ register: registry });
  // Averages over workers would hide one that is blocked.
  for (const { name } of registry.getMetricsAsArray()) {
    if (name.startsWith('nodejs_eventloop_lag'))
      Object.assign(registry.getSingleMetric(name) ?? {}, { aggregator: 'max' });
  }
  new Gauge({
    name: `${PREFIX}info`,
    help: 'The version of the gateway. Always 1.',
    labelNames: ['version'],
    aggregator: 'first',
    registers: [registry],
  }).set({ version }, 1);
  addStateMetrics(registry, () => read?.());
  return {
    measurements: {
      onRequest: createRequestMetrics(registry, limits),
      ...createUpstreamMetrics(registry),
      polls: createPollMetrics(registry),
    },
    watch(source) {
      read = source;
    },
    text: () => registry.metrics(),
    snapshot: () => registry.getMetricsAsJSON(),
  };
}

/** The metrics of several processes together, in the Prometheus text format. */
export const sumMetrics = (snapshots: readonly MetricsSnapshot[]): Promise<string> => aggregate(snapshots).metrics();

/** The sums of what processes that have ended have counted: their counters and histograms, without gauges. */
export const sumOfEnded = (snapshots: readonly MetricsSnapshot[]): MetricsSnapshot =>
  // The sums contain their values, which the library's types do not declare.
  aggregate(snapshots)
    .getMetricsAsArray()
    .filter((metric) => COUNTS.has(String(metric.type)));

/** Types of metrics that only increase, as the library names them in snapshots. */
const COUNTS: ReadonlySet<string> = new Set(['counter', 'histogram']);

const aggregate = (snapshots: readonly MetricsSnapshot[]): Registry =>
  // The library takes the arrays of several processes, which its types do not declare.
  AggregatorRegistry.aggregate([...snapshots] as object[]);
