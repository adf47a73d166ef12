import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createGraphiql, wantsPage } from '../../src/graphiql/graphiql.ts';
import { startGateway } from '../support/gateway.ts';

const HTML = { accept: 'text/html,application/xhtml+xml' };
const graphiql = createGraphiql();
const get = (search = '', headers: Record<string, string> = HTML, method = 'GET') =>
  graphiql(new Request(`http://localhost:4000/graphql${search}`, { method, headers }));
const filesOf = (page: string) => [...page.matchAll(/"(\?asset=[^"]+)"/g)].map(([, search = '']) => search);

describe('the page', () => {
  test('is small, and the same for everybody', async () => {
    const page = await get();

    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(Number(page.headers.get('content-length'))).toBeLessThan(2_000);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('vary')).toBe('accept, accept-encoding');
  });

  test('runs no script but its own files, and is shown in nobody’s frame', async () => {
    const page = await get();
    const policy = page.headers.get('content-security-policy');

    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(await page.text()).not.toMatch(/<script(?![^>]*\ssrc=)/);
  });

  test('names files that are there, and can be kept for good', async () => {
    const files = filesOf(await (await get()).text());
    const answers = await Promise.all(files.map((file) => get(file, {})));

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.map(({ headers }) => headers.get('content-type'))).toEqual([
      'text/css; charset=utf-8',
      'text/javascript; charset=utf-8',
    ]);
    for (const { headers } of answers) expect(headers.get('cache-control')).toContain('immutable');
  });

  test('a file that is not there is 404', async () => {
    expect((await get('?asset=script-old')).status).toBe(404);
  });
});

describe('encodings', () => {
  test('who takes gzip gets the same text, compressed', async () => {
    const plain = await get();
    const zipped = await get('', { ...HTML, 'accept-encoding': 'br, gzip' });

    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(await zipped.arrayBuffer()).toString()).toBe(await plain.text());
    expect(zipped.headers.get('etag')).not.toBe(plain.headers.get('etag'));
  });

  test.each([
    ['', null],
    ['br', null],
    ['gzip;q=0', null],
    ['*;q=0.5, gzip;q=0', null],
    ['GZIP', 'gzip'],
    ['br;q=1.0, gzip;q=0.8', 'gzip'],
    ['*', 'gzip'],
  ])('Accept-Encoding "%s" is answered with %s', async (encodings, expected) => {
    const { headers } = await get('', { ...HTML, 'accept-encoding': encodings });

    expect(headers.get('content-encoding')).toBe(expected);
  });

  test('HEAD tells what GET would, without the body', async () => {
    const headers = { ...HTML, 'accept-encoding': 'gzip' };
    const [asked, head] = [await get('', headers), await get('', headers, 'HEAD')];

    expect(await head.text()).toBe('');
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(asked.headers));
  });
});

describe('validators', () => {
  const knows = async (tags: (etag: string) => string) => {
    const etag = (await get()).headers.get('etag') ?? '';
    return get('', { ...HTML, 'if-none-match': tags(etag) });
  };

  test.each<[string, (etag: string) => string]>([
    ['its validator', (etag) => etag],
    ['a weak one', (etag) => `W/${etag}`],
    ['one among others', (etag) => `"other", ${etag}`],
    ['any', () => '*'],
  ])('who has %s is told 304', async (_, tags) => {
    const answer = await knows(tags);

    expect(answer.status).toBe(304);
    expect(answer.body).toBeNull();
    expect(answer.headers.get('etag')).toBeTruthy();
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    expect(answer.headers.get('content-security-policy')).toBeTruthy();
  });

  test('who has something else gets the page', async () => {
    expect((await knows(() => '"other"')).status).toBe(200);
  });
});

describe('what is a page’s request', () => {
  test.each([
    ['GET', '', 'text/html', true],
    ['HEAD', '', 'text/html', true],
    ['GET', '?query={__typename}', 'text/html', true],
    ['GET', '?asset=script-1', '*/*', true],
    ['GET', '', '*/*', false],
    ['GET', '?query={__typename}', 'application/json', false],
    ['POST', '', 'text/html', false],
    ['POST', '?asset=script-1', '*/*', false],
  ])('%s %s that accepts %s: %s', (method, search, accept, expected) => {
    const request = new Request(`http://localhost:4000/graphql${search}`, { method, headers: { accept } });

    expect(wantsPage(request)).toBe(expected);
  });

  test('the gateway leads a browser from / to it, and asks nothing upstream for it', async () => {
    const { fetch, takeRequests } = startGateway({ sandbox: { seed: true } });

    const { status, headers } = await fetch('/');
    const page = await fetch(headers.get('location') ?? '', { headers: HTML });

    expect(status).toBe(302);
    expect(await page.text()).toContain('<title>Flair gateway</title>');
    expect(takeRequests()).toEqual([]);
  });
});
