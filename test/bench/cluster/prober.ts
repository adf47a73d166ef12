import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { serveCalls, sharedClock } from '../calls.ts';

/** Subscribers whose sockets are open before they subscribe, so that only the gateway's time is measured. */

const SUBSCRIPTION = 'subscription Watch($ids: [ID!]!) { jobsUpdated(ids: $ids) { id status } }';

interface ProbeOptions {
  /** WebSocket URL of the gateway. */
  url: string;
  apiKey: string;
  /** Global id of the job. */
  id: string;
}

const clients: Client[] = [];

const calls = {
  /** Connects, subscribes to a job, and waits for its first event. @returns The times of both. */
  async probe({ url, apiKey, id }: ProbeOptions) {
    const client = await new Promise<Client>((resolve, reject) => {
      const connecting = createClient({
        url,
        webSocketImpl: WebSocket,
        connectionParams: { apiKey },
        retryAttempts: 0,
        lazy: false,
        onNonLazyError: reject,
        on: { connected: () => resolve(connecting) },
      });
    });
    clients.push(client);
    const subscribedAt = sharedClock();
    const first = await client.iterate({ query: SUBSCRIPTION, variables: { ids: [id] } }).next();
    const firstAt = sharedClock();
    if (first.done || first.value.errors) throw new Error(`Expected an event, got ${JSON.stringify(first)}`);
    return { subscribedAt, firstAt };
  },
  /** Closes the sockets of all probes. */
  async close() {
    await Promise.all(clients.splice(0).map((client) => client.dispose()));
  },
};

export type ProberCalls = typeof calls;

serveCalls(calls);
