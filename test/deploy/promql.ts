import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  label: string;
  operator: string;
  value: string;
}

export interface Selector {
  name: string;
  matchers: Matcher[];
}

/** A query of Prometheus. */
export interface Query {
  selectors: Selector[];
  /** Labels by which it groups or joins. */
  grouping: string[];
}

/** @throws Error if it is no PromQL. Variables of Grafana must have been replaced. */
export function parseQuery(text: string): Query {
  const selectors: Selector[] = [];
  const grouping: string[] = [];
  parser.parse(text).iterate({
    enter({ type, from, to, node }) {
      const textOf = (child: string) => {
        const found = node.getChild(child);
        return found ? text.slice(found.from, found.to) : '';
      };
      if (type.isError) throw new Error(`Expected PromQL, but got "${text}" with a mistake at character ${from}.`);
      if (type.name === 'VectorSelector') selectors.push({ name: textOf('Identifier'), matchers: [] });
      if (type.name === 'UnquotedLabelMatcher') {
        const value = JSON.parse(textOf('StringLiteral')) as string;
        selectors.at(-1)?.matchers.push({ label: textOf('LabelName'), operator: textOf('MatchOp'), value });
      }
      if (type.name === 'LabelName' && node.parent?.name === 'GroupingLabels') grouping.push(text.slice(from, to));
    },
  });
  return { selectors, grouping };
}

export interface Metric {
  type: string;
  help: string;
  /** Values by label. Empty if it has no sample yet, or no labels. */
  labels: Map<string, Set<string>>;
}

/** Metrics in the Prometheus text format, by name. Each sample is also a selector of PromQL. */
export function parseMetrics(text: string): Map<string, Metric> {
  const metrics = new Map<string, Metric>();
  for (const line of text.split('\n').filter(Boolean)) {
    const [, keyword, described = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') metrics.set(described, { type: '', help: rest, labels: new Map() });
    else if (keyword === 'TYPE') metricOf(metrics, described).type = rest;
    else {
      const [, sample = '', value] = /^(.*) (\S+)$/.exec(line) ?? [];
      const [selector] = parseQuery(sample).selectors;
      if (!selector || Number.isNaN(Number(value))) throw new Error(`Expected a sample, but got "${line}".`);
      const { labels } = metricOf(metrics, selector.name);
      for (const { label, value } of selector.matchers) labels.set(label, (labels.get(label) ?? new Set()).add(value));
    }
  }
  return metrics;
}

/** The metric of a sample: that of a histogram has three names. @throws Error if it is unknown */
export function metricOf(metrics: ReadonlyMap<string, Metric>, name: string): Metric {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  const metric = metrics.get(name) ?? (metrics.get(base)?.type === 'histogram' ? metrics.get(base) : undefined);
  if (!metric) throw new Error(`There is no metric ${name}.`);
  return metric;
}
