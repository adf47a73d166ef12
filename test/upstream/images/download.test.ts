import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Agent, buildConnector } from 'undici';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createDownload, type DownloadOptions, type FetchUpstream } from '../../../src/upstream/images/download.ts';
import type { ImageStream } from '../../../src/upstream/images/image-stream.ts';
import { isPublicAddress, type ResolveHost } from '../../../src/upstream/images/public-address.ts';

const PUBLIC = { address: '93.184.216.34', family: 4 };
const LOOPBACK = { address: '127.0.0.1', family: 4 };
const { signal } = new AbortController();

/** A server on a free port that replaces all public hosts, and records its requests. */
async function startHost(respond: RequestListener) {
  const requests: { path: string | undefined; headers: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url, headers: request.headers });
    respond(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;

  /** The addresses that sockets would have connected to without the redirection to this server. */
  const connected: string[] = [];
  const connect = (lookup: LookupFunction) => {
    const here: LookupFunction = (hostname, options, callback) =>
      lookup(hostname, options, (error, found) => {
        if (error) return callback(error, '', 0);
        connected.push(...(typeof found === 'string' ? [found] : found.map(({ address }) => address)));
        callback(null, options.all ? [LOOPBACK] : LOOPBACK.address, 4);
      });
    const connector = buildConnector({ lookup: here });
    return new Agent({
      connect: (options, callback) => connector({ ...options, protocol: 'http:', port: String(port) }, callback),
    });
  };
  return { requests, connected, connect, port };
}

const resolveAll =
  (...addresses: { address: string; family: number }[]): ResolveHost =>
  async () =>
    addresses;

const startDownload = ({
  fetchUpstream = () => Promise.reject(new Error('unexpected request to the upstream')),
  ...options
}: Partial<DownloadOptions> & { fetchUpstream?: FetchUpstream } = {}) => {
  const download = createDownload({
    upstreamOrigin: 'https://api.upstream.example/v1',
    resolve: resolveAll(PUBLIC),
    ...options,
  });
  return (address: string, signal: AbortSignal) => download(address, signal, fetchUpstream);
};

const textOf = (image: ImageStream) => new Response(image.body).text();

const redirectTo = (location: string) => new Response(null, { status: 302, headers: { location } });

test('a public https: URL is fetched from the address that was checked', async () => {
  const host = await startHost((_, response) => response.setHeader('content-type', 'image/png').end('pixels'));
  const download = startDownload({ connect: host.connect });

  const image = await download('https://cdn.example/cat.png?signature=1', signal);

  expect(image).toMatchObject({ contentType: 'image/png', byteSize: 6 });
  expect(await textOf(image)).toBe('pixels');
  expect(host.connected).toEqual([PUBLIC.address]);
  expect(host.requests).toMatchObject([{ path: '/cat.png?signature=1', headers: { host: 'cdn.example' } }]);
});

test('no credential and no cookie is sent to a host other than the upstream', async () => {
  const host = await startHost((_, response) => response.setHeader('set-cookie', 'a=b').end('pixels'));
  const download = startDownload({ connect: host.connect });

  for (let visit = 0; visit < 2; visit++) await textOf(await download('https://cdn.example/cat.png', signal));

  for (const { headers } of host.requests) {
    expect(Object.keys(headers).sort()).toEqual(
      ['accept', 'accept-encoding', 'accept-language', 'connection', 'host', 'sec-fetch-mode', 'user-agent'].sort(),
    );
  }
});

test('the connection uses the address that was checked, if the host resolves to another one later', async () => {
  const host = await startHost((_, response) => response.end('pixels'));
  const answers = [[PUBLIC], [LOOPBACK], [LOOPBACK]];
  const resolve = vi.fn<ResolveHost>(async () => answers.shift() ?? [LOOPBACK]);
  const download = startDownload({ connect: host.connect, resolve });

  expect(await textOf(await download('https://rebinding.example/', signal))).toBe('pixels');

  expect(resolve).toHaveBeenCalledTimes(1);
  expect(host.connected).toEqual([PUBLIC.address]);
});

test.each([
  'http://cdn.example/cat.png',
  'ftp://cdn.example/cat.png',
  'file:///etc/passwd',
  'https://cdn.example:8443/cat.png',
  'https://cdn.example:80/cat.png',
  'https://user@cdn.example/cat.png',
  'https://user:password@cdn.example/cat.png',
  'https://user:password@api.upstream.example/v1/cat.png',
  'https://127.0.0.1/',
  'https://127.0.0.1./',
  'https://127.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://0.0.0.0/',
  'https://10.1.2.3/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://172.16.0.1/',
  'https://192.168.0.1/',
  'https://255.255.255.255/',
  'https://[::1]/',
  'https://[::]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[fd00::1]/',
  'https://[fe80::1]/',
])('a download of %s is refused without a connection', async (address) => {
  const host = await startHost((_, response) => response.end('secret'));
  const resolve = vi.fn(resolveAll(PUBLIC));
  const download = startDownload({ connect: host.connect, resolve });

  await expect(download(address, signal)).rejects.toMatchObject({ name: 'DownloadError', reason: 'refused' });
  expect(resolve).not.toHaveBeenCalled();
  expect(host.requests).toEqual([]);
});

test.each([
  ['localhost', [LOOPBACK]],
  ['localhost.', [LOOPBACK]],
  ['private.example', [{ address: '10.0.0.1', family: 4 }]],
  ['mixed.example', [PUBLIC, LOOPBACK]],
  ['mapped.example', [{ address: '::ffff:10.0.0.1', family: 6 }]],
  ['garbled.example', [{ address: 'not an address', family: 4 }]],
])(
  'a download from %s, which has a private address, is refused by the lookup of its socket',
  async (name, addresses) => {
    const download = startDownload({ resolve: resolveAll(...addresses) });

    await expect(download(`https://${name}/`, signal)).rejects.toMatchObject({ reason: 'refused' });
  },
);

test.each([
  ['93.184.216.34', true],
  ['2606:2800:220:1:248:1893:25c8:1946', true],
  ['192.0.2.1', false],
  ['198.18.0.1', false],
  ['224.0.0.1', false],
  ['240.0.0.1', false],
  ['::7f00:1', false],
  ['64:ff9b::5db8:d822', false],
  ['2001:0:5db8:d822::', false],
  ['2001:db8::1', false],
  ['2002:5db8:d822::', false],
  ['4000::1', false],
  ['ff02::1', false],
  ['', false],
])('the address %s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});

test('a redirect is followed, and its target is checked at each hop', async () => {
  const host = await startHost((request, response) => {
    const next: Record<string, string> = {
      '/1': '/2',
      '/2': 'https://other.example/3',
      '/3': 'https://169.254.169.254/',
    };
    response.writeHead(302, { location: next[request.url ?? ''] }).end();
  });
  const download = startDownload({ connect: host.connect });

  await expect(download('https://cdn.example/1', signal)).rejects.toMatchObject({
    reason: 'refused',
    message: 'Expected a public address, but got https://169.254.169.254/.',
  });
  expect(host.requests.map(({ path }) => path)).toEqual(['/1', '/2', '/3']);
});

test.each([
  [3, 'pixels'],
  [4, 'refused'],
])('the outcome of %i redirects is: %s', async (count, end) => {
  const host = await startHost((request, response) => {
    const left = Number(request.url?.slice(1));
    if (left === 0) response.end('pixels');
    else response.writeHead(307, { location: `/${left - 1}` }).end();
  });
  const download = startDownload({ connect: host.connect });

  const outcome = await download(`https://cdn.example/${count}`, signal).then(textOf, ({ reason }) => reason);

  expect(outcome).toBe(end);
});

test('a URL of the upstream is fetched with the credential, whatever its scheme and port are', async () => {
  const fetchUpstream = vi.fn(async () => new Response('pixels'));
  const resolve = vi.fn(resolveAll(LOOPBACK));
  const download = startDownload({ upstreamOrigin: 'http://localhost:4000/v1', fetchUpstream, resolve });

  const image = await download('http://localhost:4000/files/cat.png?a=b', signal);

  expect(await textOf(image)).toBe('pixels');
  expect(fetchUpstream).toHaveBeenCalledWith('http://localhost:4000/files/cat.png?a=b', expect.any(AbortSignal));
  expect(resolve).not.toHaveBeenCalled();
});

test('the target of a redirect of the upstream is checked like any other URL', async () => {
  const host = await startHost((_, response) => response.end('pixels'));
  const targets = ['https://cdn.example/cat.png', 'http://127.0.0.1:9000/'];
  const download = startDownload({
    connect: host.connect,
    fetchUpstream: async () => redirectTo(targets.shift() ?? ''),
  });
  const address = 'https://api.upstream.example/cat.png';

  expect(await textOf(await download(address, signal))).toBe('pixels');
  await expect(download(address, signal)).rejects.toMatchObject({ reason: 'refused' });
});

test('a redirect of another host to the upstream is refused', async () => {
  const host = await startHost((_, response) =>
    response.writeHead(302, { location: 'https://api.upstream.example/v1/models' }).end(),
  );
  const fetchUpstream = vi.fn(async () => new Response('secret'));
  const download = startDownload({ connect: host.connect, fetchUpstream });

  await expect(download('https://cdn.example/', signal)).rejects.toMatchObject({ reason: 'refused' });
  expect(fetchUpstream).not.toHaveBeenCalled();
});

test('an allowed host may have a private address, use plain HTTP and listen on any port', async () => {
  const host = await startHost((_, response) => response.end('pixels'));
  const address = `http://127.0.0.1:${host.port}/`;

  for (const allowed of ['127.0.0.1', `127.0.0.1:${host.port}`]) {
    expect(await textOf(await startDownload({ allowedHosts: [allowed] })(address, signal))).toBe('pixels');
  }
  for (const allowed of ['127.0.0.1:1', '27.0.0.1', 'localhost']) {
    await expect(startDownload({ allowedHosts: [allowed] })(address, signal)).rejects.toMatchObject({
      reason: 'refused',
    });
  }
});

test('an image is requested again if its server closes the keep-alive connection instead of responding', async () => {
  let requests = 0;
  const host = await startHost((request, response) => {
    requests++;
    if (requests === 2) request.socket.destroy();
    else response.end(`response ${requests}`);
  });
  const download = startDownload({ allowedHosts: ['127.0.0.1'] });
  const address = `http://127.0.0.1:${host.port}/`;

  expect(await textOf(await download(address, signal))).toBe('response 1');
  expect(await textOf(await download(address, signal))).toBe('response 3');
});

test('an image whose server never responds is requested twice, not more', async () => {
  const host = await startHost((request) => request.socket.destroy());
  const download = startDownload({ allowedHosts: ['127.0.0.1'] });

  await expect(download(`http://127.0.0.1:${host.port}/`, signal)).rejects.toMatchObject({ name: 'DownloadError' });
  expect(host.requests).toHaveLength(2);
});

test('an image whose `Content-Length` exceeds the limit is rejected before it is read', async () => {
  const host = await startHost((_, response) => response.setHeader('content-length', 11).write('pixels'));
  const download = startDownload({ connect: host.connect, maxBytes: 10 });

  await expect(download('https://cdn.example/', signal)).rejects.toMatchObject({ reason: 'too-large' });
});

test('an image without `Content-Length` that exceeds the limit fails while it is read', async () => {
  const host = await startHost((_, response) => response.write('eleven byte'));
  const download = startDownload({ connect: host.connect, maxBytes: 10 });

  const image = await download('https://cdn.example/', signal);

  expect(image.byteSize).toBeUndefined();
  await expect(textOf(image)).rejects.toMatchObject({ reason: 'too-large' });
});

test('a download from a host that does not respond times out', async () => {
  const host = await startHost(() => {});
  const download = startDownload({ connect: host.connect, timeoutMs: 20 });

  await expect(download('https://cdn.example/cat.png?signature=1', signal)).rejects.toMatchObject({
    reason: 'timeout',
    message: 'Expected https://cdn.example/cat.png within 20 ms, but it was not complete by then.',
  });
});

test('an image that stalls times out', async () => {
  const host = await startHost((_, response) => response.write('pix'));
  const download = startDownload({ connect: host.connect, timeoutMs: 200 });

  await expect(download('https://cdn.example/', signal).then(textOf)).rejects.toMatchObject({ reason: 'timeout' });
});

test('a download from an upstream that ignores its signal times out', async () => {
  const download = startDownload({ fetchUpstream: () => new Promise(() => {}), timeoutMs: 20 });

  await expect(download('https://api.upstream.example/', signal)).rejects.toMatchObject({ reason: 'timeout' });
});

test('an image that arrives too slowly times out', async () => {
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise(setImmediate);
      controller.enqueue(new Uint8Array(1));
    },
  });
  const download = startDownload({ fetchUpstream: async () => new Response(body), timeoutMs: 50 });

  await expect(download('https://api.upstream.example/', signal).then(textOf)).rejects.toMatchObject({
    reason: 'timeout',
  });
});

test('a compressed image has no size before it is read', async () => {
  const host = await startHost((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': 26 }).end(gzipSync('pixels')),
  );
  const image = await startDownload({ connect: host.connect })('https://cdn.example/', signal);

  expect(image.byteSize).toBeUndefined();
  expect(await textOf(image)).toBe('pixels');
});

test('a download whose signal has aborted sends no request', async () => {
  const fetchUpstream = vi.fn(async () => new Response('pixels'));
  const download = startDownload({ fetchUpstream });

  await expect(download('https://api.upstream.example/', AbortSignal.abort('left'))).rejects.toBe('left');
  expect(fetchUpstream).not.toHaveBeenCalled();
});

test('an aborted download cancels an image whose source ignores signals', async () => {
  const client = new AbortController();
  const reasons: unknown[] = [];
  const body = new ReadableStream({ cancel: (reason) => void reasons.push(reason) });
  const download = startDownload({ fetchUpstream: async () => new Response(body) });

  const image = await download('https://api.upstream.example/', client.signal);
  client.abort('left');

  expect(reasons).toEqual(['left']);
  await expect(textOf(image)).rejects.toBe('left');
});

test('a download that is aborted while bytes are awaited fails instead of returning a shorter image', async () => {
  const client = new AbortController();
  const body = new ReadableStream({ pull: () => client.abort('left') }, { highWaterMark: 0 });
  const download = startDownload({ fetchUpstream: async () => new Response(body) });

  const image = await download('https://api.upstream.example/', client.signal);

  await expect(textOf(image)).rejects.toBe('left');
});

test('a download that is aborted as its request is sent does not wait for the response', async () => {
  const client = new AbortController();
  const fetchUpstream = () => {
    client.abort('left');
    return new Promise<Response>(() => {});
  };
  const download = startDownload({ fetchUpstream });

  await expect(download('https://api.upstream.example/', client.signal)).rejects.toBe('left');
});

test('a download that is aborted before the headers aborts its request', async () => {
  const client = new AbortController();
  const host = await startHost(() => client.abort('left'));
  const download = startDownload({ connect: host.connect });

  await expect(download('https://cdn.example/', client.signal)).rejects.toBe('left');
  await expect(download('https://cdn.example/', client.signal)).rejects.toBe('left');
  expect(host.requests).toHaveLength(1);
});

test('a download that is aborted before its end closes the connection', async () => {
  const client = new AbortController();
  let closed = () => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const host = await startHost((_, response) => response.on('close', closed).write('pix'));
  const download = startDownload({ connect: host.connect });

  const image = await download('https://cdn.example/', client.signal);
  client.abort('left');

  await isClosed;
  await expect(textOf(image)).rejects.toBe('left');
});

test('canceling an image cancels its source', async () => {
  const reasons: unknown[] = [];
  const body = new ReadableStream({ cancel: (reason) => void reasons.push(reason) });
  const download = startDownload({ fetchUpstream: async () => new Response(body) });

  await (await download('https://api.upstream.example/', signal)).body.cancel('left');

  expect(reasons).toEqual(['left']);
});

test.each([
  [403, 'expired'],
  [404, 'expired'],
  [410, 'expired'],
  [401, 'unavailable'],
  [500, 'unavailable'],
  [206, 'unavailable'],
])('a download with status %i fails as %s', async (status, reason) => {
  const download = startDownload({ fetchUpstream: async () => new Response('no', { status }) });

  await expect(download('https://api.upstream.example/cat?signature=1', signal)).rejects.toMatchObject({
    reason,
    status,
    message: `Expected an image from https://api.upstream.example/cat, but got status ${status}.`,
  });
});

test('no error message contains the signature of a URL', async () => {
  const host = await startHost((_, response) => response.writeHead(404).end());
  const secret = 'signature=hunter2';
  const download = startDownload({ connect: host.connect });
  const unresolved = startDownload({ resolve: () => Promise.reject(new Error('ENOTFOUND')) });
  const messages = [
    await download(`https://cdn.example/?${secret}`, signal).catch(String),
    await download(`http://cdn.example/?${secret}`, signal).catch(String),
    await download(`https://user:${secret}@cdn.example/`, signal).catch(String),
    await download(`https://[?${secret}`, signal).catch(String),
    await unresolved(`https://cdn.example/?${secret}#${secret}`, signal).catch(String),
  ];

  for (const message of messages) expect(message).toMatch(/^DownloadError: Expected (?!.*hunter2)/);
});

test.each([
  ['cGl4ZWxz', undefined],
  ['data:image/png;base64,cGl4ZWxz', 'image/png'],
  [' data:IMAGE/PNG; charset=x ;BASE64,cGl4\n ZWxz\r\n', 'image/png'],
  ['data:;base64,cGl4ZWxz', undefined],
  ['data:image/png;base64,cGl4%0AZWxz', 'image/png'],
])('base64 in the form %j is decoded', async (address, contentType) => {
  const image = await startDownload()(address, signal);

  expect(image).toMatchObject({ contentType, byteSize: 6 });
  expect(await textOf(image)).toBe('pixels');
});

test.each([
  ['/9j/4A==', 'ffd8ffe0'],
  ['_9j_4A', 'ffd8ffe0'],
  ['%2F9j%2F4A%3D%3D', 'ffd8ffe0'],
])('base64 %s is decoded in either alphabet', async (address, hex) => {
  const image = await startDownload()(address, signal);

  expect(Buffer.from(await new Response(image.body).arrayBuffer()).toString('hex')).toBe(hex);
});

test.each([
  ['', 'invalid'],
  ['not base64!', 'invalid'],
  ['abcde', 'invalid'],
  ['data:image/svg+xml,%3Csvg/%3E', 'invalid'],
  ['https://', 'invalid'],
  ['data:image/png;base64,cGl4ZWxzcGl4ZWxz', 'too-large'],
])('the text %j is rejected as %s', async (address, reason) => {
  await expect(startDownload({ maxBytes: 10 })(address, signal)).rejects.toMatchObject({ reason });
});

test('a text that is too long for any image is rejected without decoding', async () => {
  await expect(startDownload({ maxBytes: 10 })(' '.repeat(10_000), signal)).rejects.toMatchObject({
    reason: 'too-large',
  });
});

test('a redirect of a public host to an allowed private one is refused', async () => {
  const host = await startHost((request, response) =>
    request.headers.host === 'cdn.example'
      ? response.writeHead(302, { location: `http://127.0.0.1:${host.port}/secret` }).end()
      : response.end('secret'),
  );
  const allowedHosts = [`127.0.0.1:${host.port}`];
  const download = startDownload({ connect: host.connect, allowedHosts });

  await expect(download('https://cdn.example/', signal)).rejects.toMatchObject({ reason: 'refused' });
  expect(host.requests).toHaveLength(1);
});

test('the upstream and allowed hosts may redirect to an allowed host', async () => {
  const host = await startHost((request, response) =>
    request.url === '/1' ? response.writeHead(302, { location: '/2' }).end() : response.end('pixels'),
  );
  const fetchUpstream = async () => redirectTo(`http://127.0.0.1:${host.port}/1`);
  const download = startDownload({ allowedHosts: ['127.0.0.1'], fetchUpstream });

  expect(await textOf(await download('https://api.upstream.example/', signal))).toBe('pixels');
});

test.each(['blob:https://api.upstream.example/5', 'ftp://api.upstream.example/', 'file://api.upstream.example/x'])(
  '%s is not a URL of the upstream',
  async (address) => {
    const fetchUpstream = vi.fn(async () => new Response('secret'));

    await expect(startDownload({ fetchUpstream })(address, signal)).rejects.toMatchObject({ reason: 'refused' });
    expect(fetchUpstream).not.toHaveBeenCalled();
  },
);

test('an allowed host with the default port of the scheme matches a URL without a port', async () => {
  const download = startDownload({ allowedHosts: ['127.0.0.1:443', '127.0.0.2:80'], timeoutMs: 1_000 });
  // The download itself fails, because no server listens there.
  const isRefused = (address: string) =>
    download(address, signal).then(
      () => false,
      ({ reason }) => reason === 'refused',
    );

  expect(await isRefused('https://127.0.0.1/')).toBe(false);
  expect(await isRefused('http://127.0.0.2/')).toBe(false);
  expect(await isRefused('http://127.0.0.1/')).toBe(true);
});

test('a reader that exceeds the lifetime gets a timeout', async () => {
  const reasons: unknown[] = [];
  let canceled = () => {};
  const isCanceled = new Promise<void>((resolve) => {
    canceled = resolve;
  });
  const body = new ReadableStream({
    cancel(reason) {
      reasons.push(reason);
      canceled();
    },
  });
  const download = startDownload({ fetchUpstream: async () => new Response(body), lifetimeMs: 10 });

  const image = await download('https://api.upstream.example/', signal);
  await isCanceled;

  expect(reasons).toMatchObject([{ reason: 'timeout', message: expect.stringContaining('within 10 ms') }]);
  await expect(textOf(image)).rejects.toMatchObject({ reason: 'timeout' });
});

test.each([
  ['192.88.99.1', false],
  ['192.0.0.8', false],
  ['169.254.1.1', false],
  ['2001:2::1', false],
  ['2001:10::1', false],
  ['2001:20::1', false],
  ['3fff::1', false],
  ['fec0::1', false],
  ['::ffff:0:127.0.0.1', false],
  ['64:ff9b:1::1', false],
  ['100::1', false],
])('the special address %s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});
