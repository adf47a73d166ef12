import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../../src/client/create-client.ts';
import type { FlairClient, FlairClientOptions, StreamState } from '../../src/client/index.ts';
import { type Clock, createClock, settle } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';

/** The transports of subscriptions. */
export const transports: [name: string, options: Partial<FlairClientOptions>][] = [
  ['WebSocket', { webSocket: WebSocket }],
  ['server-sent events', {}],
];

/** A client with manual timers, which is disposed of at the end of the test. */
export function startClient(options: FlairClientOptions): { client: FlairClient; clientClock: Clock } {
  const clientClock = createClock();
  const { now, startTimer } = clientClock;
  const client = createClient(options, { now, startTimer, random: () => 0.5 });
  onTestFinished(() => client.dispose());
  return { client, clientClock };
}

/** Starts a gateway on a port, and a client of it. */
export async function start({ gateway, ...options }: Partial<FlairClientOptions> & { gateway?: StartOptions } = {}) {
  const started = startGateway(gateway);
  const { url } = await serverOf(started);
  return { ...started, url, ...startClient({ url: `${url}/graphql`, ...options }) };
}

/** Records the states of a connection. */
export function recordStates() {
  const states: StreamState[] = [];
  return { states, onState: (state: StreamState) => void states.push(state) };
}

/**
 * Runs the event loop until a condition is true, and ends each delay before another attempt. Other timers of the client
 * do not advance, so that a slow machine breaks no connection.
 */
export async function retryUntil(
  { clientClock, states }: { clientClock: Clock; states: readonly StreamState[] },
  condition: () => boolean,
): Promise<void> {
  while (!condition()) {
    const { status, retryIn = 0 } = states.at(-1) ?? {};
    if (status === 'waiting') await clientClock.advance(retryIn);
    else await settle(1);
  }
}
