import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ProgramOptions, startProgram } from '../support/program.ts';
import { stillRunning, until, workersOf } from '../support/workers.ts';
import { execute, openSocket } from './client.ts';

/** Each test starts several processes. */
const SLOW = { timeout: 120_000 };

/** Starts a gateway with several workers, and with one query that waits for the upstream. */
async function startWithPendingQuery(options: ProgramOptions = {}) {
  const upstream = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void upstream.close());
  await once(upstream, 'listening');
  const { port } = upstream.address() as AddressInfo;
  const program = await startProgram({ ...options, env: { WORKERS: '2', FLAIR_API_URL: `http://127.0.0.1:${port}` } });
  const workers = await workersOf(program);
  const pending = execute(program.url, '{ models { nodes { id } } }', {}, { 'x-api-key': 'any' });
  const [, response] = (await once(upstream, 'request')) as [unknown, ServerResponse];
  return {
    program,
    workers,
    pending,
    respond: () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"models":[],"hasMore":false}'),
  };
}

const EMPTY = { data: { models: { nodes: [] } } };

test.each([
  ['the primary process', 'SIGTERM', false],
  ['the whole process group', 'SIGINT', true],
  ['the whole process group', 'SIGTERM', true],
] as const)(
  '%s completes running queries after %s, and closes streams for a reconnect',
  SLOW,
  async (_, signal, isGroup) => {
    const { program, workers, pending, respond } = await startWithPendingQuery({ isGroup });
    const sockets = await Promise.all([openSocket(program.url), openSocket(program.url)]);

    process.kill(isGroup ? -program.pid : program.pid, signal);
    for (const { closed } of sockets) expect(await closed).toMatchObject({ code: 1012 });
    respond();

    expect(await pending).toEqual(EMPTY);
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(await stillRunning(workers)).toEqual([]);
    expect(program.output.stdout).not.toContain('is replaced');
  },
);

test('a worker that receives SIGTERM completes its queries and is replaced', SLOW, async () => {
  const { program, workers, pending, respond } = await startWithPendingQuery();

  for (const worker of workers) process.kill(worker, 'SIGTERM');
  await until(async () => (await workersOf(program)).length === 3);
  respond();

  expect(await pending).toEqual(EMPTY);
  const replacements = await until(async () => {
    const found = await workersOf(program);
    return found.length === 2 && found;
  });
  expect(replacements.filter((pid) => workers.includes(pid))).toEqual([]);
  await until(async () => (await fetch(`${program.url}/ready`).catch(() => undefined))?.ok);
  expect(await program.stop()).toEqual({ code: 0, signal: null });
});

test('a second signal ends all processes at once', SLOW, async () => {
  const { program, workers, pending } = await startWithPendingQuery();
  const { closed } = await openSocket(program.url);

  process.kill(program.pid, 'SIGTERM');
  await closed;
  process.kill(program.pid, 'SIGINT');

  await expect(pending).rejects.toThrow();
  expect(await program.exited).toEqual({ code: null, signal: 'SIGINT' });
  expect(await stillRunning(workers)).toEqual([]);
});
