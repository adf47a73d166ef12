import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createQuota } from '../../src/limits/quota.ts';
import { createRateLimit } from '../../src/limits/rate-limit.ts';
import { openSocket } from '../e2e/client.ts';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

const names = graphql(`query NamesAtARate { models { nodes { displayName } } }`);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const limited = { extensions: { code: 'RATE_LIMITED', retryable: true, retryAfter: 1 } };

describe('createRateLimit', () => {
  test('a burst of twice the rate is allowed, then the rate applies', () => {
    let now = 0;
    const rate = createRateLimit({ perSecond: 3, subject: 'A key', setting: 'MAX_OF_A_TEST', monotonicNow: () => now });
    const countAllowed = (times: number) =>
      Array.from({ length: times }, () => rate.count('a')).filter((error) => !error).length;

    expect(countAllowed(10)).toBe(6);
    expect(rate.count('a')).toMatchObject({
      message: expect.stringContaining('3 requests per second (MAX_OF_A_TEST)'),
      ...limited,
    });
    expect(rate.count('another')).toBeUndefined();
    now += 1_000;
    expect(countAllowed(10)).toBe(3);
    now += 60_000;
    expect(countAllowed(10)).toBe(6);
  });
});

describe('createQuota', () => {
  test('each key has its own quota, and a unit is released only once', () => {
    const quota = createQuota(2, 'sockets', 'MAX_OF_A_TEST');
    const [release] = [quota.acquire('a'), quota.acquire('a')];

    expect(() => quota.acquire('a')).toThrow('2 sockets open, the maximum (MAX_OF_A_TEST)');
    quota.acquire('b');
    release?.();
    release?.();
    quota.acquire('a');
    expect(() => quota.acquire('a')).toThrow('2 sockets open, the maximum (MAX_OF_A_TEST)');
  });
});

describe('operations', () => {
  test('operations are limited per key', async () => {
    const { query } = startGateway({ rates: { perKey: 1 }, sandbox: { keys: ['other'] } });
    await query(names);
    await query(names);

    expect((await query(names)).errors).toMatchObject([limited]);
    expect((await query(names, {}, { 'x-api-key': 'other' })).errors).toBeUndefined();
  });

  test('an operation above the rate gets a 429 with Retry-After, without an upstream request', async () => {
    const { query, fetch, takeRequests } = startGateway({ rates: { perKey: 1 } });
    await query(names);
    await query(names);
    takeRequests();

    const response = await fetch('/graphql?query={models{nodes{id}}}', { headers: { accept: 'application/json' } });

    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
    expect(takeRequests()).toEqual([]);
  });

  test('operations over a WebSocket also count for its IP address', async () => {
    vi.useRealTimers();
    const started = startGateway({ rates: { perAddress: 1 } });
    const { url } = await serverOf(started);
    // The handshake counts as well.
    const socket = await openSocket(url);
    socket.send({ type: 'connection_init' });
    await socket.receive();

    for (const id of ['a', 'b', 'c', 'd']) socket.send({ type: 'subscribe', id, payload: { query: '{ __typename }' } });
    const heard = [];
    for (let count = 0; count < 5; count++) heard.push(await socket.receive());

    expect(heard.filter(({ type }) => type === 'error')).toMatchObject([
      { id: 'b', payload: [{ extensions: { code: 'RATE_LIMITED' } }] },
      { id: 'c', payload: [{ extensions: { code: 'RATE_LIMITED' } }] },
      { id: 'd', payload: [{ extensions: { code: 'RATE_LIMITED' } }] },
    ]);
  });

  test('operations of all keys are limited per IP address', async () => {
    const { gateway } = startGateway({ rates: { perAddress: 1 } });
    const send = (address: string) =>
      gateway.fetch(new Request('http://localhost:4000/graphql?query={__typename}'), address);
    await send('192.0.2.1');
    await send('192.0.2.1');

    const rejected = await send('192.0.2.1');

    expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await rejected.json()).errors).toMatchObject([limited]);
    expect((await send('192.0.2.2')).status).toBe(200);
    const health = await gateway.fetch(new Request('http://localhost:4000/health'), '192.0.2.1');
    expect(health.status).toBe(200);
  });
});

describe('open connections', () => {
  const WATCH = 'subscription ($id: ID!) { trainingsUpdated(modelId: $id) { id } }';

  test('the sockets of a key are limited, and a closed socket releases its quota', async () => {
    vi.useRealTimers();
    const started = startGateway({ rates: { sockets: 1 }, sandbox: { keys: ['other'] } });
    const { url } = await serverOf(started);
    const open = async (apiKey: string) => {
      const conversation = await openSocket(url);
      conversation.send({ type: 'connection_init', payload: { apiKey } });
      return conversation;
    };
    const first = await open('demo');
    expect(await first.receive()).toEqual({ type: 'connection_ack' });

    expect(await (await open('demo')).closed).toEqual({
      code: 1013,
      reason: expect.stringContaining('1 sockets open'),
    });
    expect(await (await open('other')).receive()).toEqual({ type: 'connection_ack' });

    first.socket.close();
    await first.closed;
    for (let isOpen = false; !isOpen; ) {
      const next = await open('demo');
      isOpen = await Promise.race([
        next.receive().then(
          () => true,
          () => false,
        ),
        next.closed.then(() => false),
      ]);
    }
  });

  test('the server-sent event streams of a key are limited, and an aborted stream releases its quota at once', async () => {
    vi.useRealTimers();
    const { fetch, upstream } = startGateway({ rates: { eventStreams: 1 } });
    const { globalId: id } = await seedModel(upstream, 'Dresses');
    const watch = (signal?: AbortSignal) =>
      fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: WATCH, variables: { id } }),
        ...(signal && { signal }),
      });
    const abortController = new AbortController();
    // The stream is aborted before it is read.
    await watch(abortController.signal);

    expect(await (await watch()).text()).toContain('1 streams over server-sent events open');

    abortController.abort();
    const again = await watch();
    const reader = again.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(':\n\n');
    await reader?.cancel();
  });
});
