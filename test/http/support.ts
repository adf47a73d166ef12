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

/** Larger than all socket buffers together. */
export const image = await noise(900, 900).png().toBuffer();

export const MODEL = globalId({ kind: 'Model', id: 'm' });
export const predictionOf = (fault: string) => globalId({ kind: 'Prediction', id: idOf(fault) });
export const dataItemOf = (kind: DataItemKind, fault: string) =>
  globalId({ kind: 'DataItem', modelId: 'm', id: `${kind}-${idOf(fault)}` });
export type DataItemKind = 'raw' | 'url' | 'base64';

/** The fault as part of an id, without spaces. */
const idOf = (fault: string) => fault.replaceAll(' ', '_');

/** A request that has reached the upstream. */
interface UpstreamRequest {
  method: string;
  path: string;
  request: IncomingMessage;
  response: ServerResponse;
}

/** Starts an upstream and an image server over sockets, whose bodies have the faults that their paths name. */
async function startUpstream() {
  const state = {
    /** Requests whose path contains this get no response. */
    held: undefined as string | undefined,
    running: true,
    fails: true,
    /** Replaces the handler of uploads. */
    takeUpload: undefined as ((request: IncomingMessage, response: ServerResponse) => void) | undefined,
    /** Replaces the handler of polls of a watched prediction. */
    respondToPoll: undefined as ((response: ServerResponse, json: (value: unknown) => void) => void) | undefined,
  };
  const requests: UpstreamRequest[] = [];
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
    requests.push({ method: request.method ?? '', path, request, response });
    if (state.held === undefined || !path.includes(state.held)) send(response, path, 'image/png', image);
  });
  await listening(images);

  const upstream = createServer(async (request, response) => {
    const { method = '', url: path = '' } = request;
    requests.push({ method, path, request, response });
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
      const send = (value: unknown) => void json(response, value);
      if (state.respondToPoll) return state.respondToPoll(response, send);
      return send({ status: state.running ? 'processing' : 'completed', images: [] });
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
  return { url: urlOf(upstream), imageHost: urlOf(images).slice('http://'.length), state, requests };
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
 * Starts a gateway with sockets on both sides, and two subscriptions that must not be affected by failures of other
 * requests: one over server-sent events, one over a WebSocket.
 */
export async function startScenario() {
  const uncaught: unknown[] = [];
  const record = (error: unknown) => void uncaught.push(error);
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, record);
    onTestFinished(() => void process.off(event, record));
  }
  const upstream = await startUpstream();
  const network = openNetwork(upstream.url);
  onTestFinished(() => network.destroy());
  const started = startGateway({
    images: { hosts: [upstream.imageHost] },
    upstream: { breaker: { failureThreshold: 1, coolDown: 1 } },
    access: { baseUrl: upstream.url, transport: network, pool: network.reads },
    watch: { gracePeriod: 0 },
    finishedJobsMilliseconds: 0,
  });
  const serverLines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void serverLines.push(line) });
  const { url } = await serverOf(started, { log });
  const subscriptions = await Promise.all(
    transports
      .filter(({ transport }) => transport !== 'no transport')
      .map(({ subscribe }) =>
        subscribe(started, predictionWatched, { id: globalId({ kind: 'Prediction', id: 'running' }) }, 'key'),
      ),
  );
  for (const subscription of subscriptions)
    expect(await subscription.next()).toMatchObject({ data: { predictionUpdated: {} } });

  const lines = () => [...started.logLines, ...serverLines].map((line): Record<string, unknown> => JSON.parse(line));
  return {
    url,
    uncaught,
    upstream,
    clock: started.clock,
    /**
     * Log lines above the level `info`, and lines of aborted responses, since the last call. Without problems, which are
     * logged once for all requests.
     */
    takeWarnings: () => {
      const warnings = lines().filter(
        ({ level, problem, failure }) => (Number(level) > 30 || failure !== undefined) && problem === undefined,
      );
      started.logLines.splice(0);
      serverLines.splice(0);
      return warnings;
    },
    /** Number of requests that have ended since the last call of `takeWarnings`. */
    ended: (path?: string) =>
      lines().filter((line) => {
        const isEnd = /^(request|operation|stream|probe)$/.test(String(line.msg));
        return isEnd && (path === undefined || line.path === path);
      }).length,
    /** Expects both subscriptions to receive the end of their job, and no uncaught errors. */
    async expectOthersUnaffected() {
      upstream.state.held = undefined;
      upstream.state.running = false;
      const [finals] = await Promise.all([
        Promise.all(subscriptions.map((subscription) => subscription.rest())),
        started.clock.advance(120_000),
      ]);
      for (const events of finals) {
        expect(events.at(-1)).toMatchObject({ data: { predictionUpdated: { status: 'COMPLETED' } } });
      }
      expect(uncaught).toEqual([]);
    },
    /** The path of an image URL that the graph returns. */
    async imagePath(document: string, id: string): Promise<string> {
      upstream.state.fails = false;
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': 'key' },
        body: JSON.stringify({ query: document, variables: { id } }),
      });
      const text = await response.text();
      upstream.state.fails = true;
      const [imageUrl] = /http:[^"]+\/images\/[\w-]+/.exec(text) ?? expect.fail('The response contains no image URL.');
      return new URL(imageUrl).pathname;
    },
  };
}

export type Scenario = Awaited<ReturnType<typeof startScenario>>;

/** A client over a raw connection, which sees how a response ends. */
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
    /** Number of received bytes. */
    get size() {
      return size;
    },
    /** The bytes received so far, as text. */
    text: () => Buffer.concat(chunks).toString(),
    /** The response, once the server has closed the connection. */
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
