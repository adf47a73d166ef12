import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { type Program, startProgram } from '../support/program.ts';
import { respondersOf, stillRunning, until, workersOf } from '../support/workers.ts';
import { connectSocket, execute, openSocket } from './client.ts';

/** Each test starts several processes, some of them twice. */
const SLOW = { timeout: 120_000 };
const WORKERS = { WORKERS: '3', SANDBOX_SEED: 'false', SANDBOX_STORAGE: 'memory' };

/** Waits until other processes have replaced a worker and respond to requests. */
async function replacementOf(killed: number, program: Program): Promise<void> {
  const from = program.output.stdout.length;
  const workers = await until(async () => {
    const found = await workersOf(program);
    return found.length === 3 && !found.includes(killed) && found;
  });
  await until(async () => {
    await execute(program.url, '{ __typename }', {}, { connection: 'close' }).catch(() => {});
    const responders = respondersOf(program, from);
    return workers.every((pid) => responders.has(pid));
  });
}

test('a killed worker is replaced, and requests over other workers succeed meanwhile', SLOW, async () => {
  const program = await startProgram({ env: WORKERS });
  const [killed = 0] = await workersOf(program);
  const failures: unknown[] = [];
  let isOver = false;
  let responses = 0;
  const load = Array.from({ length: 3 }, async () => {
    while (!isOver) {
      await execute(program.url, '{ __typename }', {}, { connection: 'close' }).then(
        () => responses++,
        (error: unknown) => failures.push(error),
      );
    }
  });
  await until(() => responses > 10);

  process.kill(killed, 'SIGKILL');
  const before = responses;
  await replacementOf(killed, program);
  isOver = true;
  await Promise.all(load);

  expect(responses - before).toBeGreaterThan(10);
  // Only connections that the killed worker had already received break.
  expect(failures.length).toBeLessThanOrEqual(load.length);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
  expect(program.output.stdout.match(/a worker ended unexpectedly/g)).toHaveLength(1);
  expect(program.output.stdout).toContain(`"worker":${killed},"code":null,"signal":"SIGKILL"`);
});

test(
  'a connection that a killed worker has not accepted is closed, instead of staying open for ever',
  SLOW,
  async () => {
    const program = await startProgram({ env: { ...WORKERS, WORKERS: '2' } });
    const [stalled = 0] = await workersOf(program);
    process.kill(stalled, 'SIGSTOP');
    const requests = [0, 1].map(() => execute(program.url, '{ __typename }', {}, { connection: 'close' }));
    // The other request is sent to the stalled worker.
    await Promise.any(requests);

    process.kill(stalled, 'SIGKILL');

    expect(await Promise.allSettled(requests)).toHaveLength(2);
  },
);

test('WebSockets are distributed evenly, and those of a killed worker resume their subscriptions', SLOW, async () => {
  const upstream = await startUpstream();
  const program = await startProgram({ env: { ...WORKERS, FLAIR_API_URL: upstream.url, FLAIR_API_KEY: 'any' } });
  const [killed = 0] = await workersOf(program);
  const watches: Watch[] = [];
  const watch = async (): Promise<Watch> => {
    const own: Watch = { states: [], isBroken: false };
    watches.push(own);
    const closed = (event: unknown) => {
      if ((event as CloseEvent).code === ABNORMAL_CLOSURE) own.isBroken = true;
    };
    const client = connectSocket(program.url, {
      retryAttempts: 100,
      shouldRetry: () => true,
      retryWait,
      on: { closed },
    });
    for await (const { data } of client.iterate<{ predictionUpdated: { status: string } }>({ query, variables })) {
      own.states.push(data?.predictionUpdated.status ?? '');
    }
    return own;
  };
  const ends: Promise<Watch>[] = [];
  while (ends.length < 12) {
    ends.push(watch());
    await until(() => watches.at(-1)?.states.length === 1);
  }
  // A reconnect can break too, as long as its worker is not known to have ended; therefore watches are counted.
  const broken = () => watches.filter(({ isBroken }) => isBroken);

  process.kill(killed, 'SIGKILL');
  await until(() => broken().length >= 3 && broken().every(({ states }) => states.length === 2));
  upstream.prediction.status = 'completed';

  for (const { states } of await Promise.all(ends)) expect(states.at(-1)).toBe('COMPLETED');
  expect(broken().length).toBeLessThanOrEqual(5);
});

test('workers end when their primary process is killed, and close their WebSockets for a reconnect', SLOW, async () => {
  const program = await startProgram({ env: WORKERS });
  const workers = await workersOf(program);
  const { closed } = await openSocket(program.url);

  process.kill(program.pid, 'SIGKILL');

  expect(await closed).toMatchObject({ code: 1012 });
  // Resolves when no process has the standard output open any more.
  expect(await program.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await stillRunning(workers)).toEqual([]);
});

/** One subscription, over all of its connections. */
interface Watch {
  readonly states: string[];
  /** True if one of its connections ended without a closing handshake. */
  isBroken: boolean;
}

/** Close code of a connection that ended without a closing handshake (RFC 6455, 7.4.1). */
const ABNORMAL_CLOSURE = 1006;

/** Reconnects at once, as soon as the event loop is free. */
const retryWait = () => new Promise<void>((resolve) => setImmediate(resolve));

const query = 'subscription ($id: ID!) { predictionUpdated(id: $id) { status } }';
const variables = { id: globalId({ kind: 'Prediction', id: 'a' }) };

/** An upstream with one prediction. */
async function startUpstream() {
  const prediction = { status: 'running', images: ['https://images.example/a.webp'] };
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(prediction));
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, prediction };
}
