import { expect, test } from 'vitest';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { DownloadError } from '../../src/upstream/images/download-error.ts';
import { imageFromBase64 } from '../../src/upstream/images/image-stream.ts';
import { cat, HOUR, NOON, painting, png, pngImage, startImages } from './support.ts';

test.each([[cat], [painting]])('an image URL returns the image that it was made for: $kind', async (source) => {
  const { url, send, opened } = startImages();

  const response = await send(url(source));

  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(png);
  expect(opened).toEqual([['key-1', source]]);
});

test('an image URL is absolute and contains neither key nor ids in plain text', () => {
  const url = startImages().url();

  expect(url).toMatch(/^https:\/\/gateway\.example\/base\/images\/[\w-]+$/);
  expect(url).not.toMatch(/key-1|pets|cat/);
});

test('an image can be embedded on any origin, and its headers prevent any other interpretation', async () => {
  const { url, send } = startImages();

  expect(Object.fromEntries((await send(url())).headers)).toEqual({
    'accept-ranges': 'bytes',
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'ETag, Content-Length, Content-Range, Accept-Ranges',
    'cache-control': 'private, max-age=60',
    'content-length': String(png.byteLength),
    'content-security-policy': "default-src 'none'; sandbox",
    'content-type': 'image/png',
    'cross-origin-resource-policy': 'cross-origin',
    etag: expect.stringMatching(/^W\/"[\w-]+"$/),
    'x-content-type-options': 'nosniff',
  });
});

test('the Content-Type is detected from the bytes, whatever the upstream claims', async () => {
  const { url, send } = startImages({ open: async () => ({ ...pngImage(), contentType: 'text/html' }) });

  expect((await send(url())).headers.get('content-type')).toBe('image/png');
});

test.each([
  ['an HTML page', '<!doctype html><script>alert(1)</script>'],
  ['an SVG with a script', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  ['an incomplete signature', 'RIFF'],
])('%s is never returned as an image', async (_, text) => {
  const { url, send, failures } = startImages({
    open: async () => ({ ...imageFromBase64(Buffer.from(text).toString('base64')), contentType: 'image/png' }),
  });

  const response = await send(url());

  expect(response.status).toBe(502);
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await response.text()).toBe('The upstream did not return a valid webp, png or jpeg.\n');
  expect(failures).toMatchObject([{ reason: 'invalid' }]);
});

test('an image whose beginning arrives byte by byte is returned whole', async () => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of png) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const { url, send } = startImages({ open: async () => ({ contentType: undefined, byteSize: undefined, body }) });

  const response = await send(url());

  expect(response.headers.has('content-length')).toBe(false);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(png);
});

/** An image that never ends, and the reasons of its cancellation. */
function endless(bytes: Uint8Array) {
  const reasons: unknown[] = [];
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytes),
    cancel: (reason) => void reasons.push(reason),
  });
  return { reasons, image: { contentType: undefined, byteSize: undefined, body } };
}

test('content in an unsupported format is not read to its end', async () => {
  const { reasons, image } = endless(Buffer.from('<!doctype html>'));
  const { url, send } = startImages({ open: async () => image });

  expect((await send(url())).status).toBe(502);
  expect(reasons).toHaveLength(1);
});

test('HEAD returns the headers of GET without a body, and cancels the image', async () => {
  const sources = [endless(png), endless(png)] as const;
  const unread = sources.map(({ image }) => image);
  const { url, send } = startImages({ open: async () => unread.shift() ?? pngImage() });

  const get = await send(url());
  const head = await send(url(), { method: 'HEAD' });

  expect(head.status).toBe(200);
  expect([...head.headers]).toEqual([...get.headers]);
  expect(head.body).toBeNull();
  expect(sources.map(({ reasons }) => reasons.length)).toEqual([0, 1]);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
  const { url, send, opened } = startImages();

  const response = await send(url(), { method });

  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
  expect(opened).toEqual([]);
});

test('images of predictions are cacheable until their URL changes, those of data items for a minute', async () => {
  const { url, send } = startImages({ at: NOON + HOUR / 4 + 20_000 });

  expect((await send(url(painting))).headers.get('cache-control')).toBe('private, max-age=2680');
  expect((await send(url(cat))).headers.get('cache-control')).toBe('private, max-age=40');
});

test('a request with a matching If-None-Match returns 304 without an upstream request', async () => {
  const { url, send, opened } = startImages();
  const etag = (await send(url())).headers.get('etag') ?? '';

  for (const condition of [etag, etag.replace('W/', ''), `"other", ${etag}`]) {
    const response = await send(url(), { headers: { 'if-none-match': condition } });
    expect(response.status).toBe(304);
    expect(response.headers.get('etag')).toBe(etag);
    expect(response.body).toBeNull();
  }
  expect(opened).toHaveLength(1);
  expect((await send(url(), { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
});

test('the image of a data item is read again after a minute, because it may have been replaced', async () => {
  const { url, send, clock } = startImages();
  const etag = (await send(url())).headers.get('etag') ?? '';

  clock.at += 60_000;

  expect((await send(url(), { headers: { 'if-none-match': etag } })).status).toBe(200);
});

test('an expired image URL returns 403 with a hint, even with a matching If-None-Match', async () => {
  const { url, send, clock, opened } = startImages();
  const imageUrl = url(painting);
  const etag = (await send(imageUrl)).headers.get('etag') ?? '';

  clock.at += 2 * HOUR;
  const response = await send(imageUrl, { headers: { 'if-none-match': etag } });

  expect(response.status).toBe(403);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.text()).toBe('This image URL is not valid or has expired. Query `url` again for a new one.\n');
  expect(opened).toHaveLength(1);
});

test('an altered URL, another path and a token for another purpose are rejected', async () => {
  const { url, send, opened } = startImages();
  const sealer = createSealer({ secrets: ['a-secret-of-enough-characters-for-all'], now: () => NOON });
  const grant = '["d","key-1","pets","cat"]';
  const base = 'https://gateway.example/images/';

  expect((await send(base + sealer.seal(grant, 'image'))).status).toBe(200);
  for (const invalid of [
    `${url()}A`,
    url().replace('/images/', '/image/'),
    base,
    base + sealer.seal(grant, 'watch'),
    base + sealer.seal('["d","key-1","pets"]', 'image'),
    base + sealer.seal('["p","key-1","sunset",-1]', 'image'),
    base + sealer.seal('no json', 'image'),
  ]) {
    expect((await send(invalid)).status).toBe(403);
  }
  expect(opened).toHaveLength(1);
});

const withStatus = (status: number) => Object.assign(new Error('SECRET detail'), { status });

test.each([
  [404, withStatus(404)],
  [404, withStatus(410)],
  [403, withStatus(401)],
  [403, withStatus(403)],
  [502, withStatus(500)],
  [502, new TypeError('SECRET detail')],
  [502, 'SECRET detail'],
  [504, new DOMException('SECRET detail', 'TimeoutError')],
  [504, new DownloadError('timeout', 'SECRET detail')],
  [404, new DownloadError('expired', 'SECRET detail', { status: 403 })],
  [403, new DownloadError('unavailable', 'SECRET detail', { status: 401 })],
  [502, new DownloadError('unavailable', 'SECRET detail')],
  [502, new DownloadError('refused', 'SECRET detail')],
  [502, new DownloadError('too-large', 'SECRET detail')],
])('the response is %i, without details, after %o', async (status, error) => {
  const { url, send, failures } = startImages({ open: () => Promise.reject(error) });

  const response = await send(url());

  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await response.text()).not.toContain('SECRET');
  expect(failures).toEqual([error]);
});

test('a client that disconnects aborts the upstream request, which is not reported as a failure', async () => {
  const client = new AbortController();
  const { url, send, failures } = startImages({
    open: (_key, _source, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        client.abort();
      }),
  });

  expect((await send(url(), { signal: client.signal })).status).toBe(502);
  expect(failures).toEqual([]);
});

test('a client that disconnects during the response cancels the upstream image', async () => {
  const { reasons, image } = endless(png);
  const { url, send } = startImages({ open: async () => image });

  await (await send(url())).body?.cancel('disconnected');

  expect(reasons).toEqual(['disconnected']);
});
