import { Counter, type Histogram, type Registry } from 'prom-client';
import { type LabelValue, SeriesTree } from './series.ts';

// prom-client describes and prints metrics. It is too slow to count with: it builds a text from the labels of each value, and
// one from the bound of each bucket (docs/decisions/0053).

export interface CountOptions {
  readonly registry: Registry;
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
}

/** Adds a counter to a registry. */
export function addCounter({ registry, name, help, labelNames = [] }: CountOptions): {
  /** Increases it. @param values Those of all labels, in the order of their names. */
  add(value: number, ...values: LabelValue[]): void;
} {
  const tree = new SeriesTree(labelNames, (labels) => ({ labels, value: 0 }));
  // It is 0 before the first increase, as for prom-client.
  if (labelNames.length === 0) tree.get([]);
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, value } of tree.all) this.inc(labels, value);
    },
  });
  return {
    add(value, ...values) {
      tree.get(values).value += value;
    },
  };
}

export interface HistogramOptions extends CountOptions {
  /** Upper bounds of the buckets, in ascending order. */
  readonly buckets: readonly number[];
}

/** Adds a histogram to a registry. */
export function addHistogram({ registry, name, help, labelNames = [], buckets }: HistogramOptions): {
  /** Adds an observed value. @param values Those of all labels, in the order of their names. */
  observe(value: number, ...values: LabelValue[]): void;
} {
  const tree = new SeriesTree(labelNames, (labels) => ({
    labels,
    /** Values in each bucket, and above the last one. */
    counts: new Array<number>(buckets.length + 1).fill(0),
    sum: 0,
  }));
  if (labelNames.length === 0) tree.get([]);
  const bounds: readonly LabelValue[] = [...buckets, '+Inf'];
  const valuesOf = ({ labels, counts, sum }: (typeof tree.all)[number]) => {
    let count = 0;
    const cumulated = counts.map((added, index) => {
      count += added;
      return { metricName: `${name}_bucket`, labels: { le: bounds[index], ...labels }, value: count };
    });
    return [
      ...cumulated,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  };
  const metric = {
    name,
    get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: tree.all.flatMap(valuesOf) }),
  };
  // A registry only reads these members, but its types demand the class.
  registry.registerMetric(metric as unknown as Histogram);
  return {
    observe(value, ...values) {
      const series = tree.get(values);
      let bucket = 0;
      while (bucket < buckets.length && value > (buckets[bucket] ?? 0)) bucket++;
      series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
      series.sum += value;
    },
  };
}
