import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { serveCalls } from './calls.ts';
import { jobOf } from './jobs.ts';

/** Straightforward subscriptions over a REST API: each has a timer of its own, reads, and sends the result. */

const EVERY = 500;

const schema = buildSchema(`
  type Query { ok: Boolean }
  type Progress { fraction: Float }
  type Training { id: ID! status: String! progress: Progress! }
  type Subscription { trainingUpdated(id: ID!): Training }
`);

interface Source {
  upstream: string;
  key: string;
}

async function* pollRepeatedly({ upstream, key }: Source, id: string) {
  for (;;) {
    const response = await fetch(`${upstream}/models/bench/trainings/${jobOf(id)}`, {
      headers: { 'x-api-key': key },
    });
    const { status, progress } = (await response.json()) as { status: string; progress: number };
    yield { trainingUpdated: { id, status: status.toUpperCase(), progress: { fraction: progress } } };
    await setTimeout(EVERY);
  }
}

const calls = {
  /** Starts listening, and returns the URL. */
  async listen(source: Source) {
    const server = createServer();
    const sockets = new WebSocketServer({ server, path: '/graphql' });
    useServer(
      {
        schema,
        roots: { subscription: { trainingUpdated: ({ id }: { id: string }) => pollRepeatedly(source, id) } },
      },
      sockets,
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** Collects garbage. */
  collect() {
    globalThis.gc?.();
  },
};

export type NaiveCalls = typeof calls;

serveCalls(calls);
