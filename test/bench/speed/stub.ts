import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { serveCalls } from '../calls.ts';
import type { UpstreamResponses } from './data.ts';

/**
 * Upstream in Node.js, used without nginx and for delayed responses. It supports only GET over keep-alive connections:
 * with a complete HTTP server, many concurrent requests would take longer than the configured delay.
 */

interface StubOptions {
  responses: UpstreamResponses;
  /** Time of each response, in milliseconds. */
  delay: number;
  /** True if all responses differ: every row in an additional, unknown member, every image URL in its signature. */
  changing: boolean;
}

let hits = 0;

const encodeResponse = (status: string, body = ''): Buffer =>
  Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );

const NOT_FOUND = encodeResponse('404 Not Found');
const UNAUTHORIZED = encodeResponse('401 Unauthorized');

const NUMBER = '000000000000';

/** Returns a function for the bytes of a response: always the same, or copies with another number in each row. */
function bytesOf(response: object, changing: boolean): () => Buffer {
  const text = JSON.stringify(response);
  if (!changing) {
    const bytes = encodeResponse('200 OK', text);
    return () => bytes;
  }
  const numbered = text.replace(/^\{|\{(?="id":)/g, `{"served":"${NUMBER}",`).replace(/(?<=signature=)\w+/g, NUMBER);
  const bytes = encodeResponse('200 OK', numbered);
  const places = [...bytes.toString('latin1').matchAll(new RegExp(NUMBER, 'g'))].map(({ index }) => index);
  return () => {
    const copy = Buffer.from(bytes);
    const number = String(hits).padStart(NUMBER.length, '0');
    for (const place of places) copy.write(number, place, 'latin1');
    return copy;
  };
}

/** Writes each response the given number of milliseconds after its request, several due ones together. */
function delayed(delay: number): (socket: Socket, response: Buffer) => void {
  const waiting: { socket: Socket; response: Buffer; at: number }[] = [];
  let next = 0;
  const write = () => {
    const now = performance.now();
    for (; next < waiting.length && (waiting[next]?.at ?? 0) <= now; next++) {
      const due = waiting[next];
      due?.socket.write(due.response);
    }
    if (next > 10_000) next -= waiting.splice(0, next).length;
    const upcoming = waiting[next];
    if (upcoming) setTimeout(write, Math.max(1, Math.ceil(upcoming.at - now)));
  };
  return (socket, response) => {
    waiting.push({ socket, response, at: performance.now() + delay });
    if (waiting.length - next === 1) setTimeout(write, delay);
  };
}

const calls = {
  /** Starts listening, and returns the URL. */
  async listen({ responses, delay, changing }: StubOptions) {
    const byPath = new Map(Object.entries(responses).map(([path, response]) => [path, bytesOf(response, changing)]));
    const write = delay > 0 ? delayed(delay) : (socket: Socket, response: Buffer) => void socket.write(response);
    const server = createServer({ noDelay: true }, (socket) => {
      let rest = '';
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk) => {
        const heads = (rest + chunk.toString('latin1')).split('\r\n\r\n');
        rest = heads.pop() ?? '';
        for (const head of heads) {
          hits++;
          const bytes = byPath.get(/^GET (\S+) /.exec(head)?.[1] ?? '')?.() ?? NOT_FOUND;
          write(socket, /\nx-api-key:/i.test(head) ? bytes : UNAUTHORIZED);
        }
      });
    });
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** Number of requests received so far. */
  hits: () => hits,
};

export type StubCalls = typeof calls;

serveCalls(calls);
