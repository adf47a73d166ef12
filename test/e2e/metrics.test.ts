import { expect, test } from 'vitest';
import { startProgram } from '../support/program.ts';
import { until, workersOf } from '../support/workers.ts';

const TOKEN = 't'.repeat(16);

/** The URL of the metrics' own port, from the log. */
const metricsUrl = (log: string): string => /"url":"([^"]+\/metrics)"/.exec(log)?.[1] ?? '';

test.each([
  ['one process', {}],
  ['two workers', { WORKERS: '2' }],
])('%s: the metrics have a port of their own, and need a token on that of the gateway', async (_, env) => {
  const { url, output } = await startProgram({ env: { METRICS_PORT: '0', METRICS_TOKEN: TOKEN, ...env } });
  const query = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"query A { models { nodes { id } } }"}',
  };
  // Each request has a connection of its own, so that both workers get some.
  for (let count = 0; count < 6; count++)
    await (await fetch(`${url}/graphql`, { ...query, headers: { ...query.headers, connection: 'close' } })).text();

  const own = await fetch(metricsUrl(output.stdout));
  const shared = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });

  const counted = 'flair_gateway_operations_total{operation="A",type="query",transport="http",code="OK"} 6\n';
  for (const response of [own, shared]) {
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toContain(counted);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds \d/m);
  }
  for (const authorization of ['', 'Bearer ', `Bearer ${TOKEN}x`, TOKEN]) {
    const rejected = await fetch(`${url}/metrics`, { headers: { authorization } });
    expect([rejected.status, await rejected.text()]).toEqual([401, expect.stringContaining('METRICS_TOKEN')]);
  }
  expect((await fetch(metricsUrl(output.stdout).replace('/metrics', '/'))).status).toBe(404);
  expect((await fetch(metricsUrl(output.stdout), { method: 'POST' })).status).toBe(405);
});

/** Two workers that have executed six queries, and the lines of the metrics that count them. */
async function startCounting() {
  const program = await startProgram({ env: { METRICS_PORT: '0', WORKERS: '2' } });
  const { url, output } = program;
  // Each request has a connection of its own, so that both workers get some.
  for (let count = 0; count < 6; count++) {
    await (await fetch(`${url}/graphql?query={__typename}`, { headers: { connection: 'close' } })).text();
  }
  const operations = async () => {
    const text = await (await fetch(metricsUrl(output.stdout))).text();
    return text.split('\n').filter((line) => /^flair_gateway_operation(s_total|_duration_seconds_count)/.test(line));
  };
  return { program, output, operations };
}

test('counters keep what workers have counted that were replaced before their metrics were read', async () => {
  const { program, operations } = await startCounting();
  const workers = await workersOf(program);

  for (const worker of workers) process.kill(worker, 'SIGTERM');
  await until(async () => {
    const found = await workersOf(program);
    return found.length === 2 && !found.some((pid) => workers.includes(pid));
  });

  const values = await until(async () => {
    const found = (await operations().catch(() => [])).map((line) => line.split(' ').at(-1));
    return found.length > 0 && found;
  });
  expect(values).toEqual(['6', '6']);
});

test('counters keep what a killed worker has counted', async () => {
  const { program, output, operations } = await startCounting();
  const before = await operations();
  expect(before.map((line) => line.split(' ').at(-1))).toEqual(['6', '6']);

  const [killed = 0] = await workersOf(program);
  process.kill(killed, 'SIGKILL');
  await until(() => output.stdout.includes('is replaced'));

  expect(await operations()).toEqual(before);
});

test('without settings there are no metrics', async () => {
  const { url } = await startProgram();

  expect((await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer x' } })).status).toBe(404);
});

test('a port that is in use stops the start with a clear message', async () => {
  const { url } = await startProgram();
  const { runProgram } = await import('../support/program.ts');

  for (const env of [{}, { WORKERS: '2' }]) {
    const { code, stderr } = await runProgram({ env: { METRICS_PORT: new URL(url).port, ...env } });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/`METRICS_PORT` is \d+ at 127\.0\.0\.1, which is in use/),
    ]);
  }
});

test('stdout contains only lines of the log', async () => {
  const { output, stop, url } = await startProgram({ env: { WORKERS: '2', METRICS_PORT: '0' } });
  await (await fetch(`${url}/nowhere`)).text();
  await stop();

  const lines = output.stdout.split('\n').filter(Boolean);
  expect(lines.map((line) => typeof JSON.parse(line).msg)).toEqual(lines.map(() => 'string'));
  expect(output.stderr).toBe('');
});
