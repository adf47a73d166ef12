import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { examples } from './graphiql-examples.ts';

const compress = promisify(gzip);

/**
 * The page on which people explore the graph. It holds its scripts and styles itself, so it works without the internet;
 * it is made on first use, sent compressed, and kept by browsers until it changes.
 */
export function createGraphiql(): (request: Request) => Promise<Response> {
  let page: Promise<{ body: Uint8Array<ArrayBuffer>; etag: string }> | undefined;

  return async (request) => {
    page ??= makePage();
    const { body, etag } = await page;
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-encoding': 'gzip',
      'cache-control': 'no-cache',
      etag,
      vary: 'accept, accept-encoding',
    };
    if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } });
    return new Response(body, { headers });
  };
}

async function makePage() {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Flair gateway',
    defaultTabs: examples,
    subscriptionsProtocol: 'WS',
    shouldPersistHeaders: false,
    defaultEditorToolsVisibility: 'variables',
  });
  const body = new Uint8Array(await compress(html));
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
}

/** Whether a request is a browser's that wants a page rather than an answer of the graph. */
export const wantsPage = (request: Request): boolean =>
  request.method === 'GET' &&
  !new URL(request.url).searchParams.has('query') &&
  (request.headers.get('accept') ?? '').includes('text/html');
