import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Reply, Step } from './reply.ts';

/** A received request. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly apiKey: string;
}

/** An upstream on a local port whose responses are raw bytes. */
export interface RawUpstream {
  readonly url: string;
  /** Number of stalled responses on open connections. */
  readonly stalled: number;
  close(): Promise<void>;
}

/** @param respond Returns the steps of the response to a request. */
export async function startRawUpstream(respond: (request: ReceivedRequest) => Step[]): Promise<RawUpstream> {
  const sockets = new Set<Socket>();
  const stalled = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      stalled.delete(socket);
    });
    let received = Buffer.alloc(0);
    let responding = Promise.resolve();
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      for (let read = readRequest(received); read; read = readRequest(received)) {
        received = received.subarray(read.size);
        const steps = respond(read.request);
        responding = responding.then(() => write(socket, steps, stalled));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get stalled() {
      return stalled.size;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function write(socket: Socket, steps: readonly Step[], stalled: Set<Socket>): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return;
    if (step instanceof Buffer) socket.write(step);
    else if (step === 'turn') await new Promise((resolve) => setImmediate(resolve));
    else if (step === 'stall') stalled.add(socket);
    else if (step === 'close') socket.end();
    else socket.resetAndDestroy();
  }
}

/** The first request in the received bytes, and its size; undefined until it is complete. */
function readRequest(received: Buffer): { request: ReceivedRequest; size: number } | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [line = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map(
    lines.map((header) => {
      const colon = header.indexOf(':');
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
    }),
  );
  const begin = end + 4;
  let size = begin + Number(headers.get('content-length') ?? 0);
  if (headers.get('transfer-encoding') === 'chunked') {
    const last = received.indexOf('0\r\n\r\n', begin);
    if (last === -1) return undefined;
    size = last + 5;
  }
  if (received.byteLength < size) return undefined;
  const [method = '', target = ''] = line.split(' ');
  const { pathname, searchParams } = new URL(target, 'http://upstream');
  return { request: { method, path: pathname, query: searchParams, apiKey: headers.get('x-api-key') ?? '' }, size };
}

/** The response of a file server. */
export const fileReply = (body: Buffer, type: string): Reply => ({
  status: 200,
  headers: [['content-type', type]],
  body,
});
