import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDownload } from '../../../src/upstream/images/download.ts';
import { createConnector } from '../../../src/upstream/transport/connector.ts';
import { openNetwork } from '../../../src/upstream/transport/network.ts';
import { createProxiedFetch } from '../../../src/upstream/transport/proxied-fetch.ts';
import { type Proxies, proxyFor } from '../../../src/upstream/transport/proxy.ts';
import { until } from '../../support/clock.ts';
import { startProgram, temporaryDirectory } from '../../support/program.ts';
import { startProxy } from '../../support/proxy.ts';
import { certificate } from '../../support/tls.ts';
import { startUpstream } from '../../support/upstream.ts';

const signal = new AbortController().signal;
const proxiesOf = (proxy: URL, noProxy: readonly string[] = []): Proxies => ({ http: proxy, https: proxy, noProxy });

/** A server that sends the same response to all requests. */
async function startServer(body = '{"id":"m","displayName":"x","trainingId":"t"}') {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.host}`);
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { requests, port: (server.address() as AddressInfo).port };
}

/** An upstream client whose sockets are opened through a proxy. */
async function upstreamThrough(proxies: Proxies, baseUrl: string) {
  const network = openNetwork(baseUrl, { connect: createConnector({ proxies }) });
  onTestFinished(() => network.destroy());
  const { upstream } = await startUpstream('fetch', [], { baseUrl, transport: network, pool: network.reads });
  return upstream;
}

describe('requests to the upstream', () => {
  test('reads and writes use a tunnel of the proxy, with the user and password of its URL', async () => {
    const server = await startServer();
    const proxy = await startProxy({ destination: { host: '127.0.0.1', port: server.port } });
    const address = new URL(proxy.url);
    address.username = 'me';
    address.password = 'a%3Ab';

    const upstream = await upstreamThrough(proxiesOf(address), 'http://api.example:8080');
    await upstream.models.get('m');
    await upstream.trainings.start('m', { trainingStrength: 1 });

    expect(server.requests).toEqual(['GET /models/m api.example:8080', 'POST /models/m/trainings api.example:8080']);
    expect(proxy.tunnels).toEqual(['api.example:8080', 'api.example:8080']);
    expect(new Set(proxy.authorizations)).toEqual(new Set([`Basic ${btoa('me:a:b')}`]));
  });

  test('requests to a host in NO_PROXY do not use the proxy', async () => {
    const server = await startServer();
    const proxy = await startProxy();

    const upstream = await upstreamThrough(proxiesOf(proxy.url, ['127.0.0.1']), `http://127.0.0.1:${server.port}`);
    await upstream.models.get('m');

    expect(proxy.tunnels).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test.each([403, 407, 502, 'close'] as const)('requests fail as not sent if the proxy responds %s', async (answer) => {
    const proxy = await startProxy({ response: answer });

    const upstream = await upstreamThrough(proxiesOf(proxy.url), 'http://api.example');

    await expect(upstream.models.get('m')).rejects.toMatchObject({ failure: 'unreachable' });
    await expect(upstream.trainings.start('m', { trainingStrength: 1 })).rejects.toMatchObject({
      failure: 'unreachable',
    });
  });

  test('requests fail as not sent if the proxy cannot be reached', async () => {
    const upstream = await upstreamThrough(proxiesOf(new URL('http://127.0.0.1:1')), 'http://api.example');

    await expect(upstream.trainings.start('m', { trainingStrength: 1 })).rejects.toMatchObject({
      failure: 'unreachable',
    });
  });
});

describe('a tunnel', () => {
  /** A proxy that sends the same text on all connections. */
  async function startRawProxy(text: string) {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.write(text));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  const connectThrough = (proxy: URL, timeout?: number) => {
    const connect = createConnector({ proxies: proxiesOf(proxy), ...(timeout && { timeout }) });
    return new Promise<Socket>((resolve, reject) =>
      connect({ protocol: 'http:', hostname: 'api.example', port: '' }, (error, socket) => {
        if (error) return reject(error);
        onTestFinished(() => void socket.destroy());
        resolve(socket);
      }),
    );
  };

  test('a tunnel retains bytes that arrive with the response of the proxy', async () => {
    const socket = await connectThrough(await startRawProxy('HTTP/1.1 200 OK\r\n\r\nhello'));

    expect(String((await once(socket, 'data'))[0])).toBe('hello');
  });

  test('a tunnel fails if the proxy does not respond in time', async () => {
    await expect(connectThrough(await startRawProxy(''), 1)).rejects.toThrow('to respond within 1 ms, but it did not');
  });
});

test('the program connects to an https: upstream through HTTPS_PROXY, and logs the proxy without its password', async () => {
  const server = createTlsServer(certificate, (request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end('{"models":[]}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const proxy = await startProxy({ destination: { host: '127.0.0.1', port: (server.address() as AddressInfo).port } });
  const directory = await temporaryDirectory();
  const trusted = join(directory, 'cert.pem');
  await writeFile(trusted, certificate.cert);

  const { url, output } = await startProgram({
    directory,
    env: {
      FLAIR_API_URL: 'https://upstream.test/v1',
      FLAIR_API_KEY: 'key',
      https_proxy: `me:hunter2@127.0.0.1:${proxy.port}`,
      NODE_EXTRA_CA_CERTS: trusted,
    },
  });
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ models { nodes { id } } }' }),
  });

  expect(await response.json()).toEqual({ data: { models: { nodes: [] } } });
  expect(new Set(proxy.tunnels)).toEqual(new Set(['upstream.test:443']));
  // The log is buffered.
  await until(() => (output.stdout + output.stderr).includes(`http://127.0.0.1:${proxy.port}`));
  expect(output.stdout + output.stderr).not.toContain('hunter2');
});

describe('downloads of public images', () => {
  const open = (proxy: URL, resolve: () => Promise<{ address: string; family: number }[]>) => {
    const download = createDownload({ upstreamOrigin: 'https://api.example', proxies: proxiesOf(proxy), resolve });
    return (address: string) => download(address, signal, () => Promise.reject(new Error('not the upstream')));
  };
  const isPublic = async () => [{ address: '93.184.216.34', family: 4 }];
  const isPrivate = async () => [{ address: '10.0.0.1', family: 4 }];
  const isUnknown = () => Promise.reject(new Error('no such name'));

  test.each([
    ['public', isPublic],
    ['resolvable by the proxy only', isUnknown],
  ])('a download uses the proxy if its host is %s', async (_, resolve) => {
    const proxy = await startProxy({ response: 403 });

    await expect(open(proxy.url, resolve)('https://cdn.example/a.png')).rejects.toMatchObject({
      reason: 'unavailable',
    });
    expect(proxy.tunnels).toEqual(['cdn.example:443']);
  });

  test.each([
    ['https://cdn.example/a.png', isPrivate],
    ['https://127.0.0.1/a.png', isPublic],
    ['https://[::1]/a.png', isPublic],
    ['https://2130706433/a.png', isPublic],
    ['https://169.254.169.254/a.png', isPublic],
    ['http://cdn.example/a.png', isPublic],
    ['https://cdn.example:8443/a.png', isPublic],
  ])('a download that is not allowed is refused without a request to the proxy: %s', async (address, resolve) => {
    const proxy = await startProxy();

    await expect(open(proxy.url, resolve)(address)).rejects.toMatchObject({ reason: 'refused' });
    expect(proxy.tunnels).toEqual([]);
  });
});

test('the keys that verify JWTs are fetched through the proxy', async () => {
  const server = await startServer('{"keys":[]}');
  const proxy = await startProxy({ destination: { host: '127.0.0.1', port: server.port } });

  const response = await createProxiedFetch(proxiesOf(proxy.url))('http://id.example/jwks', {
    headers: new Headers({ accept: 'application/json' }),
    redirect: 'manual',
    signal,
  });

  expect(await response.json()).toEqual({ keys: [] });
  expect(proxy.tunnels).toEqual(['id.example:80']);
});

describe('NO_PROXY', () => {
  const http = new URL('http://proxy.example:3128');
  const isDirect = (url: string, noProxy: readonly string[]) =>
    proxyFor(new URL(url), { http, https: http, noProxy }) === undefined;

  test.each([
    ['http://api.example/', 'api.example'],
    ['http://v1.api.example/', 'api.example'],
    ['http://v1.api.example/', '.api.example'],
    ['http://v1.api.example/', '*.api.example'],
    ['http://API.example./', 'api.EXAMPLE'],
    ['https://api.example/', 'api.example:443'],
    ['http://api.example:8080/', 'api.example:8080'],
    ['http://10.1.2.3/', '10.1.2.3'],
    ['http://10.1.2.3/', '10.0.0.0/8'],
    ['http://[::1]/', '::1'],
    ['http://[::1]:8080/', '[::1]:8080'],
    ['http://[fd00::7]/', 'fd00::/8'],
    ['http://anything.example/', '*'],
  ])('%s is reached directly if NO_PROXY contains %s', (url, entry) => {
    expect(isDirect(url, ['other.example', entry])).toBe(true);
  });

  test.each([
    ['http://api.example/', 'pi.example'],
    ['http://api.example.evil/', 'api.example'],
    ['http://api.example/', 'api.example:443'],
    ['http://api.example:8080/', 'api.example:80'],
    ['http://10.1.2.3/', '2.3'],
    ['http://11.1.2.3/', '10.0.0.0/8'],
    ['http://10.example/', '10.0.0.0/8'],
    ['http://10.1.2.3/', 'fd00::/8'],
    ['http://[::2]/', '::1'],
  ])('%s is reached through the proxy if NO_PROXY is %s', (url, entry) => {
    expect(isDirect(url, [entry])).toBe(false);
  });

  test('a proxy for another scheme is not used', () => {
    expect(proxyFor(new URL('https://a.example'), { http, https: undefined, noProxy: [] })).toBeUndefined();
    expect(proxyFor(new URL('http://a.example'), { http, https: undefined, noProxy: [] })).toBe(http);
  });
});
