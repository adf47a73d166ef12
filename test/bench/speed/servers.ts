import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { environment, pidOf, stop, usageOf } from '../processes.ts';
import type { Peer } from './peers.ts';
import { graphqlQuestion, type QueryName } from './queries.ts';

/** Where a program is; undefined where it is not. Some lie where the `PATH` of most users does not lead. */
export const onPath = (program: string): string | undefined =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));

const taskset = availableParallelism() > 1 ? onPath('taskset') : undefined;

/** Whether servers get a processor of their own, and everything else the others. */
export const isPinned = taskset !== undefined;

/** Keeps this process, and all that it starts from now on, off the processor of the servers. */
export function stepAside(): void {
  if (!taskset) return;
  const others = `1-${availableParallelism() - 1}`;
  spawnSync(taskset, ['--all-tasks', '--cpu-list', '--pid', others, String(process.pid)]);
}

export type Server = Awaited<ReturnType<typeof startServer>>;

/** Starts a server on a processor of its own, and waits until it has answered. */
export async function startServer(peer: Peer, upstreamUrl: string) {
  const folder = await mkdtemp(join(tmpdir(), 'flair-bench-'));
  const port = await freePort();
  const { command, env } = peer.start({ port, upstreamUrl, folder });
  const [program = '', ...args] = taskset ? [taskset, '--cpu-list', '0', ...command] : command;
  // It writes its log as it would in production; into a file, because a pipe would have to be read.
  const output = openSync(join(folder, 'output'), 'w');
  const begunAt = performance.now();
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...environment(), NODE_ENV: 'production', ...env },
    stdio: ['ignore', output, output],
  });
  // Seen by whoever waits for its answer.
  child.on('error', () => {});
  closeSync(output);
  const url = `http://127.0.0.1:${port}`;
  const end = async () => {
    await stop(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { path, body, method } = (peer.question ?? graphqlQuestion)('Q4');
    const headers = { 'content-type': 'application/json', 'x-api-key': 'bench-0' };
    await untilAnswered(child, url + path, { method, headers, ...(body && { body }) });
  } catch (error) {
    const written = await readFile(join(folder, 'output'), 'utf8');
    await end();
    const [said = 'it wrote nothing'] = written.trim().split('\n').slice(-1);
    throw new Error(`it did not start, ${error instanceof Error ? error.message : error}: ${said}`);
  }
  const pid = pidOf(child);
  return {
    peer,
    port,
    url,
    pid,
    /** From its start to its first answer, in milliseconds. */
    startedIn: performance.now() - begunAt,
    question: (name: QueryName) => (peer.question ?? graphqlQuestion)(name),
    usage: () => usageOf(pid),
    stop: end,
  };
}

/** How long a server may take to start, in milliseconds. */
const PATIENCE = 60_000;

/** Asks until there is an answer; a server that is not there yet refuses. */
export async function untilAnswered(child: ChildProcess, url: string, init?: RequestInit): Promise<void> {
  for (const deadline = performance.now() + PATIENCE; performance.now() < deadline; ) {
    if (child.pid === undefined) throw new Error('because there is no such program');
    if (child.exitCode !== null) throw new Error(`because it ended with ${child.exitCode}`);
    const response = await fetch(url, init).catch(() => undefined);
    if (response?.ok) return void (await response.text());
    await response?.body?.cancel();
    await setTimeout(5);
  }
  throw new Error(`because it had not answered within ${PATIENCE / 1_000} s`);
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
