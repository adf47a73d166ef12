import { describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import { createGraphiql, wantsPage } from '../../src/graphiql/graphiql.ts';
import { startGateway } from '../support/gateway.ts';

const HTML = { accept: 'text/html,application/xhtml+xml' };
const graphiql = createGraphiql({ schema, apiKeyHeader: 'x-api-key' });
const get = (search = '', headers: Record<string, string> = HTML, method = 'GET') =>
  graphiql(new Request(`http://localhost:4000/graphql${search}`, { method, headers }));
const filesOf = (page: string) => [...page.matchAll(/"(\?asset=[^"]+)"/g)].map(([, search = '']) => search);

describe('page', () => {
  test('the page is small, and the same for all requests', async () => {
    const page = await get();

    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(Number(page.headers.get('content-length'))).toBeLessThan(3_000);
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
