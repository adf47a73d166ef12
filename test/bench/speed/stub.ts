import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCalls } from '../calls.ts';
import type { Answers } from './data.ts';

/** An upstream in Node.js, for where there is no nginx, and for answers that take their time. */

interface StubOptions {
  answers: Answers;
  /** How long each answer takes, in milliseconds. */
  delay: number;
}

let hits = 0;

const calls = {
  /** Begins to listen; where. */
  async listen({ answers, delay }: StubOptions) {
    const bodies = new Map(
      Object.entries(answers).map(([path, answer]) => [path, Buffer.from(JSON.stringify(answer))]),
    );
    const server = createServer((request, response) => {
      hits++;
      const body = bodies.get(request.url ?? '');
      const answer = () => {
        if (!body || !request.headers['x-api-key']) return void response.writeHead(body ? 401 : 404).end();
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
      };
      if (delay > 0) setTimeout(answer, delay);
      else answer();
    });
    server.keepAliveTimeout = 600_000;
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** How many requests there were so far. */
  hits: () => hits,
};

export type StubCalls = typeof calls;

answerCalls(calls);
