import { expect, test } from 'vitest';
import { createHealth } from '../../src/http/health.ts';
import { startGateway } from '../support/gateway.ts';

const MODELS = '{ models { nodes { id } } }';

/** A gateway whose upstream fails on demand, and whose circuit opens at the second failure. */
function start(readyRequiresUpstream: boolean) {
  let isDown = false;
  const started = startGateway({
    config: { readyRequiresUpstream },
    transport: async (request, upstream) => (isDown ? new Response('', { status: 503 }) : await upstream(request)),
    upstream: { breaker: { attempts: 2, coolDown: 5_000 }, retry: { limit: 0, delay: () => 0, maxRetryAfter: 0 } },
  });
  const ready = async () => {
    const response = await started.fetch('/ready');
    const { status, checks } = await response.json();
    return { code: response.status, status, upstream: checks.upstream };
  };
  return {
    ...started,
    ready,
    setDown(value: boolean) {
      isDown = value;
    },
  };
}

test('/ready reports the upstream as the last requests have shown it, and sends none itself', async () => {
  const { ready, query, setDown, requests, clock } = start(false);
  expect(await ready()).toEqual({ code: 200, status: 'ready', upstream: { status: 'unknown' } });
  expect(requests).toEqual([]);

  await query(MODELS);
  const lastSuccess = new Date(clock.now()).toISOString();
  expect((await ready()).upstream).toEqual({ status: 'ok', lastSuccess });

  await clock.advance(1_000);
  setDown(true);
  await query(MODELS);
  const since = new Date(clock.now()).toISOString();
  expect((await ready()).upstream).toMatchObject({ since, cause: 'status 503', lastSuccess, lastFailure: since });

  await clock.advance(20_000);
  setDown(false);
  await query(MODELS);
  expect((await ready()).upstream).toEqual({
    status: 'ok',
    lastSuccess: new Date(clock.now()).toISOString(),
    lastFailure: since,
  });
});

test.each([
  ['fails with READY_REQUIRES_UPSTREAM', true, { code: 503, status: 'not ready' }],
  ['succeeds by default', false, { code: 200, status: 'ready' }],
])('while the circuit is open, /ready %s', async (_, isRequired, expected) => {
  const { ready, query, setDown, clock } = start(isRequired);
  setDown(true);
  await query(MODELS);
  expect(await ready()).toMatchObject({ code: 200, upstream: { status: 'failing' } });

  await query(MODELS);
  expect(await ready()).toMatchObject({ ...expected, upstream: { status: 'unavailable' } });

  // Otherwise no request could show that the upstream works again.
  await clock.advance(5_000);
  expect(await ready()).toMatchObject({ code: 200, status: 'ready', upstream: { status: 'failing' } });
});

test('a connection error is reported by its code', async () => {
  const { fetch, query } = startGateway({
    transport: async () => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('to 10.0.0.1'), { code: 'ECONNREFUSED' }) });
    },
  });
  await query(MODELS);

  const { checks } = await (await fetch('/ready')).json();
  expect(checks.upstream).toMatchObject({ status: 'failing', cause: 'ECONNREFUSED' });
});

test('a lost Redis is reported, and the gateway remains ready', async () => {
  const problem = { since: new Date(0), cause: 'no reply in time' };
  const options = { usesRedis: true, upstream: () => ({ status: 'ok' }) as const, requiresUpstream: false };

  const working = createHealth({ ...options, broker: { problem: undefined } }).ready();
  const lost = createHealth({ ...options, broker: { problem } }).ready();

  expect((await working.json()).checks.redis).toEqual({ status: 'ok' });
  expect(lost.status).toBe(200);
  expect((await lost.json()).checks.redis).toEqual({
    status: 'failing',
    since: '1970-01-01T00:00:00.000Z',
    cause: 'no reply in time',
  });
});

test('HEAD works for health checks', async () => {
  const { fetch } = startGateway();

  for (const path of ['/health', '/ready']) expect((await fetch(path, { method: 'HEAD' })).status).toBe(200);
});
