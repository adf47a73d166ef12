import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** Entry points of the built programs, and of the examples that embed the built package. */
const ENTRIES = {
  gateway: '../../dist/main.js',
  sandbox: '../../dist/sandbox/main.js',
  express: '../../examples/express.mjs',
  fastify: '../../examples/fastify.mjs',
  hono: '../../examples/hono.mjs',
  next: '../../examples/next/server.mjs',
};

/** The URL in the log of the gateway, in the text of the sandbox, or alone on a line of an example. */
export const PRINTED_URL = /(?<=listening: .*|The sandbox listens on |^)(http:\/\/[^\s/"]+?)(?=[/\s"]|\.\s)/m;

export interface ProgramOptions {
  /** @default gateway */
  entry?: keyof typeof ENTRIES;
  /** Arguments of the program. @default none */
  args?: readonly string[];
  /** Working directory, which contains its `.data`. @default a temporary one */
  directory?: string;
  /** Environment. By default, ports are free ones, and a stop does not wait for load balancers. */
  env?: Readonly<Record<string, string>>;
  /** Limit of open files and sockets. @default that of this process */
  openFiles?: number;
  /** Start it as the leader of a process group, as a terminal does. @default false */
  isGroup?: boolean;
}

/** Exit code of a program, or the signal that ended it. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Output of a program so far. */
interface Output {
  stdout: string;
  stderr: string;
}

/** A running program. */
export interface Program {
  /** URL without a trailing slash. */
  url: string;
  directory: string;
  output: Readonly<Output>;
  pid: number;
  /** Resolves when it and all its child processes have exited. */
  exited: Promise<Exit>;
  /** Stops it with SIGTERM, and waits until it has exited. */
  stop(): Promise<Exit>;
  /** Kills it without a shutdown, and waits until it has exited. */
  kill(): Promise<Exit>;
}

/** Starts a built program, and waits until it has printed its URL. It is killed at the end of the test. */
export async function startProgram(options: ProgramOptions = {}): Promise<Program> {
  const { child, directory, output, exited } = await launch(options);
  const end = async (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return await exited;
  };
  const address = new Promise<string>((resolve) => {
    child.stdout.on('data', () => {
      const [, found] = PRINTED_URL.exec(output.stdout) ?? [];
      if (found) resolve(found);
    });
  });
  const failure = exited.then(({ code }): never => {
    throw new Error(`The program exited with code ${code} before it printed its URL.\n${output.stderr}`);
  });
  return {
    url: await Promise.race([address, failure]),
    directory,
    output,
    pid: child.pid ?? 0,
    exited,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Runs a built program until it exits. */
export async function runProgram(options: ProgramOptions): Promise<Exit & Output> {
  const { output, exited } = await launch(options);
  return { ...(await exited), ...output };
}

/** Creates a directory that is removed at the end of the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'flair-gateway-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

/** Starts a built program. It is killed at the end of the test. */
export async function launch({
  entry = 'gateway',
  args: ownArgs = [],
  directory,
  env,
  openFiles,
  isGroup = false,
}: ProgramOptions) {
  const cwd = directory ?? (await temporaryDirectory());
  const main = fileURLToPath(new URL(ENTRIES[entry], import.meta.url));
  const limited = ['-c', `ulimit -n ${openFiles} && exec "$0" "$@"`, process.execPath, main, ...ownArgs];
  const [command, args] = openFiles === undefined ? [process.execPath, [main, ...ownArgs]] : ['/bin/sh', limited];
  const child = spawn(command, args, {
    cwd,
    env: { PORT: '0', SANDBOX_PORT: '0', DRAIN_SECONDS: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: isGroup,
  });
  const output: Output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { child, directory: cwd, output, exited };
}
