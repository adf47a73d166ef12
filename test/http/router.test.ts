import { describe, expect, test } from 'vitest';
import { MemoryHub } from '../../src/cluster/memory-hub.ts';
import { startTimer } from '../../src/util/timers.ts';
import { settle } from '../support/clock.ts';
import { startGateway } from '../support/gateway.ts';
import { httpPaths } from '../support/transports.ts';

const json = { 'content-type': 'application/json' };

describe.each(httpPaths)('routes over HTTP ($httpPath)', ({ open }) => {
  test.each([
    ['a query by GET', '/graphql?query={__typename}', { headers: { accept: 'application/json' } }, 200],
    ['a query by POST', '/graphql', { method: 'POST', headers: json, body: '{"query":"{__typename}"}' }, 200],
    ['a mutation by GET', '/graphql?query=mutation{deleteModel(input:{id:""}){__typename}}', {}, 405],
    ['another method', '/graphql', { method: 'PUT', headers: json, body: '{"query":"{__typename}"}' }, 405],
    ['broken JSON', '/graphql', { method: 'POST', headers: json, body: '{"query":' }, 400],
    ['no query', '/graphql', { method: 'POST', headers: json, body: '{}' }, 400],
    ['another media type', '/graphql', { method: 'POST', headers: { 'content-type': 'text/csv' }, body: 'a,b' }, 415],
    ['broken JSON in the variables of a GET', '/graphql?query={__typename}&variables={', {}, 400],
    ['health', '/health', {}, 200],
    ['a write to health', '/health', { method: 'POST' }, 405],
    ['an unknown path', '/nowhere', {}, 404],
  ])('%s gets the expected status', async (_, path, init, status) => {
    const { send } = await open(startGateway());

    const response = await send(path, init);

    expect(response.status).toBe(status);
    expect(await response.text()).not.toMatch(/^\s+at /m);
  });

  test.each([
    ['without other replicas', undefined, {}],
    ['with other replicas', { problem: undefined }, { replicas: { connected: true } }],
    [
      'without a connection to them',
      { problem: { since: new Date(0), cause: 'no reply in time' } },
      { replicas: { connected: false, since: '1970-01-01T00:00:00.000Z', cause: 'no reply in time' } },
    ],
  ])('the gateway is ready %s', async (_, state, replicas) => {
    const hub = new MemoryHub({ startTimer, monotonicNow: () => 0, now: () => 0 });
    const broker = state && Object.defineProperties(hub.connect('replica'), { problem: { value: state.problem } });
    const { send } = await open(startGateway(broker && { broker }));

    const response = await send('/ready');

    const checks = { configuration: { status: 'ok' }, upstream: { status: 'unknown' } };
    expect([response.status, await response.json()]).toEqual([200, { status: 'ready', checks, ...replicas }]);
  });

  test('the root redirects to the graph', async () => {
    const response = await (await open(startGateway())).send('/');

    expect([response.status, response.headers.get('location')]).toEqual([302, '/graphql']);
  });

  test('responses have security headers for data', async () => {
    const { send } = await open(startGateway({ config: { publicUrl: 'https://graph.example.com' } }));

    for (const path of ['/graphql?query={__typename}', '/graphql?query={', '/health', '/nowhere']) {
      const { headers } = await send(path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000',
      });
    }
    const { headers } = await (await open(startGateway())).send('/health');
    expect(headers.has('strict-transport-security')).toBe(false);
  });

  test('other sites get no CORS headers', async () => {
    const { send } = await open(startGateway());

    const response = await send('/graphql?query={__typename}', {
      headers: { origin: 'https://evil.example' },
    });

    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

test('a body that does not arrive in time gets 408', async () => {
  const { fetch, clock } = startGateway();
  const pending = fetch('/graphql', {
    method: 'POST',
    headers: json,
    body: new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{"query":')) }),
    ...{ duplex: 'half' },
  });
  await settle();

  await clock.advance(30_000);

  expect((await pending).status).toBe(408);
});
