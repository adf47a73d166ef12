import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { readText } from '../support/readme.ts';

test('the schema is served as text where introspection is on', async () => {
  const { fetch: send } = startGateway();

  const response = await send('/schema.graphql');

  const text = await response.text();
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(text).toBe(readText('schema/schema.graphql'));
  expect(buildSchema(text).getSubscriptionType()?.name).toBe('Subscription');
});

test('the schema is revalidated with its ETag', async () => {
  const { fetch: send } = startGateway();
  const first = await send('/schema.graphql', { headers: { 'accept-encoding': 'identity' } });
  await first.text();

  const again = await send('/schema.graphql', {
    headers: { 'accept-encoding': 'identity', 'if-none-match': first.headers.get('etag') ?? '' },
  });

  expect([again.status, await again.text()]).toEqual([304, '']);
  expect(first.headers.get('cache-control')).toBe('no-cache');
});

test('the schema is not served where introspection is off', async () => {
  const { fetch: send } = startGateway({ config: { introspection: false } });

  const response = await send('/schema.graphql');

  expect(response.status).toBe(404);
  expect(await response.text()).not.toContain('type Query');
});

test('reference files are served below the base path only, and can only be read', async () => {
  const { fetch: send } = startGateway({ config: { basePath: '/flair' } });
  const statusOf = async (path: string, init: RequestInit = {}) => {
    const response = await send(path, init);
    await response.text();
    return response.status;
  };

  for (const path of ['/schema.graphql', '/graphql/errors']) {
    expect(await statusOf(path)).toBe(404);
    expect(await statusOf(`/flair${path}`)).toBe(200);
    expect(await statusOf(`/flair${path}`, { method: 'POST' })).toBe(405);
  }
});

test.each(['', '/flair'])('extensions.help leads to the code on the page of errors, below "%s"', async (basePath) => {
  const { fetch: send } = startGateway({ config: { basePath } });
  const graph = new URL(`${basePath}/graphql`, 'http://localhost');
  const failed = await send(`${graph.pathname}?query={nothing}`, { headers: { accept: 'application/json' } });
  const { errors } = (await failed.json()) as { errors: [{ extensions: { help: string } }] };

  const { pathname, hash } = new URL(errors[0].extensions.help, graph);
  const page = await send(pathname);

  expect(hash).toBe('#graphql_validation_failed');
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await page.text()).toContain(`id="${hash.slice(1)}"`);
});
