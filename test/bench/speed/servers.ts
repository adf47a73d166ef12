import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../../support/free-port.ts';
import { environment, pidOf, stop, usageOf } from '../processes.ts';
import type { Peer } from './peers.ts';
import { graphqlRequest, type QueryName } from './queries.ts';

/** Path of an installed program, or undefined; also searches folders that the `PATH` of most users lacks. */
export const onPath = (program: string): string | undefined =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));

const taskset = availableParallelism() > 1 ? onPath('taskset') : undefined;

/** True if servers run alone on processor 0, and all other processes on the others. */
export const isPinned = taskset !== undefined;

/** Moves a process, and all child processes that it starts later. */
function moveTo(processors: string, pid: number): void {
  if (taskset) spawnSync(taskset, ['--all-tasks', '--cpu-list', '--pid', processors, String(pid)]);
}

/** Moves this process off the processor of the servers. */
export const leaveServerProcessor = (): void => moveTo(`1-${availableParallelism() - 1}`, process.pid);

/** Moves a process to the processor of the servers. */
export const moveToServerProcessor = (pid: number): void => moveTo('0', pid);

export type Server = Awaited<ReturnType<typeof startServer>>;

/** Starts a server on a processor of its own, and waits for its first response. */
export async function startServer(peer: Peer, upstreamUrl: string) {
  const folder = await mkdtemp(join(tmpdir(), 'flair-bench-'));
  const port = await freePort();
  const { command, env } = peer.start({ port, upstreamUrl, folder });
  const [program = '', ...args] = taskset ? [taskset, '--cpu-list', '0', ...command] : command;
  // Logs are formatted as in production; to a file, because a pipe would have to be read.
  const output = openSync(join(folder, 'output'), 'w');
  const begunAt = performance.now();
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...environment(), NODE_ENV: 'production', ...env },
    stdio: ['ignore', output, output],
  });
  // waitForResponse detects the failure.
  child.on('error', () => {});
  closeSync(output);
  const url = `http://127.0.0.1:${port}`;
  const end = async () => {
    await stop(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { path, body, method } = (peer.requestOf ?? graphqlRequest)('Q4');
    const headers = { 'content-type': 'application/json', 'x-api-key': 'bench-0' };
    await waitForResponse(child, url + path, { method, headers, ...(body && { body }) });
  } catch (error) {
    const formatted = await readFile(join(folder, 'output'), 'utf8');
    await end();
    const [lastLine = 'no output'] = formatted.trim().split('\n').slice(-1);
    throw new Error(`failed to start: ${error instanceof Error ? error.message : error}: ${lastLine}`);
  }
  const pid = pidOf(child);
  return {
    peer,
    port,
    url,
    pid,
    /** Time from its start to its first response, in milliseconds. */
    startedIn: performance.now() - begunAt,
    requestOf: (name: QueryName) => (peer.requestOf ?? graphqlRequest)(name),
    usage: () => usageOf(pid),
    stop: end,
  };
}

/** Maximum time for a server to start, in milliseconds. */
const START_TIMEOUT = 60_000;

/** Sends requests until one succeeds; a server that does not listen yet refuses connections. */
export async function waitForResponse(child: ChildProcess, url: string, init?: RequestInit): Promise<void> {
  for (const deadline = performance.now() + START_TIMEOUT; performance.now() < deadline; ) {
    if (child.pid === undefined) throw new Error('program not found');
    if (child.exitCode !== null) throw new Error(`exited with code ${child.exitCode}`);
    const response = await fetch(url, init).catch(() => undefined);
    if (response?.ok) return void (await response.text());
    await response?.body?.cancel();
    await setTimeout(5);
  }
  throw new Error(`no response within ${START_TIMEOUT / 1_000} s`);
}
