import { connect, type Socket } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { serveCalls } from '../calls.ts';
import { type Usage, usageOf } from '../processes.ts';
import { KeyedRequest } from './keyed-request.ts';
import type { Keys } from './queries.ts';
import { ResponseReader } from './response-reader.ts';

/**
 * Load generator: each connection repeats its request as soon as the response has arrived. It does as little else as
 * possible: request bytes are prepared, and responses are compared with the expected bytes.
 */

export interface LoadOptions {
  port: number;
  /** Number of concurrent connections. */
  connections: number;
  /** Text of every request, with the placeholder of the key. */
  request: string;
  keys: Keys;
  /** Expected body of every response; undefined: any with status 200. */
  body: string | undefined;
  /** Durations before and during the measurement, in milliseconds. */
  warmUp: number;
  time: number;
  /** Ids of processes whose CPU usage is measured. */
  watched: readonly number[];
}

export interface Load {
  responses: number;
  /** All requests, including those of the warm-up. */
  sent: number;
  /** Duration of the measurement, in milliseconds. */
  time: number;
  perSecond: number;
  /** Time from request to complete response, in milliseconds. */
  latency: { mean: number; median: number; p99: number };
  /** CPU usage of the watched processes, in their order. */
  used: Used[];
  /** Share of a processor used by the load generator, from 0 to 1. */
  ownShare: number;
}

export interface Used {
  /** CPU time of all threads, in milliseconds, and as a share of the duration, where 1 is one whole processor. */
  cpu: number;
  share: number;
  /** Share of the duration that its main thread waited for a processor. */
  waited: number;
}

class Connection {
  readonly #socket: Socket;
  readonly #request: KeyedRequest;
  readonly #reader = new ResponseReader();
  #sentAt = 0;

  /** @param onResponse Returns true to send the request again. */
  constructor(
    socket: Socket,
    request: KeyedRequest,
    onResponse: (body: Buffer, sentAt: number) => boolean,
    onError: (error: unknown) => void,
  ) {
    this.#socket = socket;
    this.#request = request;
    socket.on('data', (chunk) => {
      try {
        const body = this.#reader.push(chunk);
        if (body && onResponse(body, this.#sentAt)) this.send();
      } catch (error) {
        onError(error);
      }
    });
    socket.on('error', onError);
    socket.on('close', () => onError(new Error('The server closed a connection')));
  }

  send(): void {
    this.#sentAt = performance.now();
    this.#socket.write(this.#request.next());
  }
}

async function load({ port, connections: amount, body, warmUp, time, watched, ...sends }: LoadOptions): Promise<Load> {
  const expected = body === undefined ? undefined : Buffer.from(body);
  const latencies = createHistogram();
  let phase: 'warming' | 'counting' | 'over' = 'warming';
  let [sent, responses] = [amount, 0];
  let waiting = amount;
  const { promise: ended, resolve: onEnd, reject: onError } = deferred();

  const onResponse = (response: Buffer, sentAt: number): boolean => {
    if (expected && !expected.equals(response)) {
      throw new Error(`Expected ${body?.slice(0, 300)}, got ${response.toString().slice(0, 300)}`);
    }
    if (phase === 'counting') {
      responses++;
      latencies.record(Math.max(1, Math.round((performance.now() - sentAt) * 1_000)));
    }
    if (phase !== 'over') {
      sent++;
      return true;
    }
    if (--waiting === 0) onEnd();
    return false;
  };

  const sockets = await Promise.all(Array.from({ length: amount }, () => opened(port)));
  const connections = sockets.map((socket) => new Connection(socket, new KeyedRequest(sends), onResponse, onError));
  try {
    for (const connection of connections) connection.send();
    await Promise.race([setTimeout(warmUp), ended]);
    const [before, own, begunAt] = [watched.map(usageOf), process.cpuUsage(), performance.now()];
    phase = 'counting';
    await Promise.race([setTimeout(time), ended]);
    phase = 'over';
    const took = performance.now() - begunAt;
    const { user, system } = process.cpuUsage(own);
    const used = watched.map((pid, index) => usedBetween(before[index] as Usage, usageOf(pid), took));
    await ended;
    return {
      responses,
      sent,
      time: took,
      perSecond: (responses / took) * 1_000,
      latency: {
        mean: latencies.mean / 1_000,
        median: latencies.percentile(50) / 1_000,
        p99: latencies.percentile(99) / 1_000,
      },
      used,
      ownShare: (user + system) / 1_000 / took,
    };
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  }
}

function deferred() {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((whenDone, whenFailed) => {
    resolve = whenDone;
    reject = whenFailed;
  });
  return { promise, resolve, reject };
}

const usedBetween = (before: Usage, after: Usage, took: number): Used => ({
  cpu: after.cpu - before.cpu,
  share: (after.cpu - before.cpu) / took,
  waited: (after.waited - before.waited) / took,
});

const opened = (port: number) =>
  new Promise<Socket>((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });

const calls = { load };

export type LoadCalls = typeof calls;

serveCalls(calls);
