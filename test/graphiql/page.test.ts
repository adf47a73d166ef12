import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createGraphiql, wantsPage } from '../../src/graphiql/graphiql.ts';
import { startGateway } from '../support/gateway.ts';

const HTML = { accept: 'text/html,application/xhtml+xml' };
const graphiql = createGraphiql();
const get = (search = '', headers: Record<string, string> = HTML, method = 'GET') =>
  graphiql(new Request(`http://localhost:4000/graphql${search}`, { method, headers }));
const filesOf = (page: string) => [...page.matchAll(/"(\?asset=[^"]+)"/g)].map(([, search = '']) => search);

describe('page', () => {
  test('the page is small, and the same for all requests', async () => {
    const page = await get();

    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(Number(page.headers.get('content-length'))).toBeLessThan(2_000);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('vary')).toBe('accept, accept-encoding');
  });

  test('the page runs only its own script files, and cannot be framed', async () => {
    const page = await get();
    const policy = page.headers.get('content-security-policy');

    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(await page.text()).not.toMatch(/<script(?![^>]*\ssrc=)/);
  });

  test('the files of the page exist and are immutable', async () => {
    const files = filesOf(await (await get()).text());
    const responses = await Promise.all(files.map((file) => get(file, {})));

    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(responses.map(({ headers }) => headers.get('content-type'))).toEqual([
      'text/css; charset=utf-8',
      'text/javascript; charset=utf-8',
    ]);
    for (const { headers } of responses) expect(headers.get('cache-control')).toContain('immutable');
  });

  test('an unknown file gets 404', async () => {
    expect((await get('?asset=script-old')).status).toBe(404);
  });
});

describe('encodings', () => {
  test('a request that accepts gzip gets the same text, compressed', async () => {
    const plain = await get();
    const compressed = await get('', { ...HTML, 'accept-encoding': 'br, gzip' });

    expect(compressed.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(await compressed.arrayBuffer()).toString()).toBe(await plain.text());
    expect(compressed.headers.get('etag')).not.toBe(plain.headers.get('etag'));
  });

  test.each([
    ['', null],
    ['br', null],
    ['gzip;q=0', null],
    ['*;q=0.5, gzip;q=0', null],
    ['GZIP', 'gzip'],
    ['br;q=1.0, gzip;q=0.8', 'gzip'],
    ['*', 'gzip'],
  ])('the response to Accept-Encoding "%s" has the encoding %s', async (encodings, expected) => {
    const { headers } = await get('', { ...HTML, 'accept-encoding': encodings });

    expect(headers.get('content-encoding')).toBe(expected);
  });

  test('HEAD returns the headers of GET, without a body', async () => {
    const headers = { ...HTML, 'accept-encoding': 'gzip' };
    const [got, head] = [await get('', headers), await get('', headers, 'HEAD')];

    expect(await head.text()).toBe('');
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(got.headers));
  });
});

describe('validators', () => {
  const getIfNoneMatch = async (tags: (etag: string) => string) => {
    const etag = (await get()).headers.get('etag') ?? '';
    return get('', { ...HTML, 'if-none-match': tags(etag) });
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
    expect(response.headers.get('content-security-policy')).toBeTruthy();
  });

  test('a request with another etag in If-None-Match gets the page', async () => {
    expect((await getIfNoneMatch(() => '"other"')).status).toBe(200);
  });
});

describe('wantsPage', () => {
  test.each([
    ['GET', '', 'text/html', true],
    ['HEAD', '', 'text/html', true],
    ['GET', '?query={__typename}', 'text/html', true],
    ['GET', '?asset=script-1', '*/*', true],
    ['GET', '', '*/*', false],
    ['GET', '?query={__typename}', 'application/json', false],
    ['POST', '', 'text/html', false],
    ['POST', '?asset=script-1', '*/*', false],
  ])('wantsPage for %s %s with Accept: %s is %s', (method, search, accept, expected) => {
    const request = new Request(`http://localhost:4000/graphql${search}`, { method, headers: { accept } });

    expect(wantsPage(request)).toBe(expected);
  });

  test('the gateway redirects a browser from / to the page, without upstream requests', async () => {
    const { fetch, takeRequests } = startGateway({ sandbox: { seed: true } });

    const { status, headers } = await fetch('/');
    const page = await fetch(headers.get('location') ?? '', { headers: HTML });

    expect(status).toBe(302);
    expect(await page.text()).toContain('<title>Flair gateway</title>');
    expect(takeRequests()).toEqual([]);
  });
});
