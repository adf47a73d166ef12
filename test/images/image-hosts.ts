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
import { inPieces } from '../../src/util/pieces.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Bytes that begin as a png, and so may be passed on. */
export const unreadable = (size: number): Buffer<ArrayBuffer> => Buffer.concat([SIGNATURE], size);

/** Sends an image only as fast as it is taken. */
async function send(read: Read, image: Buffer): Promise<void> {
  await pipeline(Readable.fromWeb(inPieces(image) as NodeReadableStream), read.response);
  read.isSent = true;
}

/** A read of an image that has reached the upstream. */
export interface Read {
  readonly key: string;
  readonly id: string;
  readonly response: ServerResponse;
  /** Whether all of it has left the upstream. */
  isSent: boolean;
}

/**
 * A gateway over sockets on both sides. Its upstream sends the same image for each data item.
 *
 * @param answer Sends it. @default at once
 */
export async function startImageHouse(
  image: Buffer,
  options: StartOptions = {},
  answer = (read: Read) => void send(read, image).catch(() => {}),
) {
  const reads: Read[] = [];
  const upstream = createServer((request, response) => {
    const id = request.url?.split('/').at(-1) ?? '';
    const read: Read = { key: String(request.headers['x-api-key']), id, response, isSent: false };
    reads.push(read);
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': image.byteLength });
    // A request that is answered holds no place in the queue of its key.
    response.flushHeaders();
    answer(read);
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
  const { url } = await serverOf(started, { log, pause: started.clock.pause });
  const sealer = createSealer({ secrets: ['a secret for tests that is long enough'], now: started.clock.now });
  const pathOf = (apiKey: string, dataId: string, variant?: Variant) => {
    const grant = { apiKey, source: { kind: 'dataItem', modelId: 'm', dataId }, variant } as const;
    return `/images/${sealer.seal(serializeGrant(grant), 'image')}`;
  };
  return {
    clock: started.clock,
    url,
    pathOf,
    /** The reads that have reached the upstream. */
    reads,
    /** Those of them that have neither ended nor been left. */
    open: () => reads.filter(({ response }) => !response.closed),
    cuts: () => lines.filter((line) => line.includes('does not read')).length,
    /** A client that has sent its request, and reads into a buffer of this size when it is resumed. */
    visit(path: string, headers: readonly string[] = [], bufferSize = 65_536) {
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
        /** How much was received, in bytes. */
        size: () => size,
      };
    },
  };
}
