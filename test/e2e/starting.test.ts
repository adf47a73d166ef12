import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { launch, startProgram } from '../support/program.ts';
import { until, workersOf } from '../support/workers.ts';

/** Each test starts several processes. */
const SLOW = { timeout: 120_000 };

/** Starts a Redis that accepts connections, but never responds. @returns The settings that connect a gateway with it. */
async function startSilentRedis(onConnection: () => void) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return {
    REDIS_URL: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    SECRET: 'a secret of 32 characters or more for all replicas',
  };
}

test.each(['1', '2'])(
  'with WORKERS=%s, health checks are answered while Redis is being connected',
  SLOW,
  async (workers) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const check = async (path: string) => {
      const response = await fetch(url + path);
      return [response.status, await response.json()];
    };
    /** The checks at the time of the first connection. */
    let checks: Promise<unknown> | undefined;
    const redis = await startSilentRedis(() => {
      checks ??= Promise.all([check('/health'), check('/ready')]);
    });

    const program = await startProgram({
      env: {
        PORT: String(port),
        WORKERS: workers,
        ...redis,
      },
    });

    expect(await checks).toEqual([
      [200, { status: 'ok' }],
      [503, { status: 'starting', checks: { configuration: { status: 'ok' } } }],
    ]);
    expect(await check('/ready')).toMatchObject([200, { status: 'ready', checks: { redis: { status: 'failing' } } }]);
    expect(await program.stop()).toEqual({ code: 0, signal: null });
  },
);

test.each(['1', '2'])(
  'with WORKERS=%s, SIGTERM during the start completes the held requests',
  SLOW,
  async (workers) => {
    const port = await freePort();
    const connected = new EventEmitter();
    const redis = await startSilentRedis(() => connected.emit('connected'));
    const isConnecting = once(connected, 'connected');
    const { child, output, exited } = await launch({ env: { PORT: String(port), WORKERS: workers, ...redis } });
    await isConnecting;
    const held = fetch(`http://127.0.0.1:${port}/graphql?query={__typename}`);
    await (await fetch(`http://127.0.0.1:${port}/health`)).text();

    child.kill('SIGTERM');

    expect(await (await held).json()).toEqual({ data: { __typename: 'Query' } });
    expect(await exited).toEqual({ code: 0, signal: null });
    expect([output.stdout, output.stderr]).toEqual([expect.not.stringContaining('listening'), '']);
  },
);

/** Starts a gateway with two workers. @returns It, once the workers run, which do not handle signals yet. */
async function launchWorkers() {
  const launched = await launch({ env: { WORKERS: '2' }, isGroup: true });
  const pid = launched.child.pid ?? 0;
  const workers = await until(async () => {
    const found = await workersOf({ pid });
    return found.length === 2 && found;
  });
  return { ...launched, pid, workers };
}

test('SIGTERM to a worker that starts does not end the gateway', SLOW, async () => {
  const { child, output, exited, workers } = await launchWorkers();

  process.kill(workers[0] ?? 0, 'SIGTERM');
  await until(() => output.stdout.includes('listening: '));
  child.kill('SIGTERM');

  expect(await exited).toEqual({ code: 0, signal: null });
  expect(output.stdout).toMatch(/a worker (ended|stops) because of a signal, and is replaced/);
  expect(output.stderr).toBe('');
});

test('SIGTERM to all processes while the workers start ends the gateway', SLOW, async () => {
  const { output, exited, pid } = await launchWorkers();

  process.kill(-pid, 'SIGTERM');

  expect(await exited).toEqual({ code: 0, signal: null });
  expect(output.stderr).toBe('');
});
