import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { staticFile } from '../../src/http/static-file.ts';

const TEXT = 'A text that repeats itself. '.repeat(100);
const file = staticFile(TEXT, { 'content-type': 'text/plain', 'cache-control': 'no-cache', vary: 'accept' });
const get = (headers: Record<string, string> = {}, method = 'GET') =>
  file.serve(new Request('http://localhost:4000/file', { method, headers }));

test('a file has the given headers, and varies with the accepted encoding too', async () => {
  const { headers } = await get();

  expect(headers.get('content-type')).toBe('text/plain');
  expect(headers.get('vary')).toBe('accept, accept-encoding');
  expect(headers.get('content-length')).toBe(String(TEXT.length));
});

test('binary content is sent unchanged', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const response = await staticFile(bytes, {}).serve(new Request('http://localhost:4000/file'));

  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
});

describe('encodings', () => {
  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])(
    'a request that accepts %s gets the same text, compressed, with another validator',
    async (encoding, decompress) => {
      const plain = await get();
      const compressed = await get({ 'accept-encoding': encoding });
      const bytes = await compressed.arrayBuffer();

      expect(compressed.headers.get('content-encoding')).toBe(encoding);
      expect(compressed.headers.get('content-length')).toBe(String(bytes.byteLength));
      expect(bytes.byteLength).toBeLessThan(TEXT.length / 10);
      expect(decompress(bytes).toString()).toBe(TEXT);
      expect(compressed.headers.get('etag')).not.toBe(plain.headers.get('etag'));
    },
  );

  test('a file over 1 MB is compressed as well', async () => {
    const large = 'x'.repeat(1_000_001);
    const request = new Request('http://localhost:4000/file', { headers: { 'accept-encoding': 'br' } });
    const response = await staticFile(large, {}).serve(request);

    expect(brotliDecompressSync(await response.arrayBuffer()).toString()).toBe(large);
  });

  test.each([
    ['', null],
    ['deflate', null],
    ['br', 'br'],
    ['gzip, deflate, br', 'br'],
    ['gzip;q=0', null],
    ['gzip;q=0, br;q=0, *;q=0', null],
    ['*;q=0.5, br;q=0', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['br;q=0.5, gzip;q=0.8', 'gzip'],
    ['*', 'br'],
  ])('the response to Accept-Encoding "%s" has the encoding %s', async (encodings, expected) => {
    const { headers } = await get({ 'accept-encoding': encodings });

    expect(headers.get('content-encoding')).toBe(expected);
  });

  test('HEAD returns the headers of GET, without a body', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const [got, head] = [await get(headers), await get(headers, 'HEAD')];

    expect(await head.text()).toBe('');
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(got.headers));
  });
});

describe('validators', () => {
  const getIfNoneMatch = async (tags: (etag: string) => string) => {
    const etag = (await get()).headers.get('etag') ?? '';
    return get({ 'if-none-match': tags(etag) });
  };

  test.each<[string, (etag: string) => string]>([
    ['the etag', (etag) => etag],
    ['the weak etag', (etag) => `W/${etag}`],
    ['the etag among others', (etag) => `"other", ${etag}`],
    ['any etag', () => '*'],
  ])('a request with %s in If-None-Match gets 304', async (_, tags) => {
    const response = await getIfNoneMatch(tags);

    expect(response.status).toBe(304);
    expect(response.body).toBeNull();
    expect(response.headers.get('etag')).toBeTruthy();
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  test('a request with another etag in If-None-Match gets the file', async () => {
    expect((await getIfNoneMatch(() => '"other"')).status).toBe(200);
  });
});
