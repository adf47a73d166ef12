import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Calls, callsOf } from './calls.ts';
import type { ClientCalls } from './clients.ts';
import type { NaiveCalls } from './naive.ts';
import type { StockCalls } from './stock.ts';
import type { StoreCalls } from './store.ts';
import type { UpstreamCalls } from './upstream.ts';

/** The path of a file or folder of the bench. */
export const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** The built program. */
export const PROGRAM = pathOf('../../dist/main.js');
const SANDBOX = pathOf('../../dist/sandbox/main.js');

/** What a process holds and has used, as the system sees it. */
export interface Usage {
  /** Resident memory, in bytes. */
  rss: number;
  /** Time on a processor, of all threads and of the main one, in milliseconds. */
  cpu: number;
  main: number;
  /** How long the main thread was ready but had no processor, in milliseconds; 0 where the system does not say. */
  waited: number;
}

/** Reads it from `/proc` on Linux, elsewhere from `ps`, which knows nothing of threads. */
export function usageOf(pid: number): Usage {
  const proc = `/proc/${pid}`;
  if (!existsSync(`${proc}/status`)) {
    const [rss = '', time = ''] = execFileSync('ps', ['-o', 'rss=,time=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    const cpu = time.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0) * 1_000;
    return { rss: Number(rss) * 1_024, cpu, main: cpu, waited: 0 };
  }
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`${proc}/status`, 'utf8')) ?? [];
  const threads = readdirSync(`${proc}/task`).map((thread) => timesOf(`${proc}/task/${thread}`));
  const main = timesOf(`${proc}/task/${pid}`);
  return {
    rss: Number(kilobytes) * 1_024,
    cpu: threads.reduce((sum, { ran }) => sum + ran, 0),
    main: main.ran,
    waited: main.waited,
  };
}

/** Time that a thread ran and waited, in milliseconds. A thread that has just ended took none. */
function timesOf(folder: string): { ran: number; waited: number } {
  try {
    const [ran = 0, waited = 0] = readFileSync(`${folder}/schedstat`, 'utf8').split(' ').map(Number);
    return { ran: ran / 1e6, waited: waited / 1e6 };
  } catch {
    return { ran: 0, waited: 0 };
  }
}

export type Upstream = ReturnType<typeof startUpstream>;
export type Clients = ReturnType<typeof startClients>;
export type Naive = ReturnType<typeof startNaive>;
export type Program = Awaited<ReturnType<typeof startProgram>>;

export const startUpstream = () => startTool<UpstreamCalls>('upstream.ts');
export const startClients = () => startTool<ClientCalls>('clients.ts');
export const startStore = () => startTool<StoreCalls>('store.ts');
export const startStock = () => startTool<StockCalls>('stock.ts');
export const startNaive = () => startTool<NaiveCalls>('naive.ts');

/** Starts a part of the bench, a file beside this one, in a process of its own. */
export function startTool<C extends Calls>(file: string) {
  const execArgv = ['--expose-gc', '--import', 'tsx'];
  const child = fork(pathOf(file), { cwd: pathOf('../..'), execArgv, env: environment() });
  return { pid: pidOf(child), call: callsOf<C>(child), stop: () => stop(child) };
}

export interface ProgramOptions {
  upstreamUrl: string;
  /** The key with which it asks the upstream. */
  key: string;
  /** Settings besides those that let a measurement through. */
  env?: Readonly<Record<string, string>>;
}

/** What the program says of itself when its garbage is collected. */
export interface Look {
  /** In bytes. */
  heapUsed: number;
  external: number;
  /** What keeps its event loop busy: sockets, timers, requests to the system. */
  handles: number;
  /** How late its event loop was since the last look, in milliseconds; 10 of it are the measuring itself. */
  delays: { median: number; p99: number; max: number };
}

/** Limits of the gateway that would hide what is measured, so high that they are never reached. */
export const RAISED_LIMITS = {
  WATCH_REQUESTS_PER_SECOND: '10000',
  MAX_OPERATIONS_PER_SECOND_PER_KEY: '1000000',
  MAX_REQUESTS_PER_SECOND_PER_ADDRESS: '1000000',
  MAX_SOCKETS_PER_KEY: '1000000',
  MAX_SOCKETS_PER_ADDRESS: '1000000',
  MAX_SOCKETS: '1000000',
  MAX_STREAMS_PER_KEY: '1000000',
  MAX_STREAMS_PER_SOCKET: '1000000',
  MAX_SOCKET_MESSAGES_PER_SECOND: '1000000',
};

/** Starts the gateway as it is run in production. Limits that would hide what is measured are raised, and nothing else. */
export async function startProgram({ upstreamUrl, key, env }: ProgramOptions) {
  const directory = await mkdtemp(join(tmpdir(), 'flair-bench-'));
  const child = spawn(process.execPath, ['--import', pathOf('probe.mjs'), PROGRAM], {
    cwd: directory,
    env: {
      ...environment(),
      NODE_ENV: 'production',
      PORT: '0',
      LOG_LEVEL: 'warn',
      FLAIR_API_URL: upstreamUrl,
      FLAIR_API_KEY: key,
      ...RAISED_LIMITS,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const call = callsOf<{ collect: () => Look }>(child);
  const url = await printedUrl(child, 'gateway');
  const pid = pidOf(child);
  return {
    pid,
    url,
    /** The address of its graph for WebSockets. */
    socketUrl: `${url.replace('http', 'ws')}/graphql`,
    usage: () => usageOf(pid),
    look: async () => ({ ...(await call('collect')), rss: usageOf(pid).rss }),
    /** What it holds when its garbage is collected, in bytes. */
    async memory() {
      // Pages that a collection has freed go back to the system a little later.
      for (let round = 0; round < 3; round++) {
        await call('collect');
        await setTimeout(200);
      }
      const { heapUsed } = await call('collect');
      return { rss: usageOf(pid).rss, heapUsed };
    },
    async stop() {
      await stop(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Starts the built sandbox as a REST server that forgets everything at its end. */
export async function startSandbox(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [SANDBOX], {
    env: { ...environment(), SANDBOX_PORT: '0', SANDBOX_STORAGE: 'memory', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { url: await printedUrl(child, 'sandbox'), stop: () => stop(child) };
}

/** The address that a program prints when it listens. */
async function printedUrl(child: ChildProcess, name: string): Promise<string> {
  let printed = '';
  return await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      const [found] = /http:\/\/\S+:\d+(?=\D)/.exec(printed) ?? [];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`The ${name} ended with ${code} before it printed its address.`)));
  });
}

/** Nothing of the settings of whoever runs the bench, but what a process needs to start. */
export const environment = (): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'NODE_OPTIONS'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The id of a process that has just been started. */
export function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('A process could not be started.');
  return pid;
}

/** Ends a process, and waits until it has ended. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
