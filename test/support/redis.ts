import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.ts';

/** A Redis server without persistence. */
export interface RedisServer {
  url: string;
  port: number;
  /** Sends a signal to the process, for example SIGSTOP. */
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/**
 * Finds the Redis server by `REDIS_SERVER_PATH` or on the PATH. If there is none, prints a hint and returns undefined.
 *
 * @throws Error if there is none and `CI` is true, because CI may not skip tests.
 */
export function findRedisServer({ REDIS_SERVER_PATH, PATH = '', CI }: NodeJS.ProcessEnv): string | undefined {
  const candidates = PATH.split(delimiter).map((folder) => join(folder, 'redis-server'));
  const found =
    REDIS_SERVER_PATH || [...candidates, '/usr/bin/redis-server'].find((candidate) => existsSync(candidate));
  if (found) return found;
  const message = 'There is no Redis for the tests of many replicas. Install it: apt-get install redis-server';
  if (CI === 'true') throw new Error(message);
  console.log(message);
  return undefined;
}

/**
 * Starts a server, and waits until it is ready. The caller has to stop it.
 *
 * @param at The port. @default a free one
 */
export async function startRedis(
  executable: string,
  options: readonly string[] = [],
  at?: number,
): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'flair-redis-'));
  for (let attempts = 3; ; attempts--) {
    const port = at ?? (await freePort());
    const fixed = ['--bind', '127.0.0.1', '--port', `${port}`, '--save', '', '--appendonly', 'no', '--dir', directory];
    const child = spawn(executable, [...fixed, ...options], { stdio: ['ignore', 'pipe', 'ignore'] });
    const stopped = once(child, 'exit');
    const output = await ready(child);
    if (output === 'ready') {
      return {
        url: `redis://127.0.0.1:${port}`,
        port,
        signal: (name) => void child.kill(name),
        async stop() {
          child.kill('SIGKILL');
          await stopped;
          await rm(directory, { recursive: true, force: true });
        },
      };
    }
    // Another process may have taken the port in the meantime.
    if (attempts === 1) throw new Error(`${executable} failed to start. Its output:\n${output}`);
  }
}

/** Resolves to `ready`, or to its output if it exits before. */
async function ready({ stdout }: ChildProcess): Promise<string> {
  let output = '';
  for await (const text of stdout?.setEncoding('utf8').iterator({ destroyOnReturn: false }) ?? []) {
    output += text;
    if (output.includes('Ready to accept connections')) {
      stdout?.resume();
      return 'ready';
    }
  }
  return output;
}
