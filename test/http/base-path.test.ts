import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { startGateway } from '../support/gateway.ts';
import { seedModel, smallImage } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

const JSON_HEADERS = { 'content-type': 'application/json', 'x-api-key': 'demo' };

/** A gateway below /flair/v1 on a port; its requests over HTTP go through the fast path where they can. */
async function start() {
  const started = startGateway({ config: { basePath: '/flair/v1' } });
  const server = await serverOf(started);
  const { origin } = new URL(server.url);
  const send = (query: string, variables: object = {}) =>
    fetch(`${origin}/flair/v1/graphql`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: JSON.stringify({ query, variables }),
    });
  return { ...started, server, origin, send };
}

test('queries, images, uploads and GraphiQL are served below the base path, and their URLs contain it', async () => {
  const { server, origin, send, upstream } = await start();
  const { globalId } = await seedModel(upstream, 'Dresses', { images: 1 });
  expect(server.url).toBe(`${origin}/flair/v1`);

  const query = '{ models { nodes { displayName dataItems { nodes { image { url } } } } } }';
  // Through Yoga first, then on the fast path.
  const [first, second] = [await (await send(query)).json(), await (await send(query)).json()];
  const { url } = first.data.models.nodes[0].dataItems.nodes[0].image;
  expect(second).toEqual(first);
  expect(url).toMatch(new RegExp(`^${origin}/flair/v1/images/`));
  expect((await fetch(url)).headers.get('content-type')).toMatch(/^image\//);

  const created = await (
    await send(
      `mutation ($input: CreateUploadTicketsInput!) {
        createUploadTickets(input: $input) { ... on CreateUploadTicketsSuccess { tickets { url } } }
      }`,
      { input: { target: { newInModel: globalId } } },
    )
  ).json();
  const ticket = created.data.createUploadTickets.tickets[0].url;
  expect(ticket).toMatch(new RegExp(`^${origin}/flair/v1/uploads/`));
  const uploaded = await fetch(ticket, { method: 'PUT', body: await smallImage() });
  expect(uploaded.status).toBe(201);
  expect(await uploaded.json()).toMatchObject({
    dataItem: { image: { url: expect.stringContaining('/flair/v1/images/') } },
  });

  const page = await fetch(`${origin}/flair/v1/graphql`, { headers: { accept: 'text/html' } });
  const script = /src="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  expect((await fetch(new URL(script, page.url))).status).toBe(200);
});

test('WebSockets are opened below the base path, and rejected elsewhere with the right path', async () => {
  const { origin } = await start();
  const client = createClient({
    url: `${origin.replace('http', 'ws')}/flair/v1/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { apiKey: 'demo' },
  });
  onTestFinished(() => void client.dispose());
  const results = client.iterate({ query: '{ models { nodes { id } } }' });
  expect((await results.next()).value).toEqual({ data: { models: { nodes: [] } } });

  const outside = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const answer = await new Promise<string>((resolve) =>
    outside
      .on('error', () => {})
      .on('unexpected-response', async (_, response) =>
        resolve(`${response.statusCode} ${(await response.setEncoding('utf8').toArray()).join('')}`),
      ),
  );
  expect(answer).toBe('404 The graph is at /flair/v1/graphql.\n');
});

test('requests outside of the base path get 404 with the right path', async () => {
  const { origin } = await start();
  const get = async (path: string) => {
    const response = await fetch(origin + path, { redirect: 'manual' });
    return [response.status, response.headers.get('location') ?? (await response.text())];
  };

  expect(await get('/graphql')).toEqual([404, 'There is nothing at /graphql. The graph is at /flair/v1/graphql.\n']);
  for (const path of [
    '/',
    '/flair',
    '/flair/v1x/graphql',
    '/flair/graphql',
    '/images/a',
    '/uploads/a',
    '/flair/v1/x',
  ]) {
    expect((await get(path))[0]).toBe(404);
  }
  const posted = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: JSON_HEADERS,
    body: '{"query":"{__typename}"}',
  });
  expect(posted.status).toBe(404);
  expect(await posted.json()).toMatchObject({
    errors: [{ message: 'There is nothing at POST /graphql. Send operations to POST /flair/v1/graphql.' }],
  });
});

test('health checks work with and without the base path, which leads to the graph', async () => {
  const { origin } = await start();
  const statuses = [];
  for (const path of ['/health', '/ready', '/flair/v1/health', '/flair/v1/ready']) {
    statuses.push((await fetch(origin + path)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200]);
  for (const path of ['/flair/v1', '/flair/v1/']) {
    const { status, headers } = await fetch(origin + path, { redirect: 'manual' });
    expect([status, headers.get('location')]).toEqual([302, '/flair/v1/graphql']);
  }
});

test('a public URL is used as it is, because it contains the base path', async () => {
  const { fetch, upstream } = startGateway({ config: { basePath: '/flair', publicUrl: 'https://x.example/a/flair' } });
  await seedModel(upstream, 'Dresses', { images: 1 });
  const response = await fetch('/flair/graphql', {
    method: 'POST',
    headers: JSON_HEADERS,
    body: JSON.stringify({ query: '{ models { nodes { dataItems { nodes { image { url } } } } } }' }),
  });

  expect(await response.text()).toContain('"https://x.example/a/flair/images/');
});
