import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { serializeGrant } from '../../src/images/source.ts';
import type { Variant } from '../../src/images/variant.ts';
import { openNetwork } from '../../src/upstream/transport/network.ts';
import { toChunkStream } from '../../src/util/byte-streams.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** An image with the signature of a png that cannot be decoded, so it is streamed unchanged. */
export const undecodable = (size: number): Buffer<ArrayBuffer> => Buffer.concat([SIGNATURE], size);

/** Sends an image with backpressure. */
async function send(read: Read, image: Buffer): Promise<void> {
  await pipeline(Readable.fromWeb(toChunkStream(image) as NodeReadableStream), read.response);
  read.isSent = true;
}

/** A read of an image, as received by the upstream. */
export interface Read {
  readonly key: string;
  readonly id: string;
  readonly response: ServerResponse;
  /** True once the upstream has sent the whole image. */
  isSent: boolean;
}

/**
 * A gateway with real sockets on both sides. Its upstream sends the same image for every data item.
 *
 * @param respond Sends the image. @default immediately
 */
export async function startImageServer(
  image: Buffer,
  options: StartOptions = {},
  respond = (read: Read) => void send(read, image).catch(() => {}),
) {
  const reads: Read[] = [];
  const upstream = createServer((request, response) => {
    const id = request.url?.split('/').at(-1) ?? '';
    const read: Read = { key: String(request.headers['x-api-key']), id, response, isSent: false };
    reads.push(read);
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': image.byteLength });
    // Once its headers have arrived, a request leaves the queue of its key.
    response.flushHeaders();
    respond(read);
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const network = openNetwork(baseUrl);
  onTestFinished(async () => {
    await network.destroy();
    upstream.closeAllConnections();
    upstream.close();
  });
  const started = startGateway({ ...options, access: { baseUrl, transport: network, pool: network.reads } });
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const { url } = await serverOf(started, { log, sleep: started.clock.sleep });
  const sealer = createSealer({ secrets: ['a secret for tests that is long enough'], now: started.clock.now });
  const pathOf = (apiKey: string, dataId: string, variant?: Variant) => {
    const grant = { apiKey, source: { kind: 'dataItem', modelId: 'm', dataId }, variant } as const;
    return `/images/${sealer.seal(serializeGrant(grant), 'image')}`;
  };
  return {
    clock: started.clock,
    url,
    pathOf,
    /** All reads that the upstream has received. */
    reads,
    /** Reads whose responses are not closed yet. */
    openReads: () => reads.filter(({ response }) => !response.closed),
    /** Number of connections that were closed because their clients did not read. */
    countStalled: () => lines.filter((line) => line.includes('does not read')).length,
    /** Connects a client that sends a request, and reads into a buffer of this size each time it is resumed. */
    connectClient(path: string, headers: readonly string[] = [], bufferSize = 65_536) {
      let size = 0;
      const buffer = Buffer.alloc(bufferSize);
      const onread = {
        buffer,
        callback(count: number) {
          size += count;
          return false;
        },
      };
      const { hostname, port } = new URL(url);
      const socket = connect({ host: hostname, port: Number(port), onread }).on('error', () => {});
      onTestFinished(() => void socket.destroy());
      socket.write([`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n'));
      return {
        socket,
        /** Number of received bytes. */
        size: () => size,
      };
    },
  };
}
