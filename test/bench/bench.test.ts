import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { exponentOf, MAX_EXPONENT } from './growth/report.ts';
import { PROGRAM, pathOf } from './processes.ts';
import { exponent } from './slope.ts';
import { ABSOLUTE_COLUMNS, LOADS, TABLES } from './speed/columns.ts';
import { figureOf } from './speed/figures.ts';
import { KeyedRequest } from './speed/keyed-request.ts';
import { compareResponses, countReads, FAST_ROWS, measure, responseOf, startGenerator } from './speed/measure.ts';
import { BARE, gateway, type Peer } from './speed/peers.ts';
import { KEY, type Keys, READS, ROTATING_KEYS } from './speed/queries.ts';
import { ResponseReader } from './speed/response-reader.ts';
import { type Plan, run } from './speed/run.ts';
import { startServer } from './speed/servers.ts';
import { startStub } from './speed/upstreams.ts';

async function stopAfterTest<Process extends { stop(): Promise<void> }>(starting: Promise<Process>): Promise<Process> {
  const process = await starting;
  onTestFinished(() => process.stop());
  return process;
}

/** Starts the reference server and the gateway with the same upstream. */
async function startBoth() {
  const upstream = await stopAfterTest(startStub(0));
  const start = (peer: Peer) => stopAfterTest(startServer(peer, upstream.url));
  const [bare, product] = await Promise.all([start(BARE), start(gateway('product', 'this gateway', PROGRAM))]);
  return { upstream, bare, product };
}

test('the gateway returns the same data as the bare server with the same number of upstream requests', async () => {
  const { upstream, bare, product } = await startBoth();

  await compareResponses(product, bare);

  expect(await responseOf(bare, 'Q4')).toBe('{"data":{"__typename":"Query"}}');
  for (const server of [bare, product]) expect(await countReads(server, upstream)).toEqual(READS);
});

test('the load generator counts upstream requests and rejects unexpected responses', async () => {
  const upstream = await stopAfterTest(startStub(0));
  const bare = await stopAfterTest(startServer(BARE, upstream.url));
  const generator = startGenerator();
  onTestFinished(() => generator.stop());

  const measured = await measure({ generator, upstream }, bare, FAST_ROWS.Q2, { warmUp: 0, time: 1 });
  const wrong = generator.call('load', {
    port: bare.port,
    connections: 1,
    request: `GET /q4 HTTP/1.1\r\nhost: bench\r\nx-api-key: ${KEY}\r\n\r\n`,
    keys: 'one',
    body: '{"data":{"__typename":"Mutation"}}',
    warmUp: 0,
    time: 1,
    watched: [],
  });

  expect(measured).toMatchObject({ readsPerResponse: READS.Q2, used: [{}, {}] });
  await expect(wrong).rejects.toThrow(
    'Expected {"data":{"__typename":"Mutation"}}, got {"data":{"__typename":"Query"}}',
  );
});

/** Measurements that are as short as possible. */
const SHORTEST: Plan = {
  rounds: 1,
  warming: { warmUp: 0, time: 1 },
  slowWarmUp: 0,
  each: { warmUp: 0, time: 1 },
  watching: { subscriptions: 4, jobs: 2, crowd: 3, changes: 1 },
};

test('a run measures every column: all of them for the gateway, and all but those of subscriptions for others', async () => {
  const peers = [BARE, gateway('product', 'this gateway', PROGRAM)];

  const { servers, missing } = await run(peers, SHORTEST, () => {});

  const unmeasured = (name: string) =>
    TABLES.flatMap(({ columns }) => columns)
      .filter(({ of }) => servers[name] && servers.bare && of(servers[name], servers.bare).length === 0)
      .map(({ title }) => title);
  expect(unmeasured('product')).toEqual([]);
  expect(unmeasured('bare')).toEqual(['idle subscription', 'fan-out', 'fan-out p99', 'CPU per event']);
  expect(missing).toEqual({});
}, 180_000);

test('consecutive requests have the same key, rotating keys, or new ones', () => {
  const requestsWith = (keys: Keys) => {
    const request = new KeyedRequest({ request: `x-api-key: ${KEY}\r\n`, keys });
    return Array.from({ length: 2 * ROTATING_KEYS }, () => String(request.next()));
  };

  const [one, rotating, added] = [requestsWith('one'), requestsWith('rotating'), requestsWith('new')];

  expect(new Set(one)).toEqual(new Set([`x-api-key: ${KEY}\r\n`]));
  expect(new Set(rotating).size).toBe(ROTATING_KEYS);
  expect(rotating.slice(ROTATING_KEYS)).toEqual(rotating.slice(0, ROTATING_KEYS));
  expect(new Set([...added, ...rotating]).size).toBe(3 * ROTATING_KEYS);
});

test('changing responses differ in every row, and in nothing that is queried', async () => {
  const upstream = await stopAfterTest(startStub(0, { changing: true }));
  const read = async () => {
    const response = await fetch(`${upstream.url}/predictions`, { headers: { 'x-api-key': KEY } });
    const { predictions } = (await response.json()) as { predictions: Record<string, unknown>[] };
    return predictions;
  };

  const [first, second] = [await read(), await read()];

  const changed = first.map((row, index) =>
    Object.keys(row).filter((name) => `${row[name]}` !== `${second[index]?.[name]}`),
  );
  expect(changed).toEqual(Array.from(first, () => ['served', 'images']));
  expect(first).toHaveLength(20);
});

test.each([
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"a":10}'],
  ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n5\r\n":10}\r\n0\r\n\r\n'],
])('the response reader parses a response with %s from chunks of any size', (_, text) => {
  const reader = new ResponseReader();

  const whole = reader.push(Buffer.from(text));
  const bodies = [...text].map((letter) => reader.push(Buffer.from(letter)));

  expect(String(whole)).toBe('{"a":10}');
  expect(bodies.map(String)).toEqual([...Array(text.length - 1).fill('undefined'), '{"a":10}']);
});

test('the response reader rejects a response with another status than 200', () => {
  const response = Buffer.from('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n');

  expect(() => new ResponseReader().push(response)).toThrow('Expected status 200, got HTTP/1.1 503');
});

test('a figure consists of median, minimum and maximum of the rounds', () => {
  expect(figureOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  expect(figureOf([4, 1, 2, 3])).toEqual({ median: 2.5, least: 1, most: 4 });
  expect(figureOf([1])).toEqual({ median: 1, least: 1, most: 1 });
  expect(figureOf([]).median).toBeNaN();
});

test('the growth exponent is 1 for linear, 2 for quadratic and 0 for constant cost', () => {
  const of = (grows: (work: number) => number) => exponent([1, 2, 4, 8].map((work) => [work, grows(work)]));

  expect(of((work) => 3 * work)).toBeCloseTo(1);
  expect(of((work) => work ** 2)).toBeCloseTo(2);
  expect(of(() => 5)).toBeCloseTo(0);
});

test('superlinear growth in the upper half is detected even if the lower half is flat', () => {
  const steps = [1, 2, 4, 8, 16, 32, 64].map((work) => ({ work, cpu: 100 + work ** 2, took: 0, memory: 0 }));

  expect(exponentOf({ title: '', work: '', steps })).toBeGreaterThan(MAX_EXPONENT);
  expect(
    exponentOf({ title: '', work: '', steps: steps.map((step) => ({ ...step, cpu: 100 + step.work })) }),
  ).toBeLessThan(1);
});

test.each([...LOADS, ...ABSOLUTE_COLUMNS].map(({ title, meaning }) => [title, meaning]))(
  'docs/performance.md explains the column %s',
  (_, meaning) => {
    expect(readFileSync(pathOf('../../docs/performance.md'), 'utf8')).toContain(meaning);
  },
);

test('the lock file of the other servers contains no registry URLs', () => {
  expect(readFileSync(pathOf('peers/package-lock.json'), 'utf8')).not.toContain('"resolved"');
});
