import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';
import { serveCalls } from './calls.ts';

/** Straightforward upload server: Yoga with its defaults, whose resolver forwards the bytes. */

const calls = {
  /** Starts listening, and returns the URL. */
  async listen(upstream: string) {
    const yoga = createYoga({
      maxRequestBodySize: false,
      logging: false,
      schema: createSchema({
        typeDefs: `
          scalar File
          type Model { id: ID! }
          type Query { models: [Model!]! }
          type Mutation { upload(file: File!): ID! }
        `,
        resolvers: {
          Query: {
            models: async () => ((await (await fetch(`${upstream}/models`)).json()) as { models: object[] }).models,
          },
          Mutation: {
            upload: async (_: unknown, { file }: { file: File }) => {
              const body = await file.arrayBuffer();
              const response = await fetch(`${upstream}/models/bench/data`, { method: 'POST', body });
              return ((await response.json()) as { dataId: string }).dataId;
            },
          },
        },
      }),
    });
    const server = createServer(yoga);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** Collects garbage. */
  collect() {
    globalThis.gc?.();
  },
};

export type StockCalls = typeof calls;

serveCalls(calls);
