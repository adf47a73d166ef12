import { describe, expect, test } from 'vitest';
import { createCorsPolicy } from '../../src/http/cors.ts';
import { openSocket } from '../e2e/client.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { seedModel, smallImage } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

const EVIL = 'https://evil.example';
const ALLOWED = 'https://app.example.com';
const MODELS = '{ models { nodes { displayName } } }';
const CREATE = 'mutation { createModel(input: { displayName: "Coats" }) { __typename } }';

const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

describe('the CORS policy', () => {
  test.each<[string, string | null, string, boolean]>([
    ['a request without an Origin', null, 'graph.example.com', true],
    ['a page of the gateway’s own origin', 'https://graph.example.com', 'graph.example.com', true],
    ['a page of its public URL', 'https://public.example.com', '10.0.0.7:4000', true],
    ['a page of an allowed origin', ALLOWED, 'graph.example.com', true],
    ['a page of this machine, to a gateway on this machine', 'http://localhost:5173', '127.0.0.1:4000', true],
    ['a page of this machine, to a gateway elsewhere', 'http://localhost:5173', 'graph.example.com', false],
    ['a page of another site', EVIL, 'graph.example.com', false],
    ['a page of another port', 'https://graph.example.com:8443', 'graph.example.com', false],
    [
      'a page of a host that begins like an allowed one',
      'https://app.example.com.evil.example',
      'graph.example.com',
      false,
    ],
    ['a sandboxed page', 'null', 'graph.example.com', false],
    ['a malformed Origin', 'nonsense', 'graph.example.com', false],
  ])('for %s, the CORS policy returns the expected decision', (_, origin, host, isAllowed) => {
    const policy = createCorsPolicy({ allowed: [ALLOWED], publicUrl: 'https://public.example.com/flair' });

    expect(policy.allows({ origin, host })).toBe(isAllowed);
  });

  test('the CORS policy allows every origin with *', () => {
    expect(createCorsPolicy({ allowed: ['*'], publicUrl: undefined }).allows({ origin: EVIL, host: 'a' })).toBe(true);
  });
});

describe('CORS', () => {
  const config: StartOptions['config'] = { corsOrigins: [ALLOWED] };
  const queryFrom = (fetch: ReturnType<typeof startGateway>['fetch'], origin: string, init: RequestInit = {}) =>
    fetch('/graphql', {
      method: 'POST',
      body: JSON.stringify({ query: '{ __typename }' }),
      ...init,
      headers: { origin, 'content-type': 'application/json', ...init.headers },
    });

  test('only allowed origins get CORS headers, without credentials', async () => {
    const { fetch } = startGateway({ config });

    const [allowed, evil] = [await queryFrom(fetch, ALLOWED), await queryFrom(fetch, EVIL)];

    expect(corsOf(allowed)).toEqual({
      'access-control-allow-origin': ALLOWED,
      'access-control-expose-headers': 'retry-after, x-request-id',
    });
    expect(corsOf(evil)).toEqual({});
    for (const { headers } of [allowed, evil]) expect(headers.get('vary')).toContain('origin');
  });

  test('a preflight gets a response without an execution', async () => {
    const { fetch, takeRequests } = startGateway({ config });

    const [allowed, evil] = await Promise.all(
      [ALLOWED, EVIL].map((origin) => fetch('/graphql', { method: 'OPTIONS', headers: { origin } })),
    );

    expect(allowed?.status).toBe(204);
    expect(corsOf(allowed as Response)).toMatchObject({
      'access-control-allow-origin': ALLOWED,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': expect.stringMatching(/authorization, x-watch-token, x-api-key/),
    });
    expect(corsOf(evil as Response)).not.toHaveProperty('access-control-allow-origin');
    expect(takeRequests()).toEqual([]);
  });
});

describe('forms, which a page of any site can send', () => {
  test.each(['application/x-www-form-urlencoded', 'text/plain', 'text/plain; charset=utf-8', undefined])(
    'a form of type %s is rejected, whatever its origin',
    async (type) => {
      const { fetch, takeRequests } = startGateway();
      const body = new TextEncoder().encode(
        type?.startsWith('text') ? JSON.stringify({ query: CREATE }) : String(new URLSearchParams({ query: CREATE })),
      );

      const response = await fetch('/graphql', {
        method: 'POST',
        body,
        headers: { 'x-api-key': 'demo', ...(type && { 'content-type': type }) },
      });

      expect(response.status).toBe(415);
      expect((await response.json()).errors).toMatchObject([{ extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } }]);
      expect(takeRequests()).toEqual([]);
    },
  );

  test.each<[string, Record<string, string>, number]>([
    ['a page of another site', { origin: EVIL }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['a cross-site page without an Origin', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of another site with a preflight header', { origin: EVIL, 'apollo-require-preflight': 'true' }, 200],
    ['a page of another site with a key of its own', { origin: EVIL, 'x-api-key': 'demo' }, 200],
    ['a page of an allowed origin', { origin: ALLOWED }, 200],
    ['a page of this machine', { origin: 'http://localhost:4000' }, 200],
    ['a client other than a browser', {}, 200],
  ])('a form with files from %s gets the expected status', async (_, headers, status) => {
    const { fetch, upstream, takeRequests } = startGateway({
      config: { corsOrigins: [ALLOWED], allowAnonymous: true },
    });
    const { globalId: modelId } = await seedModel(upstream, 'Dresses');
    takeRequests();
    const query = `mutation ($file: File!) {
      uploadDataItem(input: { modelId: "${modelId}", file: $file }) { ... on UploadDataItemSuccess { dataItem { id } } }
    }`;
    const body = new FormData();
    body.set('operations', JSON.stringify({ query, variables: { file: null } }));
    body.set('map', JSON.stringify({ 0: ['variables.file'] }));
    body.set('0', new File([await smallImage()], 'a.png'));

    const response = await fetch('/graphql', { method: 'POST', body, headers });

    expect(response.status).toBe(status);
    const { data, errors } = await response.json();
    if (status === 200) expect(data.uploadDataItem.dataItem).toEqual({ id: expect.any(String) });
    else expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(takeRequests()).toEqual(status === 200 ? ['uploadDataItem'] : []);
  });
});

describe('WebSockets', () => {
  test('a WebSocket from a page of another site is rejected at the handshake, even with ALLOW_ANONYMOUS', async () => {
    const started = startGateway({ config: { allowAnonymous: true } });
    const { url } = await serverOf(started);

    await expect(openSocket(url, { origin: EVIL })).rejects.toThrow('403');
  });

  test('a WebSocket from a page of an allowed origin is opened', async () => {
    const started = startGateway({ config: { corsOrigins: [ALLOWED], allowAnonymous: true } });
    const { url } = await serverOf(started);

    const socket = await openSocket(url, { origin: ALLOWED });
    socket.send({ type: 'connection_init' });
    expect(await socket.receive()).toEqual({ type: 'connection_ack' });
    socket.send({ type: 'subscribe', id: 'models', payload: { query: MODELS } });
    expect(await socket.receive()).toMatchObject({ type: 'next', payload: { data: { models: { nodes: [] } } } });
  });
});
