import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ERROR_CODES } from '../../src/error-codes/error-codes.ts';
import { startProgram } from '../support/program.ts';
import { anchorsOf, readText, root, rowsOf } from '../support/readme.ts';
import { type Metric, metricOf, parseMetrics, parseQuery } from './promql.ts';
import { observe } from './traffic.ts';

interface Panel {
  title: string;
  type: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; legendFormat: string }[];
}

interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: { summary: string; description: string; runbook_url: string };
}

const PREFIX = 'flair_gateway_';
/** Labels that Prometheus adds. */
const TARGET_LABELS = ['instance', 'job', 'le'];
const RULES = 'deploy/prometheus-rules.yaml';

const page = readText('docs/operations.md');
const { panels } = JSON.parse(readText('deploy/grafana-dashboard.json')) as { panels: Panel[] };
const { groups } = parse(readText(RULES)) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

/** All queries with the text in which their labels are inserted. */
const queries = [
  ...panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({
      name: title,
      expr: expr.replaceAll('$__rate_interval', '5m'),
      text: legendFormat,
    })),
  ),
  ...rules.map(({ alert, expr, annotations }) => ({ name: alert, expr, text: JSON.stringify(annotations) })),
];

const hasPromtool = !spawnSync('promtool', ['--version']).error;
if (!hasPromtool) console.log('promtool is not installed, so the metrics and alert rules are not checked with it.');

/** The metrics of the built program. Those of the target are added by Prometheus itself. */
async function observedMetrics(): Promise<Map<string, Metric>> {
  return parseMetrics((await observe()).text).set('up', { type: 'gauge', help: '', labels: new Map() });
}

const ownMetrics = async () => [...(await observedMetrics())].filter(([name]) => name.startsWith(PREFIX));

describe('the metrics', () => {
  test('follow the naming conventions of Prometheus', async () => {
    for (const [name, { type, help }] of await ownMetrics()) {
      expect(help, name).toMatch(/^[A-Z1].*\.$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name, 'base units').not.toMatch(/milliseconds|_ms\b|minutes|kilobytes|megabytes|percent/);
      if (/_(duration|delay)_/.test(name)) expect(name).toMatch(/_seconds$/);
    }
  });

  test.runIf(hasPromtool)('are accepted by promtool', async () => {
    const { text } = await observe();
    const { stderr, stdout } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });

    // The default metrics of prom-client for Node.js violate a convention.
    expect(`${stdout}${stderr}`.split('\n').filter((line) => line && !line.startsWith('nodejs_active_'))).toEqual([]);
  });

  test('are those of docs/operations.md, with their types, labels and descriptions', async () => {
    const rows = (await ownMetrics()).map(([name, { type, help, labels }]) => {
      const names = [...labels.keys()].filter((label) => label !== 'le').map((label) => `\`${label}\``);
      return [`\`${name}\``, type, names.toSorted().join(', '), help];
    });

    expect(rowsOf(page, ['metric', 'type', 'labels', 'meaning']).toSorted()).toEqual(rows.toSorted());
  });

  test('contain a sample of each metric, except of that of Redis', async () => {
    const { text } = await observe();
    const samples = new Set(text.match(/^flair_gateway_\w+?(?=(?:_bucket|_sum|_count)?(?: |\{))/gm));

    expect((await ownMetrics()).map(([name]) => name).filter((name) => !samples.has(name))).toEqual([
      `${PREFIX}redis_connected`,
    ]);
  });

  test('of several workers are those of one gateway', async () => {
    const { output } = await startProgram({ env: { METRICS_PORT: '0', WORKERS: '2', LOG_FORMAT: 'json' } });
    const [, url = ''] = /"(http:[^"]+\/metrics)"/.exec(output.stdout) ?? [];
    const text = await (await fetch(url)).text();

    expect(text).toContain(`${PREFIX}image_decode_limit_bytes ${160 * 1_048_576}\n`);
    expect(text).toContain(`${PREFIX}info{version="0.1.0"} 1\n`);
    expect(text).not.toMatch(/^flair_gateway_redis_connected/m);
  });
});

describe('the dashboard and the alert rules', () => {
  test('select only metrics, labels and values that the gateway has', async () => {
    const metrics = await observedMetrics();

    for (const { name, expr } of queries) {
      const { selectors, grouping } = parseQuery(expr);
      expect(selectors.length, name).toBeGreaterThan(0);
      const labels = new Set(TARGET_LABELS);
      for (const selector of selectors) {
        const metric = metricOf(metrics, selector.name);
        for (const label of metric.labels.keys()) labels.add(label);
        for (const { label, operator, value } of selector.matchers) {
          expect([...TARGET_LABELS, ...metric.labels.keys()], `${name}: ${expr}`).toContain(label);
          if (operator !== '=' || TARGET_LABELS.includes(label)) continue;
          const values = label === 'code' ? Object.keys(ERROR_CODES) : [...(metric.labels.get(label) ?? [])];
          expect(values, `${name}: ${expr}`).toContain(value);
        }
      }
      expect([...labels], `${name}: ${expr}`).toEqual(expect.arrayContaining(grouping));
    }
  });

  test('show only labels that remain after grouping', async () => {
    const metrics = await observedMetrics();

    for (const { name, expr, text } of queries) {
      const { selectors, grouping } = parseQuery(expr);
      const isAggregated = /\b(sum|max|min|count|histogram_quantile)\b/.test(expr);
      const remaining = selectors.flatMap((selector) => [...metricOf(metrics, selector.name).labels.keys()]);
      const shown = [...text.matchAll(/\{\{ *(?:\$labels\.)?([a-z]\w*) *\}\}/g)].map(([, label]) => label);
      expect(isAggregated ? grouping : [...remaining, ...TARGET_LABELS], `${name}: ${text}`).toEqual(
        expect.arrayContaining(shown),
      );
    }
  });

  test('use each metric of the gateway', async () => {
    const used = new Set(queries.flatMap(({ expr }) => parseQuery(expr).selectors.map((selector) => selector.name)));
    const isUsed = (name: string) => ['', '_bucket', '_count'].some((suffix) => used.has(name + suffix));

    expect((await ownMetrics()).map(([name]) => name).filter((name) => !isUsed(name))).toEqual([]);
  });

  test('a mistake in a query is found', () => {
    expect(() => parseQuery('sum(rate(a_total[5m])')).toThrow(/Expected PromQL/);
    expect(() => metricOf(new Map(), 'a_total')).toThrow(/There is no metric a_total/);
  });

  test('the panels do not overlap', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    );

    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  test('each alert states what has happened and what to do, and links to a section that exists', () => {
    const anchors = anchorsOf(page);

    for (const { alert, labels, annotations, for: duration } of rules) {
      expect(annotations, alert).toMatchObject({
        summary: expect.stringMatching(/\.$/),
        description: expect.stringMatching(/\.$/),
        runbook_url: expect.stringMatching(/^docs\/operations\.md#/),
      });
      expect(anchors).toContain(annotations.runbook_url.split('#')[1]);
      expect(['warning', 'critical']).toContain(labels.severity);
      expect(duration).toMatch(/^\d+m$/);
    }
  });

  test.runIf(hasPromtool)('the alert rules are accepted by promtool, and fire when they should', () => {
    const check = spawnSync('promtool', ['check', 'rules', RULES], { cwd: root, encoding: 'utf8' });
    expect(check.stdout + check.stderr).toContain(`SUCCESS: ${rules.length} rules found`);

    const unit = spawnSync('promtool', ['test', 'rules', 'test/deploy/alerts.yaml'], { cwd: root, encoding: 'utf8' });
    expect(unit.stdout + unit.stderr).toContain('SUCCESS');
  });
});
