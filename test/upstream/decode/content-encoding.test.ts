import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { contract } from '../../../src/contract/contract.gen.ts';
import { decodeResponse } from '../../../src/upstream/decode/content-encoding.ts';
import { openNetwork } from '../../../src/upstream/transport/network.ts';
import { createUpstreams, type Upstream } from '../../../src/upstream/upstream.ts';
import { sleep, startTimer } from '../../../src/util/timers.ts';
import { settle } from '../../support/clock.ts';

interface EncodedResponse {
  coding: string;
  bytes: Uint8Array;
  status?: number;
}

/** An upstream over real sockets that sends the same response to all requests. */
async function startEncoded({ coding, bytes, status = 200 }: EncodedResponse) {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-encoding': coding,
      'content-length': bytes.byteLength,
    });
    response.end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const network = openNetwork(baseUrl);
  onTestFinished(async () => {
    await network.destroy();
    server.closeAllConnections();
    server.close();
  });
  const upstreamOf = createUpstreams({
    sleep,
    startTimer,
    baseUrl,
    apiKeyHeader: 'x-api-key',
    transport: network,
    pool: network.reads,
    contract,
    retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 },
  });
  return Object.assign(upstreamOf('key'), { baseUrl });
}

const JSON_TEXT = '{"id":"a","displayName":"Dresses"}';
const json = Buffer.from(JSON_TEXT);
const times = (count: number, bytes: Buffer): Buffer => (count === 0 ? bytes : times(count - 1, gzipSync(bytes)));

/** Both transports: reads are sent over the pool, writes over `fetch`. */
const transports: [string, (upstream: Upstream) => Promise<{ displayName?: unknown }>][] = [
  ['a read', (upstream) => upstream.models.get('a')],
  ['a write', (upstream) => upstream.models.create({ displayName: 'Dresses' })],
];

describe.each(transports)('the response to %s', (name, send) => {
  const invalid = { failure: name === 'a read' ? 'invalid-response' : 'outcome-unknown' };
  const causeOf = async (encoded: EncodedResponse): Promise<string> => {
    const error: unknown = await send(await startEncoded(encoded)).catch((failure: unknown) => failure);
    expect(error).toMatchObject(invalid);
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
    return `${error instanceof Error ? error.message : ''} ${cause}`;
  };

  test.each<[string, Buffer]>([
    ['gzip', gzipSync(json)],
    ['x-gzip', gzipSync(json)],
    ['GZip', gzipSync(json)],
    ['deflate', deflateSync(json)],
    ['deflate', deflateRawSync(json)],
    ['br', brotliCompressSync(json)],
    ['identity', json],
    ['IDENTITY', json],
    [' ', json],
    ['gzip, gzip', times(2, json)],
    ['gzip,gzip,gzip,gzip,gzip', times(5, json)],
    ['br, gzip', gzipSync(brotliCompressSync(json))],
    ['gzip, br', brotliCompressSync(gzipSync(json))],
    ['deflate, X-GZIP', gzipSync(deflateSync(json))],
    ['gzip, identity', gzipSync(json)],
    ['identity, gzip', gzipSync(json)],
    ['gzip, , gzip', times(2, json)],
    ['gzip', Buffer.concat([gzipSync(json.subarray(0, 9)), gzipSync(json.subarray(9))])],
    ['gzip', Buffer.concat([gzipSync(json), Buffer.alloc(512)])],
    ['deflate', Buffer.concat([deflateSync(json), Buffer.from('garbage')])],
  ])('a response with the content coding %j is decoded', async (coding, bytes) => {
    expect(await send(await startEncoded({ coding, bytes }))).toMatchObject({ displayName: 'Dresses' });
  });

  test.each(['zstd', 'compress', 'gzip, zstd', 'x-unknown', 'constructor', '*'])(
    'a response with the content coding %s is rejected with an error that names the coding',
    async (coding) => {
      const unsupported = coding.split(', ').at(-1);

      expect(await causeOf({ coding, bytes: gzipSync(json) })).toContain(`got "${unsupported}"`);
    },
  );

  test('a response with more than five content codings is rejected', async () => {
    const coding = Array.from({ length: 6 }, () => 'gzip').join();

    expect(await causeOf({ coding, bytes: times(6, json) })).toContain('at most 5 content codings, got 6');
  });

  test.each([1, 2, 3])('a response that exceeds the size limit in coding number %d is rejected', async (layer) => {
    const bomb = times(layer, Buffer.alloc(67_108_865, ' '));
    const bytes = times(3 - layer, bomb);

    expect(await causeOf({ coding: 'gzip, gzip, gzip', bytes })).toContain('at most 67108864 bytes');
  });

  test.each<[string, string, Buffer]>([
    ['is truncated in its data', 'gzip', gzipSync(json).subarray(0, -9)],
    ['is truncated in its checksum', 'gzip', gzipSync(json).subarray(0, -3)],
    ['has a wrong checksum', 'gzip', Buffer.concat([gzipSync(json).subarray(0, -8), Buffer.alloc(8)])],
    ['is truncated in an inner coding', 'gzip, gzip', gzipSync(gzipSync(json).subarray(0, -9))],
    ['is followed by garbage', 'gzip', Buffer.concat([gzipSync(json), Buffer.from('garbage')])],
    ['does not match its coding', 'br', json],
  ])('a response that %s counts as a broken connection', async (_, coding, bytes) => {
    const failure = name === 'a read' ? 'unreachable' : 'outcome-unknown';

    await expect(send(await startEncoded({ coding, bytes }))).rejects.toMatchObject({ failure });
  });

  test.each<[string, Buffer, string | undefined]>([
    ['gzip', gzipSync('{"message":"no such style"}'), 'no such style'],
    ['gzip, gzip', times(2, Buffer.from('{"message":"no such style"}')), 'no such style'],
    ['br', brotliCompressSync('{"message":"no such style"}'), 'no such style'],
    ['zstd', Buffer.from('{"message":"no such style"}'), undefined],
    ['gzip', gzipSync('{"message":"no such style"}').subarray(0, 12), undefined],
    ['gzip', gzipSync(Buffer.alloc(67_108_865)), undefined],
  ])(
    'an error response keeps its status, and its message if %j can be decoded',
    async (coding, bytes, upstreamMessage) => {
      await expect(send(await startEncoded({ coding, bytes, status: 400 }))).rejects.toMatchObject({
        failure: 'status',
        status: 400,
        upstreamMessage,
      });
    },
  );
});

test('a decoded body does not have the `Content-Length` of the encoded one', async () => {
  const upstream = await startEncoded({ coding: 'gzip', bytes: gzipSync(json) });

  const response = await upstream.fetchOwn(`${upstream.baseUrl}/image`, new AbortController().signal);

  expect(response.headers.get('content-length')).toBeNull();
  expect(await response.text()).toBe(JSON_TEXT);
});

test('canceling an encoded body that stalls cancels its source', async () => {
  const reasons: unknown[] = [];
  const source = new ReadableStream({ cancel: (reason) => void reasons.push(reason) });
  const reader = decodeResponse(new Response(source), 'gzip').body?.getReader();
  const read = reader?.read();
  await settle();
  await reader?.cancel('left');
  await settle();

  expect(await read).toEqual({ done: true, value: undefined });
  expect(reasons).toEqual(['left']);
});
