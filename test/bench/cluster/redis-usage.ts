import { Redis } from 'ioredis';

/** Counters of a Redis server since its start. */
export interface RedisUsage {
  /** Commands, including those that scripts execute. */
  commands: number;
  /** Number of each command that was executed. */
  byCommand: ReadonlyMap<string, number>;
  /** CPU time, in milliseconds. */
  cpu: number;
  sentBytes: number;
  receivedBytes: number;
}

export interface RedisMeter {
  read(): Promise<RedisUsage>;
  close(): void;
}

/** Opens a connection over which counters are read, each time with one command. */
export async function openRedisMeter(url: string): Promise<RedisMeter> {
  const connection = new Redis(url, { lazyConnect: true });
  await connection.connect();
  return {
    read: async () => parseUsage(await connection.info('everything')),
    close: () => connection.disconnect(),
  };
}

/** Parses the reply of `INFO everything`. */
export function parseUsage(info: string): RedisUsage {
  const numberOf = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  const counts = info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
  return {
    commands: numberOf('total_commands_processed'),
    byCommand: new Map([...counts].map(([, name = '', calls]) => [name, Number(calls)])),
    cpu: (numberOf('used_cpu_user') + numberOf('used_cpu_sys')) * 1_000,
    sentBytes: numberOf('total_net_output_bytes'),
    receivedBytes: numberOf('total_net_input_bytes'),
  };
}

/** The commands that only the meter sends. */
const OWN = 'info';

/** Difference of two reads of the counters, without the reads themselves. */
export function usageBetween(before: RedisUsage, after: RedisUsage): RedisUsage {
  const byCommand = [...after.byCommand].map(
    ([name, calls]) => [name, calls - (before.byCommand.get(name) ?? 0)] as const,
  );
  return {
    // The first read is counted in the second one.
    commands: after.commands - before.commands - 1,
    byCommand: new Map(byCommand.filter(([name, calls]) => calls > 0 && name !== OWN)),
    cpu: after.cpu - before.cpu,
    sentBytes: after.sentBytes - before.sentBytes,
    receivedBytes: after.receivedBytes - before.receivedBytes,
  };
}

/** The most frequent commands, with their numbers per second. */
export function describeCommands({ byCommand }: RedisUsage, seconds: number): string {
  const sorted = [...byCommand].toSorted(([, a], [, b]) => b - a).slice(0, 8);
  return sorted.map(([name, calls]) => `${name} ${(calls / seconds).toFixed(1)}/s`).join(', ');
}
