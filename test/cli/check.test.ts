import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runProgram, startProgram, temporaryDirectory } from '../support/program.ts';
import { findRedisServer, startRedis } from '../support/redis.ts';
import { certificate, expiredCertificate } from '../support/tls.ts';

/** Each test starts one or two programs, which takes long on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });

const redis = findRedisServer(process.env);

/** Listens on a free port of this machine until the end of the test. */
async function portOf(server: Server | TcpServer, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Starts an upstream that responds to everything with the same status and body. */
async function upstreamWith(status: number, body: unknown, headers: Record<string, string> = {}): Promise<string> {
  const server = createServer((_, response) => {
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers });
    response.end(isText ? body : JSON.stringify(body));
  });
  return `http://127.0.0.1:${await portOf(server)}`;
}

const check = (env: Record<string, string>) => runProgram({ args: ['--check'], env: { PORT: '', ...env } });

const FLAIR_API_KEY = 'the-secret-key';

test('an upstream that accepts the key is reported with its models', async () => {
  const { url } = await startProgram({ entry: 'sandbox' });

  const { code, stdout, stderr } = await check({ FLAIR_API_URL: url, FLAIR_API_KEY: 'demo' });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Settings: valid\.\nUpstream: \S+ lists 5 models with the key: [^,]+, .+\.\n$/);
});

test('the keys of all tenants are checked, and the tenants of rejected ones are named', async () => {
  const { url } = await startProgram({ entry: 'sandbox' });

  const { code, stdout, stderr } = await check({
    FLAIR_API_URL: url,
    JWT_SECRET: 'x'.repeat(32),
    JWT_ISSUER: 'i',
    JWT_AUDIENCE: 'a',
    TENANT_KEYS: 'acme=demo,globex=wrong-key',
  });

  expect(code).toBe(1);
  expect(stdout).toContain('of the tenant "acme"');
  expect(stderr).toMatch(/rejects the API key.*This concerns the key of the tenant "globex"/);
  expect(stdout + stderr).not.toContain('wrong-key');
});

test('an upstream is reachable even if the gateway has no key', async () => {
  const { url } = await startProgram({ entry: 'sandbox' });

  const { code, stdout } = await check({ FLAIR_API_URL: url });

  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('has no key of its own') });
});

test.each<[name: string, upstream: () => Promise<string>, message: RegExp]>([
  ['401', () => upstreamWith(401, { error: 'no' }), /rejects the API key \(status 401: no\).*FLAIR_API_KEY_HEADER/],
  ['403', () => upstreamWith(403, {}), /does not permit it to list models \(status 403\).*credit/],
  ['404', () => upstreamWith(404, 'nothing here'), /no list of models below http.*ends right before \/models/],
  ['429', () => upstreamWith(429, {}), /limits the requests of this key at present \(status 429\)/],
  ['500', () => upstreamWith(500, 'oops'), /The upstream fails \(status 500.*The gateway can start meanwhile/],
  ['503', () => upstreamWith(503, {}), /The upstream fails \(status 503/],
  ['405', () => upstreamWith(405, {}), /rejects the request \(status 405\)/],
  ['a website', () => upstreamWith(200, '<html>'), /The response is not that of the API.*another API.*FLAIR_CONTRACT/],
  ['another API', () => upstreamWith(200, { items: [] }), /The response is not that of the API/],
  [
    'a row that is no model',
    () => upstreamWith(200, { models: [{ name: 'x' }] }),
    /The response is not that of the API/,
  ],
  ['a redirect', () => upstreamWith(302, '', { location: '/login' }), /The response is not that of the API.*redirect/],
  ['a port without a listener', async () => 'http://127.0.0.1:1', /Nothing listens at 127\.0\.0\.1:1 \(ECONNREFUSED\)/],
  [
    'an unknown host',
    async () => 'http://nowhere.invalid',
    /The host name nowhere\.invalid cannot be resolved \(E\w+\).*DNS/,
  ],
  [
    'an expired certificate',
    async () => `https://localhost:${await portOf(createTlsServer(expiredCertificate))}`,
    /The certificate of localhost:\d+ has expired \(CERT_HAS_EXPIRED\).*clock/,
  ],
  [
    'a certificate of an unknown issuer',
    async () => `https://localhost:${await portOf(createTlsServer(certificate))}`,
    /issuer that this machine does not trust.*NODE_EXTRA_CA_CERTS/,
  ],
  [
    'TLS on a port without it',
    async () => (await upstreamWith(200, {})).replace('http:', 'https:'),
    /The TLS handshake with 127\.0\.0\.1:\d+ failed.*begins with http:/,
  ],
  [
    'a connection that is closed at once',
    async () => `http://127.0.0.1:${await portOf(createTcpServer((socket) => socket.destroy()))}`,
    /closed the connection without a response.*begins with https:/,
  ],
])('the check explains %s', async (_, upstream, message) => {
  const directory = await temporaryDirectory();
  const trusted = join(directory, 'trusted.pem');
  await writeFile(trusted, expiredCertificate.cert);

  const { code, stdout, stderr } = await check({
    FLAIR_API_URL: await upstream(),
    FLAIR_API_KEY,
    NODE_EXTRA_CA_CERTS: trusted,
  });

  expect({ code, stdout }).toEqual({ code: 1, stdout: 'Settings: valid.\n' });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout + stderr).not.toContain(FLAIR_API_KEY);
});

test('a certificate of another host is explained', async () => {
  const directory = await temporaryDirectory();
  const trusted = join(directory, 'trusted.pem');
  await writeFile(trusted, certificate.cert);
  // An address of this machine that the certificate does not contain.
  const port = await portOf(createTlsServer(certificate), '127.0.0.2');

  const { code, stderr } = await check({
    FLAIR_API_URL: `https://127.0.0.2:${port}`,
    FLAIR_API_KEY,
    NODE_EXTRA_CA_CERTS: trusted,
  });

  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/is for another host \(ERR_TLS_CERT_ALTNAME_INVALID\).*a name in the certificate/),
  });
});

test('mistakes in the settings are reported before anything is contacted', async () => {
  const { code, stdout, stderr } = await check({ MAX_QUERY_DEPTH: 'x', FLAIR_API_URL: 'localhost' });

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/2 mistakes[\s\S]*`FLAIR_API_URL`[\s\S]*`MAX_QUERY_DEPTH`/);
});

test('a Redis without a listener is explained, besides the upstream', async () => {
  const { code, stdout, stderr } = await check({ REDIS_URL: 'redis://:hidden@127.0.0.1:1', SECRET: 's'.repeat(32) });

  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('embedded sandbox') });
  expect(stderr).toMatch(/^Redis: .*ECONNREFUSED.*Check REDIS_URL/);
  expect(stderr).not.toContain('hidden');
});

test.skipIf(!redis)('a Redis that works is reported', async () => {
  const server = await startRedis(redis ?? '');
  onTestFinished(() => server.stop());

  const { code, stdout, stderr } = await check({ REDIS_URL: server.url, SECRET: 's'.repeat(32) });

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Redis: works.');
});
