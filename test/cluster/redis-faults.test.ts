import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Broker } from '../../src/cluster/broker.ts';
import { monotonicNow } from '../../src/util/clocks.ts';
import type { RedisServer } from '../support/redis.ts';
import { startProxy } from '../support/redis-topologies.ts';
import { eventually, record, serve } from './broker-contract.ts';
import { connect, executable, expectNoOutput, ownRedis } from './redis-support.ts';

const limit = { id: 'limit', perSecond: 1, burst: 100 };
const value = { name: 'a', value: 'A', version: '1', milliseconds: 60_000 };

/** Expects that every command is rejected with a cause, and none hangs. */
async function expectRejections(broker: Broker): Promise<void> {
  const commands = [
    () => broker.read('g', ['a']),
    () => broker.store('g', [value]),
    () => broker.remove('g', ['a']),
    () => broker.requestTask('b', ''),
    () => broker.count(limit, 'n'),
  ];
  broker.publish('a', 'lost');
  for (const command of commands) await expect(command()).rejects.toMatchObject({ name: 'BrokerError' });
}

async function expectToWork(one: Broker, other: Broker): Promise<void> {
  const channel = record(other, `after ${monotonicNow()}`);
  await eventually(() => expect(channel.received).toEqual(['active']));
  channel.end();
  await one.store('after', [value]);
  expect(await other.read('after', ['a'])).toMatchObject([{ value: 'A' }]);
  expect(await one.count(limit, 'n')).toBe(0);
}

const failing = (broker: Broker) => eventually(() => expect(broker.problem).toBeDefined());
const working = (broker: Broker) => eventually(() => expect(broker.problem).toBeUndefined(), 25_000);

/** Two replicas, a subscription and a task, whose server fails and works again. */
async function outage(url: string, fail: () => unknown, heal: () => unknown) {
  const [one, other] = [await connect(url), await connect(url)];
  const changes: boolean[] = [];
  one.onProblemChange(() => changes.push(one.problem === undefined));
  const { received } = record(one, 'a');
  const [runs, others] = [serve(one), serve(other)];
  await one.requestTask('task', '');
  await eventually(() => expect([...runs, ...others]).toHaveLength(1));
  await eventually(() => expect(received).toEqual(['active']));

  await fail();
  await failing(one);
  await failing(other);
  await expectRejections(one);
  const { cause } = one.problem ?? {};
  // Long enough for several probes, none of which may log anything.
  await eventually(() => expect([...runs, ...others].every(({ task }) => task.signal.aborted)).toBe(true));
  await heal();
  await working(one);
  await working(other);

  await eventually(() => expect(received.filter((message) => message === 'active').length).toBeGreaterThan(1));
  other.publish('a', 'after');
  await eventually(() => expect(received.at(-1)).toBe('after'));
  await expectToWork(one, other);
  await one.requestTask('task', '');
  await eventually(() => expect([...runs, ...others].filter(({ task }) => !task.signal.aborted)).toHaveLength(1));
  expect(changes).toEqual([false, true]);
  for (const { lines } of [one, other]) expect(lines.map(([level]) => level)).toEqual(['warn', 'info']);
  return { cause, received };
}

describe.skipIf(!executable)('faults of a Redis server', { timeout: 60_000 }, () => {
  beforeEach(expectNoOutput);

  /** A connection that changes the server. */
  async function control(server: RedisServer): Promise<Redis> {
    const redis = new Redis(server.url);
    onTestFinished(() => redis.disconnect());
    return redis;
  }

  test('replicas continue after a restart of the server, which has lost all data', async () => {
    const server = await ownRedis();

    const { received } = await outage(
      server.url,
      () => server.stop(),
      () => ownRedis([], server.port),
    );

    expect(received).not.toContain('lost');
  });

  test('a frozen server is a problem within two seconds, until it continues', async () => {
    const server = await ownRedis();
    let frozenAt = 0;
    const broker = await connect(server.url);
    const noticedAfter = new Promise<number>((resolve) => {
      broker.onProblemChange(() => resolve(monotonicNow() - frozenAt));
    });

    const { cause } = await outage(
      server.url,
      () => {
        frozenAt = monotonicNow();
        server.signal('SIGSTOP');
      },
      () => server.signal('SIGCONT'),
    );

    expect(cause).toContain('no reply in time');
    console.log(`A frozen server is noticed after ${Math.round(await noticedAfter)} ms.`);
  });

  test('a full server is a problem, until it has space', async () => {
    const server = await ownRedis();
    const redis = await control(server);

    const { cause } = await outage(
      server.url,
      () => redis.config('SET', 'maxmemory', '1'),
      () => redis.config('SET', 'maxmemory', '0'),
    );

    expect(cause).toContain('OOM');
  });

  test('a read-only server is a problem, until it is a primary again', async () => {
    const [server, primary] = [await ownRedis(), await ownRedis()];
    const redis = await control(server);

    const { cause } = await outage(
      server.url,
      () => redis.replicaof('127.0.0.1', primary.port),
      () => redis.replicaof('NO', 'ONE'),
    );

    expect(cause).toContain('READONLY');
  });

  test('a server that does not exist yet is a problem without the password, until it exists', async () => {
    const { port, stop } = await ownRedis();
    await stop();
    const broker = await connect(`redis://:secret-4711@127.0.0.1:${port}`);
    const { received } = record(broker, 'a');
    expect(broker.problem?.cause).toContain('ECONNREFUSED');
    expect(broker.problem?.since).toBeInstanceOf(Date);
    const runs = serve(broker);
    await expectRejections(broker);

    await ownRedis(['--requirepass', 'secret-4711'], port);
    await working(broker);
    await broker.requestTask('task', 'data');
    await eventually(() => expect(runs.map(({ task }) => task.name)).toEqual(['task']));

    await eventually(() => expect(received).toEqual(['active']));
    expect(JSON.stringify(broker.lines)).not.toContain('4711');
  });

  test('a wrong password is a problem, which is not logged', async () => {
    const { port } = await ownRedis(['--requirepass', 'right']);

    const broker = await connect(`redis://:secret-4711@127.0.0.1:${port}`);

    expect(broker.problem?.cause).toMatch(/WRONGPASS|NOAUTH/);
    expect(JSON.stringify([broker.problem, broker.lines])).not.toContain('4711');
  });

  test('a replica that loses its connection aborts its tasks before another one runs them', async () => {
    const server = await ownRedis();
    const proxy = await startProxy(server);
    const [partitioned, other] = [await connect(proxy.url), await connect(server.url)];
    const events: string[] = [];
    partitioned.serveTasks(async ({ name, signal }) => {
      events.push(`${name} runs`);
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      events.push(`${name} is aborted`);
    });
    await partitioned.requestTask('a', '');
    await eventually(() => expect(events).toEqual(['a runs']));
    other.serveTasks(async ({ name }) => void events.push(`${name} runs again`));

    proxy.redirect({ ...server, port: 1 });
    proxy.block();

    await eventually(() => expect(events).toEqual(['a runs', 'a is aborted', 'a runs again']));
    expect(other.problem).toBeUndefined();
    expect(partitioned.problem).toBeDefined();
  });

  test('a task that ends without a connection runs once more', async () => {
    const server = await ownRedis();
    const proxy = await startProxy(server);
    const [partitioned, other] = [await connect(proxy.url), await connect(server.url)];
    const runs = serve(partitioned);
    await partitioned.requestTask('a', 'data');
    await eventually(() => expect(runs).toHaveLength(1));
    const others = serve(other);

    proxy.redirect({ ...server, port: 1 });
    proxy.block();
    runs[0]?.end();

    await eventually(() => expect(others.map(({ task }) => task.data)).toEqual(['data']));
    others[0]?.end();
    proxy.redirect(server);
    await working(partitioned);
    await partitioned.requestTask('a', 'again');
    await eventually(() =>
      expect([...runs.slice(1), ...others.slice(1)].map(({ task }) => task.data)).toEqual(['again']),
    );
  });

  test('tasks of a killed replica run on another one', async () => {
    const { url } = await ownRedis();
    const runner = spawn(process.execPath, [
      '--import',
      'tsx',
      fileURLToPath(new URL('runner.ts', import.meta.url)),
      url,
    ]);
    onTestFinished(() => void runner.kill('SIGKILL'));
    let output = '';
    runner.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await eventually(() => expect(output).toContain('serving'));
    const broker = await connect(url);
    await broker.requestTask('a', 'data');
    await broker.requestTask('b', 'data');
    await eventually(() => expect(output.split('\n').toSorted()).toEqual(['', 'a', 'b', 'serving']));
    const runs = serve(broker);

    const killedAt = monotonicNow();
    runner.kill('SIGKILL');
    await once(runner, 'exit');

    await eventually(() => expect(runs.map(({ task }) => task.name).toSorted()).toEqual(['a', 'b']));
    console.log(`Tasks of a killed replica run after ${Math.round(monotonicNow() - killedAt)} ms.`);
  });
});
