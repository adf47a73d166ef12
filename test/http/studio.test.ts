import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createStudio } from '../../src/http/studio.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';

/** Maximum size of the page with everything that it loads first, compressed with gzip, in bytes. */
const MAX_FIRST_LOAD = 200_000;

const filesOf = (html: string) =>
  [...html.matchAll(/(?:src|href)="\.(\/studio\/[^"]+)"/g)].map(([, path = '']) => path);
const open = (options?: StartOptions) => startGateway({ sandbox: { seed: true }, ...options });

describe('the page', () => {
  test('it states the header of the key, and whether the upstream is the sandbox, to the scripts', async () => {
    const { fetch } = open({ config: { apiKeyHeader: 'x-"key"', upstreamUrl: 'https://api.example.com' } });
    const html = await (await fetch('/studio')).text();

    const [, content = ''] = /name="studio-settings" content="([^"]*)"/.exec(html) ?? [];
    expect(JSON.parse(content.replaceAll('&quot;', '"'))).toEqual({ apiKeyHeader: 'x-"key"', isSandbox: false });
  });

  test('it runs only its own script files, has no inline styles, and cannot be framed', async () => {
    const page = await open().fetch('/studio');
    const policy = page.headers.get('content-security-policy')?.split('; ');

    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(await page.text()).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=/);
  });

  test('images and uploads at the public URL are allowed', async () => {
    const page = await open({ config: { publicUrl: 'https://flair.example.com/base' } }).fetch('/studio');

    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("img-src 'self' https://flair.example.com data: blob:;");
    expect(policy).toContain("connect-src 'self' https://flair.example.com ws: wss:;");
  });

  test('it is revalidated, and its files are cached permanently', async () => {
    const { fetch } = open();
    const page = await fetch('/studio');
    const files = await Promise.all(filesOf(await page.text()).map((path) => fetch(path)));

    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(files.map(({ headers }) => headers.get('content-type')).toSorted()).toEqual([
      'image/svg+xml',
      'text/css; charset=utf-8',
      'text/javascript; charset=utf-8',
    ]);
    for (const { status, headers } of files) {
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toContain('immutable');
    }
  });

  test(`its first load, fonts included, is smaller than ${MAX_FIRST_LOAD / 1_000} kB`, async () => {
    const { fetch } = open();
    const html = await (await fetch('/studio')).text();
    const files = await Promise.all(filesOf(html).map(async (path) => await (await fetch(path)).arrayBuffer()));
    const styles = files.map((file) => Buffer.from(file).toString()).join('\n');
    const fontPaths = [...styles.matchAll(/url\(([^)]+\.woff2)\)/g)].map(([, path = '']) => `/studio/${path}`);
    const fonts = await Promise.all(fontPaths.map(async (path) => await (await fetch(path)).arrayBuffer()));

    const sizes = [Buffer.from(html), ...files, ...fonts].map((file) => gzipSync(new Uint8Array(file)).byteLength);
    expect(fontPaths).toHaveLength(2);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(MAX_FIRST_LOAD);
  });

  test('without its files, the response says how to build them', async () => {
    const folder = fileURLToPath(new URL('nowhere', import.meta.url));
    const studio = createStudio({ apiKeyHeader: 'x-api-key', isSandbox: true, publicUrl: undefined, folder });
    const response = await studio(new Request('http://localhost:4000/studio'), '/studio');

    expect(response.status).toBe(501);
    expect(await response.text()).toContain('npm run build');
  });
});

describe('routes', () => {
  test('below a base path, the page finds its files and the graph', async () => {
    const { fetch } = open({ config: { basePath: '/flair' } });
    const page = await fetch('/flair/studio');
    const [path = ''] = filesOf(await page.text());

    expect((await fetch(`/flair${path}`)).status).toBe(200);
    expect((await fetch('/studio')).status).toBe(404);
  });

  test('with a slash at the end, the path redirects to the page', async () => {
    const { status, headers } = await open().fetch('/studio/');

    expect(status).toBe(308);
    expect(new URL(headers.get('location') ?? '', 'http://localhost:4000/studio/').pathname).toBe('/studio');
  });

  test.each([
    ['GET', '/studio/old-file.js', 404],
    ['GET', '/studio/../package.json', 404],
    ['GET', '/studio/%2e%2e%2f.env', 404],
    ['GET', '/studios', 404],
    ['POST', '/studio', 405],
    ['HEAD', '/studio', 200],
  ])('%s %s gets %i', async (method, path, status) => {
    expect((await open().fetch(path, { method })).status).toBe(status);
  });

  test('if it is off, the response names its setting', async () => {
    const response = await open({ config: { studio: false } }).fetch('/studio');

    expect(response.status).toBe(404);
    expect(await response.text()).toContain('STUDIO=true');
  });

  test('it sends no requests to the upstream by itself', async () => {
    const { fetch, takeRequests } = open();
    await fetch('/studio');

    expect(takeRequests()).toEqual([]);
  });
});
