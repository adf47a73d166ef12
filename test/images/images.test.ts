import { expect, test } from 'vitest';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { DownloadError } from '../../src/upstream/images/download-error.ts';
import { imageFromBase64 } from '../../src/upstream/images/image-stream.ts';
import { cat, HOUR, NOON, painting, png, pngPicture, startImages } from './support.ts';

test.each([[cat], [painting]])('an address shows the picture that it was made for: $kind', async (source) => {
  const { url, ask, opened } = startImages();

  const answer = await ask(url(source));

  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(png);
  expect(opened).toEqual([['key-1', source]]);
});

test('an address is absolute and holds neither key nor ids in the clear', () => {
  const address = startImages().url();

  expect(address).toMatch(/^https:\/\/gateway\.example\/base\/images\/[\w-]+$/);
  expect(address).not.toMatch(/key-1|pets|cat/);
});

test('a picture is nothing but a picture, and may be shown anywhere', async () => {
  const { url, ask } = startImages();

  expect(Object.fromEntries((await ask(url())).headers)).toEqual({
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

test('the content type is that of the bytes, whatever the upstream claims', async () => {
  const { url, ask } = startImages({ open: async () => ({ ...pngPicture(), contentType: 'text/html' }) });

  expect((await ask(url())).headers.get('content-type')).toBe('image/png');
});

test.each([
  ['a page', '<!doctype html><script>alert(1)</script>'],
  ['a drawing with script', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
  ['less than a signature', 'RIFF'],
])('%s is never passed on as a picture', async (_, text) => {
  const { url, ask, failures } = startImages({
    open: async () => ({ ...imageFromBase64(Buffer.from(text).toString('base64')), contentType: 'image/png' }),
  });

  const answer = await ask(url());

  expect(answer.status).toBe(502);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await answer.text()).toBe('The upstream answered with something that is no webp, png or jpeg.\n');
  expect(failures).toMatchObject([{ reason: 'invalid' }]);
});

test('a picture whose beginning arrives byte by byte is passed on whole', async () => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of png) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const { url, ask } = startImages({ open: async () => ({ contentType: undefined, byteSize: undefined, body }) });

  const answer = await ask(url());

  expect(answer.headers.has('content-length')).toBe(false);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(png);
});

/** A picture that never ends, and the reasons for which it was let go. */
function endless(bytes: Uint8Array) {
  const reasons: unknown[] = [];
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytes),
    cancel: (reason) => void reasons.push(reason),
  });
  return { reasons, picture: { contentType: undefined, byteSize: undefined, body } };
}

test('bytes that are no picture are not read to their end', async () => {
  const { reasons, picture } = endless(Buffer.from('<!doctype html>'));
  const { url, ask } = startImages({ open: async () => picture });

  expect((await ask(url())).status).toBe(502);
  expect(reasons).toHaveLength(1);
});

test('HEAD answers as GET does, without the picture, and lets go of it', async () => {
  const held = [endless(png), endless(png)] as const;
  const pictures = held.map(({ picture }) => picture);
  const { url, ask } = startImages({ open: async () => pictures.shift() ?? pngPicture() });

  const get = await ask(url());
  const head = await ask(url(), { method: 'HEAD' });

  expect(head.status).toBe(200);
  expect([...head.headers]).toEqual([...get.headers]);
  expect(head.body).toBeNull();
  expect(held.map(({ reasons }) => reasons.length)).toEqual([0, 1]);
});

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
  const { url, ask, opened } = startImages();

  const answer = await ask(url(), { method });

  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('GET, HEAD');
  expect(opened).toEqual([]);
});

test('a prediction is cached until its address changes, a data item for a minute', async () => {
  const { url, ask } = startImages({ at: NOON + HOUR / 4 + 20_000 });

  expect((await ask(url(painting))).headers.get('cache-control')).toBe('private, max-age=2680');
  expect((await ask(url(cat))).headers.get('cache-control')).toBe('private, max-age=40');
});

test('whoever has the picture is told so without asking the upstream', async () => {
  const { url, ask, opened } = startImages();
  const etag = (await ask(url())).headers.get('etag') ?? '';

  for (const known of [etag, etag.replace('W/', ''), `"other", ${etag}`]) {
    const answer = await ask(url(), { headers: { 'if-none-match': known } });
    expect(answer.status).toBe(304);
    expect(answer.headers.get('etag')).toBe(etag);
    expect(answer.body).toBeNull();
  }
  expect(opened).toHaveLength(1);
  expect((await ask(url(), { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
});

test('a data item that may have been replaced is read again after a minute', async () => {
  const { url, ask, clock } = startImages();
  const etag = (await ask(url())).headers.get('etag') ?? '';

  clock.at += 60_000;

  expect((await ask(url(), { headers: { 'if-none-match': etag } })).status).toBe(200);
});

test('an expired address answers what to do, even to those who have the picture', async () => {
  const { url, ask, clock, opened } = startImages();
  const address = url(painting);
  const etag = (await ask(address)).headers.get('etag') ?? '';

  clock.at += 2 * HOUR;
  const answer = await ask(address, { headers: { 'if-none-match': etag } });

  expect(answer.status).toBe(403);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await answer.text()).toBe('This image address is not valid or has expired. Ask the graph for a fresh url.\n');
  expect(opened).toHaveLength(1);
});

test('an altered address, another path and a token for something else are refused', async () => {
  const { url, ask, opened } = startImages();
  const sealer = createSealer({ secrets: ['a-secret-of-enough-characters-for-all'], now: () => NOON });
  const grant = '["d","key-1","pets","cat"]';
  const base = 'https://gateway.example/images/';

  expect((await ask(base + sealer.seal(grant, 'image'))).status).toBe(200);
  for (const address of [
    `${url()}A`,
    url().replace('/images/', '/image/'),
    base,
    base + sealer.seal(grant, 'watch'),
    base + sealer.seal('["d","key-1","pets"]', 'image'),
    base + sealer.seal('["p","key-1","sunset",-1]', 'image'),
    base + sealer.seal('no json', 'image'),
  ]) {
    expect((await ask(address)).status).toBe(403);
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
])('it answers %i, without details, for %o', async (status, error) => {
  const { url, ask, failures } = startImages({ open: () => Promise.reject(error) });

  const answer = await ask(url());

  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await answer.text()).not.toContain('SECRET');
  expect(failures).toEqual([error]);
});

test('a client that leaves aborts the upstream, and that is no failure', async () => {
  const client = new AbortController();
  const { url, ask, failures } = startImages({
    open: (_key, _source, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        client.abort();
      }),
  });

  expect((await ask(url(), { signal: client.signal })).status).toBe(502);
  expect(failures).toEqual([]);
});

test('a client that leaves midway lets go of the picture', async () => {
  const { reasons, picture } = endless(png);
  const { url, ask } = startImages({ open: async () => picture });

  await (await ask(url())).body?.cancel('left');

  expect(reasons).toEqual(['left']);
});
