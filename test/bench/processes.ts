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

/** Memory and CPU time of a process, as reported by the system. */
export interface Usage {
  /** Resident memory, in bytes. */
  rss: number;
  /** CPU time of all threads, and of the main thread, in milliseconds. */
  cpu: number;
  main: number;
  /** Time in which the main thread waited for a processor, in milliseconds; 0 if unknown. */
  waited: number;
}

/** Reads the usage from `/proc` on Linux, elsewhere from `ps`, which reports no threads. */
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

/** Time that a thread ran and waited, in milliseconds; 0 for a thread that has ended. */
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

/** Starts a file of the bench in a child process. */
export function startTool<C extends Calls>(file: string) {
  const execArgv = ['--expose-gc', '--import', 'tsx'];
  const child = fork(pathOf(file), { cwd: pathOf('../..'), execArgv, env: environment() });
  return { pid: pidOf(child), call: callsOf<C>(child), stop: () => stop(child) };
}

export interface ProgramOptions {
  upstreamUrl: string;
  /** API key of its upstream requests. */
  key: string;
  /** Path of the built program. @default the build of this checkout */
  program?: string;
  /** Limits that differ from the defaults. @default RAISED_LIMITS */
  limits?: Readonly<Record<string, string>>;
  /** Further settings. */
  env?: Readonly<Record<string, string>>;
  /** True to sample its memory and delays. Processes that it starts would answer as well. @default true */
  isProbed?: boolean;
}

/** State of the program after a garbage collection. */
export interface Sample {
  /** In bytes. */
  heapUsed: number;
  external: number;
  /** Active resources of its event loop: sockets, timers, system requests. */
  handles: number;
  /** Event loop delay since the preceding sample, in milliseconds, including 10 ms of measuring resolution. */
  delays: { median: number; p99: number; max: number };
}

/** Limits of the gateway that would distort measurements, raised so that they are never reached. */
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

/** Starts the gateway with production settings, except for its limits. */
export async function startProgram({
  upstreamUrl,
  key,
  program = PROGRAM,
  limits = RAISED_LIMITS,
  env,
  isProbed = true,
}: ProgramOptions) {
  const directory = await mkdtemp(join(tmpdir(), 'flair-bench-'));
  const child = spawn(process.execPath, [...(isProbed ? ['--import', pathOf('probe.mjs')] : []), program], {
    cwd: directory,
    env: {
      ...environment(),
      DRAIN_SECONDS: '0',
      NODE_ENV: 'production',
      PORT: '0',
      FLAIR_API_URL: upstreamUrl,
      FLAIR_API_KEY: key,
      ...limits,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit', ...(isProbed ? (['ipc'] as const) : [])],
  });
  const call = callsOf<{ collect: () => Sample }>(child);
  const url = await printedUrl(child, 'gateway');
  const pid = pidOf(child);
  return {
    pid,
    url,
    /** WebSocket URL of the GraphQL endpoint. */
    socketUrl: `${url.replace('http', 'ws')}/graphql`,
    usage: () => usageOf(pid),
    sample: async () => ({ ...(await call('collect')), rss: usageOf(pid).rss }),
    /** Memory after garbage collection, in bytes. */
    async memory() {
      // The system gets freed pages back a little later.
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

/** Starts the built sandbox as a REST server with in-memory storage. */
export async function startSandbox(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [SANDBOX], {
    env: { ...environment(), SANDBOX_PORT: '0', SANDBOX_STORAGE: 'memory', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return { url: await printedUrl(child, 'sandbox'), stop: () => stop(child) };
}

/** The URL in the log of the gateway, or in the text of the sandbox. */
const PRINTED_URL = /(?:listening: .*|The sandbox listens on )(http:\/\/[^\s/"]+:\d+)/;

/** URL that a program prints once it listens. */
async function printedUrl(child: ChildProcess, name: string): Promise<string> {
  let printed = '';
  let isFound = false;
  return await new Promise<string>((resolve, reject) => {
    // Read to its end, because a full pipe would stop the program.
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (isFound) return;
      printed += text;
      const [, found] = PRINTED_URL.exec(printed) ?? [];
      if (!found) return;
      isFound = true;
      resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`The ${name} exited with code ${code} before it printed its URL`)));
  });
}

/** Environment of child processes: only variables needed to start, without the user's settings. */
export const environment = (): Record<string, string> =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'NODE_OPTIONS'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** Id of a started process. @throws Error if it could not be started. */
export function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('A process could not be started');
  return pid;
}

/** Kills a process, and waits until it has exited. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
