import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { isHost } from '../../src/auth/credential.ts';
import { createCorsPolicy } from '../../src/http/cors.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';
import { httpPaths, prepareDocument } from '../support/transports.ts';

const BODY = '{"query":"{ models { nodes { id } } }"}';
const RESULT = '{"data":{"models":{"nodes":[]}}}';
const ALLOWED = 'http://localhost:5173';

/** Sends bytes over a new connection. @returns Everything that the server sends until it closes the connection. */
async function sendBytes(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('latin1').on('data', (more: string) => {
    text += more;
  });
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

const post = (lines: readonly string[], target = '/graphql', version = '1.1') =>
  [
    `POST ${target} HTTP/${version}`,
    'content-type: application/json',
    `content-length: ${BODY.length}`,
    ...(lines.some((line) => /^connection:/i.test(line)) ? [] : ['connection: close']),
    ...lines,
    '',
    BODY,
  ].join('\r\n');

describe.each(httpPaths)('the gateway’s own key ($httpPath)', ({ httpPath: road }) => {
  const start = async () => {
    const started = startGateway();
    const { url } = await serverOf(started, { fastPath: road === 'fast path' });
    await prepareDocument(started, { body: BODY });
    return { url, ...started };
  };

  test.each<[string, string[]]>([
    ['a program of this machine', ['host: localhost:4000']],
    ['a page of this machine', ['host: localhost:4000', 'origin: http://localhost:5173', 'sec-fetch-site: same-site']],
    ['a URL that is typed into a browser', ['host: 127.0.0.1:4000', 'sec-fetch-site: none']],
  ])('the gateway’s own key is used for %s', async (_, lines) => {
    const { url } = await start();

    expect(await sendBytes(url, post(lines))).toContain(RESULT);
  });

  test.each<[string, string]>([
    ['is marked as cross-site', 'sec-fetch-site: cross-site'],
    ['is marked as cross-site, in any case', 'Sec-Fetch-Site: Cross-Site'],
    ...[
      'Forwarded: for=203.0.113.9',
      'Via: 1.1 proxy',
      'X-Forwarded-For: 203.0.113.9',
      'X-Forwarded-Host: graph.example.com',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Port: 443',
      'X-Forwarded-Server: a',
      'X-Forwarded: for=203.0.113.9',
      'X-Real-IP: 203.0.113.9',
      'X-Client-IP: 203.0.113.9',
      'X-Cluster-Client-IP: 203.0.113.9',
      'X-Original-Host: graph.example.com',
      'X-Original-URL: /graphql',
      'X-Envoy-External-Address: 203.0.113.9',
      'CF-Connecting-IP: 203.0.113.9',
      'CF-Ray: 1',
      'CDN-Loop: cloudflare',
      'True-Client-IP: 203.0.113.9',
      'Fastly-Client-IP: 203.0.113.9',
      'X-Azure-ClientIP: 203.0.113.9',
      'X-ARR-SSL: a',
      'CloudFront-Viewer-Address: 203.0.113.9:1',
      'Fly-Client-IP: 203.0.113.9',
      'X-Vercel-Forwarded-For: 203.0.113.9',
    ].map((line): [string, string] => ['has passed a proxy', line]),
  ])('the gateway’s own key is not used for a request that %s: %s', async (_, line) => {
    const { url, takeRequests } = await start();

    const response = await sendBytes(url, post(['host: localhost:4000', line]));

    expect(response).toContain('"UNAUTHENTICATED"');
    expect(response).not.toContain(RESULT);
    expect(takeRequests()).toEqual([]);
    expect(await sendBytes(url, post(['host: localhost:4000', line, 'x-api-key: demo']))).toContain(RESULT);
  });

  test.each<[string, string[], string, string]>([
    ['has no Host', [], '/graphql', '1.0'],
    ['has another host in its target', ['host: localhost:4000'], 'http://evil.example/graphql', '1.1'],
    ['has a loopback host in its target alone', ['host: evil.example'], 'http://localhost:4000/graphql', '1.1'],
    ['has another port in its target', ['host: localhost:4000'], 'http://localhost:80/graphql', '1.1'],
  ])('the gateway’s own key is not used for a request that %s', async (_, lines, target, version) => {
    const { url, takeRequests } = await start();

    const response = await sendBytes(url, post(lines, target, version));

    expect(response).toContain('"UNAUTHENTICATED"');
    expect(takeRequests()).toEqual([]);
  });

  test('the gateway’s own key is used if the hosts of target and Host header are equal', async () => {
    const { url } = await start();

    expect(await sendBytes(url, post(['host: LOCALHOST:4000'], 'http://localhost:4000/graphql'))).toContain(RESULT);
  });

  test.each<[string, string[], string]>([
    ['two Host headers', ['host: localhost', 'host: localhost'], '/graphql'],
    ['two different Host headers', ['host: localhost', 'HOST: evil.example'], '/graphql'],
    ['a user in its Host', ['host: evil@localhost'], '/graphql'],
    ['a path in its Host', ['host: localhost/evil.example'], '/graphql'],
    ['a fragment in its Host', ['host: localhost#evil.example'], '/graphql'],
    ['a query in its Host', ['host: localhost?evil.example'], '/graphql'],
    ['a backslash in its Host', ['host: localhost\\evil.example'], '/graphql'],
    ['a user in its target', ['host: localhost'], 'http://evil@localhost/graphql'],
  ])('a request with %s gets 400', async (_, lines, target) => {
    const { url, takeRequests } = await start();

    expect(await sendBytes(url, post([...lines, 'x-api-key: demo'], target))).toMatch(/^HTTP\/1\.1 400 /);
    expect(takeRequests()).toEqual([]);
  });
});

test.each(['', 'a@b', 'a/b', 'a#b', 'a?b', 'a\\b', 'a b', 'a:b', '[::1'])('%j is not a valid Host', (host) => {
  expect(isHost(host)).toBe(false);
});

describe('CORS', () => {
  const config: StartOptions['config'] = { corsOrigins: [ALLOWED, 'https://app.example.com'] };

  test.each([ALLOWED, 'http://127.0.0.1:8080', 'https://app.example.com'])(
    'a page of %s may read responses of a gateway on this machine',
    async (origin) => {
      const { fetch } = startGateway({ config });

      const { headers } = await fetch('/graphql?query={__typename}', { headers: { origin } });

      expect(headers.get('access-control-allow-origin')).toBe(origin);
    },
  );

  test('a page of this machine is allowed without CORS_ORIGINS, unlike a page of another site', async () => {
    const { fetch } = startGateway();
    const allowedFor = async (origin: string) =>
      (await fetch('/graphql', { method: 'OPTIONS', headers: { origin } })).headers.get('access-control-allow-origin');

    expect(await allowedFor(ALLOWED)).toBe(ALLOWED);
    expect(await allowedFor('https://app.example.com')).toBeNull();
  });

  test('allowed pages can also read the responses that reject a request', async () => {
    const { gateway, fetch } = startGateway({ config, rates: { perAddress: 1 } });
    const request = () =>
      new Request('http://localhost:4000/graphql?query={__typename}', { headers: { origin: ALLOWED } });
    await gateway.fetch(request(), '203.0.113.9');
    await gateway.fetch(request(), '203.0.113.9');

    const limited = await gateway.fetch(request(), '203.0.113.9');
    const unknown = await fetch('/graphql', { method: 'PUT', headers: { origin: ALLOWED } });
    gateway.refuseNew();
    const stopping = await gateway.fetch(request());

    for (const { status, headers } of [limited, unknown, stopping])
      expect([status, headers.get('access-control-allow-origin')]).toEqual([expect.any(Number), ALLOWED]);
    expect([limited.status, unknown.status, stopping.status]).toEqual([429, 405, 503]);
  });

  test('a preflight allows the headers of tracing libraries, and those of the configuration', async () => {
    const { fetch } = startGateway({ config: { ...config, corsHeaders: ['x-tenant'] } });

    const { headers } = await fetch('/graphql', { method: 'OPTIONS', headers: { origin: ALLOWED } });

    const allowed = headers.get('access-control-allow-headers')?.split(', ');
    expect(allowed).toEqual(
      expect.arrayContaining([
        'traceparent',
        'tracestate',
        'baggage',
        'sentry-trace',
        'x-request-id',
        'apollographql-client-name',
        'apollographql-client-version',
        'x-api-key',
        'x-tenant',
      ]),
    );
  });

  test('a rejected origin is logged once, with the setting that allows it', async () => {
    const { fetch, logLines } = startGateway({ config });
    for (let i = 0; i < 3; i++)
      await fetch('/graphql?query={__typename}', { headers: { origin: 'https://b.example' } });

    const lines = logLines.filter((line) => line.includes('https://b.example'));
    expect(lines).toEqual([expect.stringContaining('CORS_ORIGINS')]);
  });

  test('the number and length of logged origins are limited', () => {
    const reported: string[] = [];
    const policy = createCorsPolicy({
      allowed: [],
      publicUrl: undefined,
      onRefused: (origin) => reported.push(origin),
    });

    for (let i = 0; i < 1_000; i++) policy.allows({ origin: `https://${i}.example`, host: 'a' });
    policy.allows({ origin: `https://${'a'.repeat(10_000)}.example`, host: 'a' });

    expect(reported.length).toBeLessThanOrEqual(100);
    expect(reported.join('')).not.toContain('aaaa');
  });
});

describe('paths', () => {
  const json = { 'content-type': 'application/json' };

  test.each(['/graphql/', '/graphql'])('POST %s reaches the graph', async (path) => {
    const { url } = await serverOf(startGateway());

    const response = await fetch(url + path, { method: 'POST', headers: json, body: '{"query":"{__typename}"}' });

    expect([response.status, await response.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
  });

  test.each(['/', '/graphq', '/api/graphql'])('POST %s gets a JSON error with the path of the graph', async (path) => {
    const { fetch } = startGateway();

    const response = await fetch(path, { method: 'POST', headers: json, body: '{"query":"{__typename}"}' });

    expect([response.status, await response.json()]).toMatchObject([
      404,
      { errors: [{ message: expect.stringContaining('POST /graphql'), extensions: { code: 'NOT_FOUND' } }] },
    ]);
  });

  test('a browser gets a message if GraphiQL is off, and operations in the query string are executed', async () => {
    const { fetch } = startGateway({ config: { graphiql: false } });
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

    const page = await fetch('/graphql', { headers: { accept } });
    const result = await fetch('/graphql?query={__typename}', { headers: { accept } });

    expect(await page.text()).toMatch(/GraphiQL is off.*GRAPHIQL=true/);
    expect(page.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await result.json()).toEqual({ data: { __typename: 'Query' } });
  });
});

test('only images and persisted queries by GET may be cached', async () => {
  const { fetch } = startGateway();
  const query = '{ __typename }';
  const hash = 'sha256Hash":"7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b';
  const extensions = encodeURIComponent(`{"persistedQuery":{"version":1,"${hash}"}}`);
  const caching = async (path: string, init?: RequestInit) => (await fetch(path, init)).headers.get('cache-control');

  expect(await caching(`/graphql?query=${query}`)).toBe('no-store');
  expect(
    await caching('/graphql', { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } }),
  ).toBe('no-store');
  for (const path of ['/health', '/nowhere', '/graphql?query={']) expect(await caching(path)).toBe('no-store');
  expect(await caching(`/graphql?extensions=${extensions}`)).toBe('no-store');
  expect(await caching(`/graphql?query=${query}&extensions=${extensions}`)).toBe('private, no-cache');
  expect(await caching(`/graphql?extensions=${extensions}`)).toBe('private, no-cache');
});

test.each([
  ['/graphql?query={__typename}', 'same-origin'],
  ['/health', 'same-origin'],
  ['/images/none', 'cross-origin'],
  ['/uploads/none', 'cross-origin'],
])('the cross-origin resource policy of %s is %s', async (path, policy) => {
  const { headers } = await startGateway().fetch(path);

  expect(headers.get('cross-origin-resource-policy')).toBe(policy);
});

describe('an Upgrade to anything but a WebSocket', () => {
  const h2c = ['host: localhost:4000', 'upgrade: h2c', 'http2-settings: AAMAAABkAAQAoAAAAAIAAAAA'];

  test.each([
    ['h2c', [...h2c, 'connection: Upgrade, HTTP2-Settings, close']],
    ['TLS/1.0', ['host: localhost:4000', 'upgrade: TLS/1.0', 'connection: close, upgrade']],
  ])('an Upgrade to %s is ignored', async (_, lines) => {
    const { url } = await serverOf(startGateway());

    expect(await sendBytes(url, post(lines))).toMatch(
      /^HTTP\/1\.1 200 OK\r\n[\s\S]*\{"data":\{"models":\{"nodes":\[\]\}\}\}/,
    );
  });

  test('an ignored Upgrade affects neither a later body nor further requests on the connection', async () => {
    const { url } = await serverOf(startGateway());
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setEncoding('latin1').on('data', (more: string) => {
      text += more;
    });
    const request = post([...h2c, 'connection: Upgrade, HTTP2-Settings']);
    socket.write(request.slice(0, -BODY.length));
    // The server has read the headers by the time it responds on another connection.
    await sendBytes(url, 'GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    socket.write(BODY);
    socket.write(post(['host: localhost:4000', 'connection: close']));
    await once(socket, 'close');

    expect(text.split('HTTP/1.1 200 OK')).toHaveLength(3);
    expect(text.split(RESULT)).toHaveLength(3);
  });
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl) console.log('curl is missing: the tests that run it are skipped.');

describe.skipIf(!hasCurl)('curl --http2', () => {
  test.each<[path: string, body: string[], expected: string]>([
    ['/health', [], '{"status":"ok"}'],
    ['/graphql', ['-H', 'content-type: application/json', '-d', BODY], RESULT],
  ])(
    'curl --http2, which offers an upgrade to h2c, gets the response of %s over HTTP/1.1',
    async (path, body, expected) => {
      const { url } = await serverOf(startGateway());
      const run = promisify(execFile);

      const { stdout, stderr } = await run('curl', ['-sv', '--http2', '--max-time', '20', ...body, url + path]);

      expect(stderr).toMatch(/> Upgrade: h2c/i);
      expect(stderr).toContain('< HTTP/1.1 200 OK');
      expect(stdout).toBe(expected);
    },
  );
});
