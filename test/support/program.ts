import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The built programs. */
const ENTRIES = { gateway: '../../dist/main.js', sandbox: '../../dist/sandbox/main.js' };

export interface ProgramOptions {
  /** @default gateway */
  entry?: keyof typeof ENTRIES;
  /** Where it runs and keeps its `.data`. @default a directory of its own */
  directory?: string;
  /** All of its environment but the ports, which are free ones unless they stand here. */
  env?: Readonly<Record<string, string>>;
  /** How many files and sockets it may have open. @default as many as this process */
  openFiles?: number;
}

/** How a program ended: its exit code, or the signal that ended it. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What a program has written so far. */
interface Output {
  stdout: string;
  stderr: string;
}

/** A program that runs in a process of its own. */
export interface Program {
  /** Where it is reached, without a trailing slash. */
  url: string;
  directory: string;
  output: Readonly<Output>;
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<Exit>;
  /** Ends it in the middle of whatever it does, as a power failure would. */
  kill(): Promise<Exit>;
}

/** Starts a built program and waits until it has printed its address. It ends with the test at the latest. */
export async function startProgram(options: ProgramOptions = {}): Promise<Program> {
  const { child, directory, output, exited } = await launch(options);
  const end = async (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return await exited;
  };
  const address = new Promise<string>((resolve) => {
    child.stdout.on('data', () => {
      const [found] = /http:\/\/\S+:\d+(?=\D)/.exec(output.stdout) ?? [];
      if (found) resolve(found);
    });
  });
  const refusal = exited.then(({ code }): never => {
    throw new Error(`The program ended with ${code} before it printed its address.\n${output.stderr}`);
  });
  return {
    url: await Promise.race([address, refusal]),
    directory,
    output,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** Runs a built program that is expected to end by itself. */
export async function runProgram(options: ProgramOptions): Promise<Exit & Output> {
  const { output, exited } = await launch(options);
  return { ...(await exited), ...output };
}

/** A directory that is removed when the test has finished. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'flair-gateway-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}

async function launch({ entry = 'gateway', directory, env, openFiles }: ProgramOptions) {
  const cwd = directory ?? (await temporaryDirectory());
  const main = fileURLToPath(new URL(ENTRIES[entry], import.meta.url));
  const limited = ['-c', `ulimit -n ${openFiles} && exec "$0" "$1"`, process.execPath, main];
  const [command, args] = openFiles === undefined ? [process.execPath, [main]] : ['/bin/sh', limited];
  const child = spawn(command, args, {
    cwd,
    env: { PORT: '0', SANDBOX_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
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
