import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createHealth } from '../../src/http/health.ts';
import { anchorsOf, blocksOf, linksOf, readText, root, rowsOf } from '../support/readme.ts';
import { drainSeconds, longestStop, settingNames } from './files.ts';
import { type Line, observe } from './traffic.ts';

const page = readText('docs/operations.md');
const rows = rowsOf(page, ['field', 'lines', 'meaning']);
const codeOf = (cell: string) => cell.replaceAll('`', '');

/** Fields of every line. */
const COMMON = ['level', 'time', 'pid', 'hostname', 'msg'];
const KINDS = ['operation', 'stream', 'request', 'probe', 'upstream request', 'problem'];
/** Fields that need a failure, or more time than a test has. */
const RARE = ['failure', 'joined', 'seconds', 'failures'];

const kindOf = ({ problem, msg }: Line): string => (problem === undefined ? msg : 'problem');

describe('docs/operations.md', () => {
  test('explains each field of the log', async () => {
    const { lines } = await observe();
    const documented = new Set([...COMMON, ...rows.map(([field = '']) => codeOf(field))]);
    const logged = lines.filter((line) => KINDS.includes(kindOf(line)));

    expect(new Set(logged.map(kindOf))).toEqual(new Set(KINDS));
    expect([...new Set(logged.flatMap(Object.keys))].filter((field) => !documented.has(field))).toEqual([]);
  });

  test('explains no field that the log does not have', async () => {
    const { lines } = await observe();
    const expected = rows.flatMap(([field = '', kinds = '']) =>
      codeOf(kinds)
        .split(', ')
        .map((kind) => ({ field: codeOf(field), kind })),
    );

    const missing = expected.filter(
      ({ field, kind }) => !RARE.includes(field) && !lines.some((line) => kindOf(line) === kind && field in line),
    );
    expect(expected.length).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });

  test('shows lines as they are written', async () => {
    const { lines } = await observe();
    const examples = blocksOf(page)
      .filter(({ text }) => text.startsWith('{"level"'))
      .flatMap(({ text }) => text.trim().split('\n'))
      .map((text) => JSON.parse(text) as Line);

    expect(new Set(examples.map(kindOf))).toEqual(new Set(KINDS.filter((kind) => kind !== 'probe')));
    for (const example of examples) {
      expect(lines.map((line) => Object.keys(line).join())).toContain(Object.keys(example).join());
    }
  });

  test('explains each problem', async () => {
    const { text } = await observe();
    const names = [...text.matchAll(/^flair_gateway_problem\{problem="([\w-]+)"\}/gm)].map(([, name]) => name);
    const documented = rowsOf(page, ['problem', 'level', 'meaning', 'what to do']).map(([name = '']) => codeOf(name));

    expect(names).toContain('upstream');
    expect(documented).toEqual(expect.arrayContaining(names));
  });

  test('shows the response of /ready as it is', async () => {
    const [example = ''] = blocksOf(page).flatMap(({ text }) => (text.startsWith('{\n  "status"') ? [text] : []));
    const since = new Date('2026-11-29T22:06:12Z');
    const health = createHealth({
      broker: { problem: { since, cause: 'connect ECONNREFUSED 10.0.0.7:6379' } },
      usesRedis: true,
      upstream: () => ({ status: 'ok', lastSuccess: new Date('2026-11-29T22:06:28.177Z') }),
      requiresUpstream: false,
    });

    expect(await health.ready().json()).toEqual(JSON.parse(example));
  });

  test('names only settings that exist, in the sections about this gateway', () => {
    const [own = ''] = page.split('## Comparison');
    const names = [...own.matchAll(/`([A-Z]+_[A-Z_]+)\b/g)].map(([, name = '']) => name);
    // The codes of errors look like settings. OpenTelemetry's own variables are read by its packages.
    const codes = ['UPSTREAM_UNAVAILABLE', 'UPSTREAM_OUTCOME_UNKNOWN', 'SERVICE_UNAVAILABLE'];

    expect(
      names.filter((name) => !settingNames.has(name) && !codes.includes(name) && !name.startsWith('OTEL_')),
    ).toEqual([]);
  });

  test('states a stop timeout that is longer than the stop takes', () => {
    const [, seconds] = /longer than `DRAIN_SECONDS` plus (\d+) seconds/.exec(page) ?? [];

    expect(drainSeconds + Number(seconds)).toBeGreaterThan(longestStop);
  });

  test('links to files and sections that exist', () => {
    for (const link of linksOf(page)) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? 'docs/operations.md' : `docs/${file}`;
      expect(existsSync(root + target), link).toBe(true);
      if (anchor === undefined) continue;
      expect(anchorsOf(readText(target)), link).toContain(anchor);
    }
  });
});
