import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConnectionPool, type Waiter } from '../../../src/upstream/transport/connection-pool.ts';
import type { UpstreamOptions } from '../../../src/upstream/upstream.ts';
import { createClock, settle, until } from '../../support/clock.ts';
import { type ScriptedResponse, startUpstream as startUpstreamOver } from '../../support/upstream.ts';

const startUpstream = (responses: readonly ScriptedResponse[], options?: Partial<UpstreamOptions>) =>
  startUpstreamOver('pool', responses, options);

const json = JSON.stringify({ displayName: 'Dresses' });
const encodedAs = (coding: string, bytes: Uint8Array<ArrayBuffer>, status = 200) =>
  new Response(bytes, { status, headers: { 'content-encoding': coding } });

/** A response whose body begins with a text and continues with `pull`. */
const responseBeginning = (text: string, pull: (controller: ReadableStreamDefaultController) => void, status = 200) =>
  new Response(
    new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(text)), pull }),
    { status },
  );
const stalls = () => {};

test('reads are sent over the connection pool, and all other requests over the transport', async () => {
  const { upstream, upstreamOf, requests } = await startUpstream([Response.json({ displayName: 'x', id: 'm' })]);

  await upstream.models.get('m');
  await upstreamOf('other').models.get('m');
  await upstream.models.create({ displayName: 'x' });

  expect(requests.map(({ headers }) => headers.get('x-api-key'))).toEqual(['secret', 'other', 'secret']);
  // Only requests over a socket have a `connection` header.
  expect(requests.map(({ headers }) => headers.get('connection'))).toEqual(['keep-alive', 'keep-alive', null]);
});

describe('a response', () => {
  test.each([
    ['gzip', gzipSync(json)],
    ['x-gzip', gzipSync(json)],
    ['GZIP', gzipSync(json)],
    ['deflate', deflateSync(json)],
    ['deflate', deflateRawSync(json)],
    ['br', brotliCompressSync(json)],
    ['identity', Buffer.from(json)],
  ])('a response in the coding %s is decoded', async (coding, bytes) => {
    const { upstream, requests } = await startUpstream([encodedAs(coding, Uint8Array.from(bytes))]);

    expect(await upstream.models.get('m')).toMatchObject({ displayName: 'Dresses' });
    expect(requests[0]?.headers.get('accept-encoding')).toBe('gzip, deflate, br');
  });

  test('an error response is decoded', async () => {
    const because = Uint8Array.from(gzipSync('{"message":"because"}'));
    const { upstream } = await startUpstream([encodedAs('gzip', because, 403)]);

    await expect(upstream.models.get('m')).rejects.toMatchObject({ status: 403, upstreamMessage: 'because' });
  });

  test('a response that exceeds the maximum size when decoded is rejected', async () => {
    const bomb = Uint8Array.from(gzipSync(Buffer.alloc(67_108_865)));
    const { upstream, requests } = await startUpstream([encodedAs('gzip', bomb)]);

    await expect(upstream.models.get('m')).rejects.toMatchObject({
      failure: 'invalid-response',
      message: 'getModel: expected at most 67108864 bytes, got more',
    });
    expect(requests).toHaveLength(1);
  });

  test('an error response that exceeds the maximum size keeps its status', async () => {
    const bomb = Uint8Array.from(gzipSync(Buffer.alloc(65_537)));
    const { upstream } = await startUpstream([encodedAs('gzip', bomb, 403)]);

    await expect(upstream.models.get('m')).rejects.toMatchObject({ status: 403, upstreamMessage: undefined });
  });

  test.each([
    ['truncated', gzipSync(json).subarray(0, -9)],
    ['missing', Buffer.from(json)],
  ])('a response whose coding is %s is requested again', async (_, bytes) => {
    const { upstream, requests } = await startUpstream([encodedAs('gzip', Uint8Array.from(bytes)), new Response(json)]);

    expect(await upstream.models.get('m')).toMatchObject({ displayName: 'Dresses' });
    expect(requests).toHaveLength(2);
  });

  test('a response that breaks in the middle is requested again', async () => {
    const breaks = responseBeginning('{"displayName":', (controller) => controller.error(new Error('broken')));
    const { upstream, requests } = await startUpstream([async () => breaks, new Response(json)]);

    expect(await upstream.models.get('m')).toMatchObject({ displayName: 'Dresses' });
    expect(requests).toHaveLength(2);
  });

  test('a response may arrive in chunks that split characters, after a byte order mark', async () => {
    const bytes = new TextEncoder().encode('\uFEFF{"displayName":"Träume"}');
    const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
    const body = new ReadableStream({
      async pull(controller) {
        await settle(1);
        const piece = pieces.shift();
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
    });
    const { upstream } = await startUpstream([async () => new Response(body)]);

    expect(await upstream.models.get('m')).toMatchObject({ displayName: 'Träume' });
  });

  test('a response after early hints is read', async () => {
    const server = createServer((_, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.end(json);
    });
    onTestFinished(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const pool = new ConnectionPool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    onTestFinished(() => pool.destroy());
    const { upstream } = await startUpstream([], { pool });

    expect(await upstream.models.get('m')).toMatchObject({ displayName: 'Dresses' });
  });
});

describe('a body that stalls', () => {
  test('a read whose body stalls fails at its deadline and closes its connection', async () => {
    const clock = createClock();
    const { upstream, requests } = await startUpstream([async () => responseBeginning('{', stalls)], {
      startTimer: clock.startTimer,
    });
    const reading = upstream.models.get('m').catch((error: unknown) => error);
    await until(() => requests.length === 1);

    await clock.endWaits();

    expect(await reading).toMatchObject({ failure: 'timeout' });
    await until(() => requests[0]?.signal.aborted === true);
    expect(clock.waits()).toEqual([]);
  });

  test('an error response whose body stalls keeps its status, without a message', async () => {
    const clock = createClock();
    const { baseUrl } = await startUpstream([async () => responseBeginning('{"message":"be', stalls, 403)]);
    let hasResponded = false;
    const pool = new ConnectionPool(baseUrl);
    onTestFinished(() => pool.destroy());
    const acquire = pool.acquire.bind(pool);
    pool.acquire = (waiter: Waiter & Dispatcher.DispatchHandler) => {
      const onHeaders = waiter.onHeaders?.bind(waiter);
      waiter.onHeaders = (...args) => {
        hasResponded = true;
        return onHeaders?.(...args) ?? true;
      };
      acquire(waiter);
    };
    const { upstream } = await startUpstream([], { baseUrl, pool, startTimer: clock.startTimer });
    const reading = upstream.models.get('m').catch((error: unknown) => error);
    await until(() => hasResponded);

    await clock.endWaits();

    expect(await reading).toMatchObject({ failure: 'status', status: 403, upstreamMessage: undefined });
  });
});

test('a read that is aborted while it waits for a connection sends no request', async () => {
  const answers: (() => void)[] = [];
  const held = () => new Promise<Response>((resolve) => answers.push(() => resolve(new Response(json))));
  const { requests, baseUrl } = await startUpstream([held]);
  const pool = new ConnectionPool(baseUrl, { connections: 1 });
  onTestFinished(() => pool.destroy());
  const { upstream: narrow } = await startUpstream([], { baseUrl, pool });
  const client = new AbortController();

  const first = narrow.models.get('first');
  await until(() => requests.length === 1);
  const second = narrow.models.get('second', { signal: client.signal }).catch((error: unknown) => error);
  client.abort('left');
  const third = narrow.models.get('third');
  answers.shift()?.();
  await first;
  await until(() => answers.length === 1);
  answers.shift()?.();
  await third;

  expect(await second).toBe('left');
  expect(requests.map(({ url }) => new URL(url).pathname)).toEqual(['/v1/models/first', '/v1/models/third']);
});
