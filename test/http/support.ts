import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import pino from 'pino';
import { expect, onTestFinished } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { openNetwork } from '../../src/upstream/transport/network.ts';
import { until } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { TypedDocumentString } from '../support/gql/graphql.ts';
import { noise } from '../support/images.ts';
import { serverOf, transports } from '../support/subscribe.ts';
import { faults } from './faults.ts';

const predictionWatched = new TypedDocumentString<{ predictionUpdated: { status: string } | null }, { id: string }>(
  'subscription ($id: ID!) { predictionUpdated(id: $id) { status } }',
);

/** Large enough that no buffer on the way takes all of it. */
export const image = await noise(900, 900).png().toBuffer();

export const MODEL = globalId({ kind: 'Model', id: 'm' });
export const predictionOf = (fault: string) => globalId({ kind: 'Prediction', id: idOf(fault) });
export const dataItemOf = (kind: DataItemKind, fault: string) =>
  globalId({ kind: 'DataItem', modelId: 'm', id: `${kind}-${idOf(fault)}` });
export type DataItemKind = 'raw' | 'url' | 'base64';

/** Ids have no spaces. */
const idOf = (fault: string) => fault.replaceAll(' ', '_');

/** A request that reached the upstream. */
interface Reaching {
  method: string;
  path: string;
  request: IncomingMessage;
  response: ServerResponse;
}

/** An upstream over sockets, and a server of images, whose bodies fail as the names in their paths say. */
async function startUpstream() {
  /** Requests whose path contains this are not answered. */
  const state = {
    held: undefined as string | undefined,
    running: true,
    fails: true,
    /** Takes the place of what answers uploads. */
    takeUpload: undefined as ((request: IncomingMessage, response: ServerResponse) => void) | undefined,
    /** Takes the place of what answers looks at a prediction that is watched. */
    answerLook: undefined as ((response: ServerResponse, json: (value: unknown) => void) => void) | undefined,
  };
  const reaching: Reaching[] = [];
  const send = (response: ServerResponse, path: string, contentType: string, bytes: Buffer) => {
    const name =
      /[\w-]+$/
        .exec(path)?.[0]
        .replace(/^(?:raw|url|base64)-/, '')
        .replaceAll('_', ' ') ?? '';
    (faults[state.fails ? name : ''] ?? faults['comes whole'])?.send(response, contentType, bytes);
  };
  const json = (response: ServerResponse, value: unknown) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(value));

  const images = createServer((request, response) => {
    const path = request.url ?? '';
    reaching.push({ method: request.method ?? '', path, request, response });
    if (state.held === undefined || !path.includes(state.held)) send(response, path, 'image/png', image);
  });
  await listening(images);

  const upstream = createServer(async (request, response) => {
    const { method = '', url: path = '' } = request;
    reaching.push({ method, path, request, response });
    request.on('error', () => {});
    if (state.held !== undefined && path.includes(state.held)) return;
    if (state.takeUpload && /\/data(?:\/|$)/.test(path) && method !== 'GET') return state.takeUpload(request, response);
    if (method === 'POST' || method === 'PUT') {
      request.resume();
      await once(request, 'end').catch(() => {});
      return json(response, { id: 'new', dataId: 'new', predictionId: 'new' });
    }
    const id = path.split('/').at(-1) ?? '';
    if (path.startsWith('/images/')) return send(response, path, 'image/png', image);
    if (path === '/predictions/watched') {
      const answer = (value: unknown) => void json(response, value);
      if (state.answerLook) return state.answerLook(response, answer);
      return answer({ status: state.running ? 'processing' : 'completed', images: [] });
    }
    if (path === '/predictions/running') {
      return json(response, { status: state.running ? 'processing' : 'completed', images: [] });
    }
    if (path.startsWith('/predictions/elsewhere-')) {
      return json(response, { status: 'completed', images: [`${urlOf(images)}/images/${id.slice(10)}`] });
    }
    if (path.startsWith('/predictions/')) {
      return json(response, { status: 'completed', images: [`${urlOf(upstream)}/images/${id}`] });
    }
    if (id.startsWith('raw-')) return send(response, path, 'image/png', image);
    if (id.startsWith('url-')) return json(response, { id, url: `${urlOf(images)}/images/${id.slice(4)}` });
    if (id.startsWith('base64-')) {
      return send(
        response,
        path,
        'application/json',
        Buffer.from(JSON.stringify({ id, image: image.toString('base64') })),
      );
    }
    if (path.startsWith('/models/cut-')) {
      return send(
        response,
        path.slice(12),
        'application/json',
        Buffer.from(JSON.stringify({ displayName: 'a'.repeat(9_999) })),
      );
    }
    return json(response, { displayName: 'A model' });
  });
  await listening(upstream);
  return { url: urlOf(upstream), imageHost: urlOf(images).slice('http://'.length), state, reaching };
}

async function listening(server: ReturnType<typeof createServer>): Promise<void> {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
}

const urlOf = (server: ReturnType<typeof createServer>) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/**
 * A gateway over sockets on both sides, and two viewers that are to notice nothing: one over server-sent events, one over
 * a WebSocket.
 */
export async function startHouse() {
  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, note);
    onTestFinished(() => void process.off(event, note));
  }
  const upstream = await startUpstream();
  const network = openNetwork(upstream.url);
  onTestFinished(() => network.destroy());
  const started = startGateway({
    images: { hosts: [upstream.imageHost] },
    upstream: { breaker: { failureThreshold: 1, coolDown: 1 } },
    access: { baseUrl: upstream.url, transport: network, pool: network.reads },
    watch: { gracePeriod: 0 },
  });
  const serverLines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void serverLines.push(line) });
  const { url } = await serverOf(started, { log });
  const viewers = await Promise.all(
    transports
      .filter(({ transport }) => transport !== 'no transport')
      .map(({ subscribe }) =>
        subscribe(started, predictionWatched, { id: globalId({ kind: 'Prediction', id: 'running' }) }, 'key'),
      ),
  );
  for (const viewer of viewers) expect(await viewer.next()).toMatchObject({ data: { predictionUpdated: {} } });

  const lines = () => [...started.logLines, ...serverLines].map((line): Record<string, unknown> => JSON.parse(line));
  return {
    url,
    uncaught,
    upstream,
    clock: started.clock,
    /** Everything in the log that is worse than information, since the last call. */
    takeWarnings: () => {
      const warnings = lines().filter(({ level }) => Number(level) > 30);
      started.logLines.splice(0);
      serverLines.splice(0);
      return warnings;
    },
    /** How many requests have ended since the last call of `takeWarnings`. */
    ended: () => lines().filter(({ msg }) => msg === 'request').length,
    /** Asserts that both viewers hear how their job ends, and that nothing was uncaught. */
    async expectNoHarm() {
      upstream.state.held = undefined;
      upstream.state.running = false;
      const [finals] = await Promise.all([
        Promise.all(viewers.map((viewer) => viewer.rest())),
        started.clock.advance(120_000),
      ]);
      for (const events of finals) {
        expect(events.at(-1)).toMatchObject({ data: { predictionUpdated: { status: 'COMPLETED' } } });
      }
      expect(uncaught).toEqual([]);
    },
    /** The address of a picture, as the graph gives it. */
    async imagePath(document: string, id: string): Promise<string> {
      upstream.state.fails = false;
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': 'key' },
        body: JSON.stringify({ query: document, variables: { id } }),
      });
      const text = await response.text();
      upstream.state.fails = true;
      const [address] = /http:[^"]+\/images\/[\w-]+/.exec(text) ?? expect.fail('There is no address.');
      return new URL(address).pathname;
    },
  };
}

export type House = Awaited<ReturnType<typeof startHouse>>;

/** A client that speaks HTTP by hand, so that it sees how a response ends. */
export function openClient(url: string) {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const chunks: Buffer[] = [];
  let size = 0;
  socket
    .on('error', () => {})
    .on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.byteLength;
    });
  return {
    socket,
    /** Of everything that was received, in bytes. */
    get size() {
      return size;
    },
    /** What was received until now. */
    text: () => Buffer.concat(chunks).toString(),
    /** What was received until the server closed the connection. */
    async whole() {
      await until(() => socket.closed);
      return readResponse(Buffer.concat(chunks));
    },
  };
}

/** Sends one request and receives its response until the connection is closed. */
export async function exchange(url: string, path: string, headers: readonly string[] = [], method = 'GET', body = '') {
  const client = openClient(url);
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  client.socket.write(
    [`${method} ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...length, ...headers, '', body].join(
      '\r\n',
    ),
  );
  const response = await client.whole();
  return { ...response, isComplete: method === 'HEAD' || response.isComplete };
}

function readResponse(bytes: Buffer) {
  const at = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, Math.max(at, 0)).toString('latin1');
  const body = bytes.subarray(at + 4);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  const isChunked = /\r\ntransfer-encoding: chunked/i.test(head);
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    head,
    body,
    isComplete: isChunked
      ? body.subarray(-5).toString('latin1') === '0\r\n\r\n'
      : length === undefined || body.byteLength === Number(length),
  };
}
