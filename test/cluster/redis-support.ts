import { expect, onTestFinished, vi } from 'vitest';
import type { Broker } from '../../src/cluster/broker.ts';
import { openRedisBroker } from '../../src/cluster/redis-broker.ts';
import { findRedisServer, type RedisServer, startRedis } from '../support/redis.ts';

/** The Redis server program; undefined if it is not installed. */
export const executable = findRedisServer(process.env);

/** Lines that a broker has logged: level, and cause or message. */
export type LogLines = [level: string, text: string][];

/** A log that records its lines. */
export function recordLog() {
  const lines: LogLines = [];
  const write = (level: string) => (fields: unknown, text?: string) => {
    lines.push([level, typeof fields === 'object' ? `${text} ${JSON.stringify(fields)}` : String(fields)]);
  };
  const log = { info: write('info'), warn: write('warn'), error: write('error') } as Parameters<
    typeof openRedisBroker
  >[0]['log'];
  return { log, lines };
}

/** A broker that is closed after the test. */
export async function connect(url: string): Promise<Broker & { lines: LogLines }> {
  const { log, lines } = recordLog();
  const broker = await openRedisBroker({ url, log });
  onTestFinished(() => broker.close());
  return Object.defineProperties(broker as Broker & { lines: LogLines }, { lines: { value: lines } });
}

/** Expects that nothing is printed until the end of the test: the driver prints errors that nothing listens to. */
export function expectNoOutput(): void {
  const printed = (['error', 'warn'] as const).map((name) => vi.spyOn(console, name));
  onTestFinished(() => {
    for (const spy of printed) {
      const { calls } = spy.mock;
      spy.mockRestore();
      expect(calls).toEqual([]);
    }
  });
}

/** A Redis server of one test. */
export async function ownRedis(options: readonly string[] = [], port?: number): Promise<RedisServer> {
  const server = await startRedis(executable ?? '', options, port);
  onTestFinished(() => server.stop());
  return server;
}
