import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { writeResult } from '../../src/http/fast-response.ts';
import { yieldToEventLoop } from '../../src/util/next-turn.ts';

const options = { mediaType: 'application/json', headers: ['x-request-id', 'r1'], fetchAPI: globalThis as never };

/** A response that records what is called. */
function record({ destroyed = false, writeHead = () => {} } = {}) {
  const calls: unknown[][] = [];
  const response = {
    destroyed,
    socket: { uncork: () => {} },
    writeHead(...args: unknown[]) {
      writeHead();
      calls.push(['writeHead', ...args]);
    },
    write: (...args: unknown[]) => void calls.push(['write', ...args]),
    end: () => void calls.push(['end']),
    destroy: (error: Error) => void calls.push(['destroy', error.message]),
  };
  return { calls, response: response as unknown as ServerResponse };
}

test('responses are sent together, after the events that the event loop handles now', async () => {
  const [first, second] = [record(), record()];

  writeResult(first.response, { data: { name: 'a' } }, options);
  writeResult(second.response, { data: { name: 'ä' } }, options);
  expect([first.calls, second.calls]).toEqual([[], []]);
  await yieldToEventLoop();

  const head = (length: string) => [
    'writeHead',
    200,
    ['content-type', 'application/json; charset=utf-8', 'content-length', length, 'x-request-id', 'r1'],
  ];
  expect(first.calls).toEqual([head('21'), ['write', '{"data":{"name":"a"}}', 'latin1'], ['end']]);
  expect(second.calls).toEqual([head('22'), ['write', '{"data":{"name":"ä"}}', 'utf8'], ['end']]);
});

test('a client that has disconnected, or a response that cannot be sent, does not affect the others', async () => {
  const gone = record({ destroyed: true });
  const broken = record({
    writeHead: () => {
      throw new Error('invalid header');
    },
  });
  const good = record();

  for (const { response } of [gone, broken, good]) writeResult(response, { data: {} }, options);
  await yieldToEventLoop();

  expect(gone.calls).toEqual([]);
  expect(broken.calls).toEqual([['destroy', 'invalid header']]);
  expect(good.calls.at(-1)).toEqual(['end']);
});
