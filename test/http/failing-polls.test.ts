import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { until } from '../support/clock.ts';
import { openClient, predictionOf, startHouse } from './support.ts';

const WATCH = `subscription($id: ID!) { predictionUpdated(id: $id) { status } }`;
const VARIABLES = { id: predictionOf('watched') };
const BODY = JSON.stringify({ query: WATCH, variables: VARIABLES });
const HEADERS = 'Host: localhost\r\nX-API-Key: key\r\nConnection: close\r\nAccept: text/event-stream\r\n';
const requests = {
  GET: `GET /graphql?${new URLSearchParams({ query: WATCH, variables: JSON.stringify(VARIABLES) })} HTTP/1.1\r\n${HEADERS}\r\n`,
  POST: `POST /graphql HTTP/1.1\r\n${HEADERS}Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
};

/** How an upstream answers a look at a job, and whether the next look may succeed. */
const looks: Readonly<Record<string, { passes: boolean; answer: (response: ServerResponse) => void }>> = {
  'resets its connection': { passes: true, answer: ({ socket }) => void socket?.resetAndDestroy() },
  'closes its connection': { passes: true, answer: ({ socket }) => void socket?.end() },
  'closes in the middle of its answer': {
    passes: true,
    answer(response) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' });
      response.write('{"status":', () => response.socket?.end());
    },
  },
  'answers no JSON': { passes: true, answer: (response) => void response.writeHead(200).end('<p>') },
  'answers 500': { passes: true, answer: (response) => void response.writeHead(500).end() },
  'answers 404': { passes: false, answer: (response) => void response.writeHead(404).end() },
  // Last: the key is not asked with any more.
  'answers 401': { passes: false, answer: (response) => void response.writeHead(401).end() },
};

test.each(['GET', 'POST'] as const)(
  'a stream by %s of a job whose upstream fails between two events goes on, or says why it ends',
  async (method) => {
    const house = await startHouse();
    const { upstream, clock } = house;

    for (const [what, { passes, answer }] of Object.entries(looks)) {
      house.takeWarnings();
      let failures = 0;
      const client = openClient(house.url);
      client.socket.write(requests[method]);
      await until(() => client.text().includes('"status"'));
      upstream.state.answerLook = (response) => {
        failures++;
        answer(response);
      };

      while (failures < 2 && !client.socket.closed) await clock.advance(1_000);
      upstream.state.answerLook = (_, json) => json({ status: 'completed', images: ['http://127.0.0.1/a'] });
      while (!client.socket.closed) await clock.advance(1_000);

      const { body, isComplete } = await client.whole();
      expect.soft([what, isComplete]).toEqual([what, true]);
      expect.soft([what, body.toString()]).toEqual([what, expect.stringMatching(/event: complete\ndata:\n\n/)]);
      expect
        .soft([what, body.toString()])
        .toEqual([what, expect.stringMatching(passes ? /"COMPLETED"/ : /"code":"(?:UNAUTHENTICATED|NOT_FOUND)"/)]);
      expect.soft([what, house.takeWarnings().length <= 1]).toEqual([what, true]);
      expect.soft([what, house.uncaught]).toEqual([what, []]);
      upstream.state.answerLook = undefined;
    }
  },
);
