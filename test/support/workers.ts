import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import type { Program } from './program.ts';

const run = promisify(execFile);

/** Ids of the running child processes of a program. */
export const workersOf = async ({ pid }: Pick<Program, 'pid'>): Promise<number[]> =>
  (await runningProcesses()).filter(({ parent }) => parent === pid).map(({ id }) => id);

/** Ids of the running processes that a process has started, directly or not. */
export async function descendantsOf(id: number): Promise<number[]> {
  const processes = await runningProcesses();
  const childrenOf = (parent: number): number[] =>
    processes.filter((child) => child.parent === parent).flatMap((child) => [child.id, ...childrenOf(child.id)]);
  return childrenOf(id);
}

/** Those of the given processes that still run. */
export async function stillRunning(ids: readonly number[]): Promise<number[]> {
  const running = new Set((await runningProcesses()).map(({ id }) => id));
  return ids.filter((id) => running.has(id));
}

/** The processes of this machine, without those that have ended and wait for their parent. */
async function runningProcesses(): Promise<{ id: number; parent: number }[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => state !== undefined && !state.startsWith('Z'))
    .map(([id, parent]) => ({ id: Number(id), parent: Number(parent) }));
}

/**
 * Ids of the processes that have responded to requests, from the log of a program.
 *
 * @param from Length of the output that is skipped. @default 0
 */
export const respondersOf = ({ output }: Pick<Program, 'output'>, from = 0): Set<number> =>
  new Set(
    [...output.stdout.slice(from).matchAll(/"pid":(\d+),[^\n]*"msg":"(?:operation|request)"/g)].map(([, pid]) =>
      Number(pid),
    ),
  );

/** Waits until a condition is true, and returns its value. The test fails if it stays false. */
export const until = <Value>(find: () => Promise<Value | undefined | false> | Value | undefined | false) =>
  vi.waitUntil(find, { timeout: 20_000, interval: 20 }) as Promise<Value>;
