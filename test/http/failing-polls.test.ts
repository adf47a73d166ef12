import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { openClient, predictionOf, startScenario } from './support.ts';

const WATCH = `subscription($id: ID!) { predictionUpdated(id: $id) { status } }`;
const VARIABLES = { id: predictionOf('watched') };
const BODY = JSON.stringify({ query: WATCH, variables: VARIABLES });
const HEADERS = 'Host: localhost\r\nX-API-Key: key\r\nConnection: close\r\nAccept: text/event-stream\r\n';
const requests = {
  GET: `GET /graphql?${new URLSearchParams({ query: WATCH, variables: JSON.stringify(VARIABLES) })} HTTP/1.1\r\n${HEADERS}\r\n`,
  POST: `POST /graphql HTTP/1.1\r\n${HEADERS}Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
};

/** Responses of the upstream to a poll of a job, and whether they are transient. */
const responses: Readonly<Record<string, { isTransient: boolean; respond: (response: ServerResponse) => void }>> = {
  'resets its connection': { isTransient: true, respond: ({ socket }) => void socket?.resetAndDestroy() },
  'closes its connection': { isTransient: true, respond: ({ socket }) => void socket?.end() },
  'closes in the middle of its response': {
    isTransient: true,
    respond(response) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' });
      response.write('{"status":', () => response.socket?.end());
    },
  },
  'responds without JSON': { isTransient: true, respond: (response) => void response.writeHead(200).end('<p>') },
  'responds with 500': { isTransient: true, respond: (response) => void response.writeHead(500).end() },
  'responds with 404': { isTransient: false, respond: (response) => void response.writeHead(404).end() },
  // Last, because the gateway sends no more requests with a rejected key.
  'responds with 401': { isTransient: false, respond: (response) => void response.writeHead(401).end() },
};

test.each(['GET', 'POST'] as const)(
  'a stream by %s whose upstream fails between two events continues, or ends with an error',
  async (method) => {
    const scenario = await startScenario();
    const { upstream, clock } = scenario;

    for (const [what, { isTransient, respond }] of Object.entries(responses)) {
      scenario.takeWarnings();
      let failures = 0;
      const client = openClient(scenario.url);
      client.socket.write(requests[method]);
      await until(() => client.text().includes('"status"'));
      upstream.state.respondToPoll = (response) => {
        failures++;
        respond(response);
      };

      while (failures < 2 && !client.socket.closed) await clock.advance(1_000);
      upstream.state.respondToPoll = (_, json) => json({ status: 'completed', images: ['http://127.0.0.1/a'] });
      while (!client.socket.closed) await clock.advance(1_000);

      const { body, isComplete } = await client.whole();
      expect.soft([what, isComplete]).toEqual([what, true]);
      expect.soft([what, body.toString()]).toEqual([what, expect.stringMatching(/event: complete\ndata:\n\n/)]);
      expect
        .soft([what, body.toString()])
        .toEqual([what, expect.stringMatching(isTransient ? /"COMPLETED"/ : /"code":"(?:UNAUTHENTICATED|NOT_FOUND)"/)]);
      expect.soft([what, scenario.takeWarnings().length <= 1]).toEqual([what, true]);
      expect.soft([what, scenario.uncaught]).toEqual([what, []]);
      upstream.state.respondToPoll = undefined;
    }
  },
);
