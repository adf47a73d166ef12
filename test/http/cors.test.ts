import { describe, expect, test } from 'vitest';
import { createCorsPolicy } from '../../src/http/cors.ts';
import { openSocket } from '../e2e/client.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { picture, seedModel } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

const EVIL = 'https://evil.example';
const FRIEND = 'https://app.example.com';
const MODELS = '{ models { nodes { displayName } } }';
const CREATE = 'mutation { createModel(input: { displayName: "Coats" }) { __typename } }';

const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

describe('a page', () => {
  test.each<[string, string | null, string, boolean]>([
    ['of no site, which is a program', null, 'graph.example.com', true],
    ['of the gateway’s own origin', 'https://graph.example.com', 'graph.example.com', true],
    ['of its public address', 'https://public.example.com', '10.0.0.7:4000', true],
    ['of an allowed origin', FRIEND, 'graph.example.com', true],
    ['of this machine, to a gateway of this machine', 'http://localhost:5173', '127.0.0.1:4000', true],
    ['of this machine, to a gateway elsewhere', 'http://localhost:5173', 'graph.example.com', false],
    ['of another site', EVIL, 'graph.example.com', false],
    ['of another port', 'https://graph.example.com:8443', 'graph.example.com', false],
    ['of a longer name', 'https://app.example.com.evil.example', 'graph.example.com', false],
    ['of a sandbox', 'null', 'graph.example.com', false],
    ['of nonsense', 'nonsense', 'graph.example.com', false],
  ])('%s: whether it is welcome', (_, origin, host, isWelcome) => {
    const origins = createCorsPolicy({ allowed: [FRIEND], publicUrl: 'https://public.example.com/flair' });

    expect(origins.allows({ origin, host })).toBe(isWelcome);
  });

  test('of any site is welcome where all are', () => {
    expect(createCorsPolicy({ allowed: ['*'], publicUrl: undefined }).allows({ origin: EVIL, host: 'a' })).toBe(true);
  });
});

describe('CORS', () => {
  const config: StartOptions['config'] = { corsOrigins: [FRIEND] };
  const ask = (fetch: ReturnType<typeof startGateway>['fetch'], origin: string, init: RequestInit = {}) =>
    fetch('/graphql', {
      method: 'POST',
      body: JSON.stringify({ query: '{ __typename }' }),
      ...init,
      headers: { origin, 'content-type': 'application/json', ...init.headers },
    });

  test('invites the pages that are allowed, without credentials, and no others', async () => {
    const { fetch } = startGateway({ config });

    const [friend, evil] = [await ask(fetch, FRIEND), await ask(fetch, EVIL)];

    expect(corsOf(friend)).toEqual({
      'access-control-allow-origin': FRIEND,
      'access-control-expose-headers': 'retry-after',
    });
    expect(corsOf(evil)).toEqual({});
    for (const { headers } of [friend, evil]) expect(headers.get('vary')).toContain('origin');
  });

  test('answers a preflight, and executes nothing', async () => {
    const { fetch, takeRequests } = startGateway({ config });

    const [friend, evil] = await Promise.all(
      [FRIEND, EVIL].map((origin) => fetch('/graphql', { method: 'OPTIONS', headers: { origin } })),
    );

    expect(friend?.status).toBe(204);
    expect(corsOf(friend as Response)).toMatchObject({
      'access-control-allow-origin': FRIEND,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': expect.stringMatching(/authorization, x-watch-token, x-api-key/),
    });
    expect(corsOf(evil as Response)).not.toHaveProperty('access-control-allow-origin');
    expect(takeRequests()).toEqual([]);
  });
});

describe('a form, which a page of any site can send', () => {
  test.each(['application/x-www-form-urlencoded', 'text/plain', 'text/plain; charset=utf-8', undefined])(
    'of type %s executes nothing, wherever it comes from',
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
    ['a page that hides its origin', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of another site that asked before', { origin: EVIL, 'apollo-require-preflight': 'true' }, 200],
    ['a page of another site with a key of its own', { origin: EVIL, 'x-api-key': 'demo' }, 200],
    ['a page that is allowed', { origin: FRIEND }, 200],
    ['a page of this machine', { origin: 'http://localhost:4000' }, 200],
    ['a program', {}, 200],
  ])('with files, from %s', async (_, headers, status) => {
    const { fetch, upstream, takeRequests } = startGateway({ config: { corsOrigins: [FRIEND], allowAnonymous: true } });
    const { globalId: modelId } = await seedModel(upstream, 'Dresses');
    takeRequests();
    const query = `mutation ($file: File!) {
      uploadDataItem(input: { modelId: "${modelId}", file: $file }) { ... on UploadDataItemSuccess { dataItem { id } } }
    }`;
    const body = new FormData();
    body.set('operations', JSON.stringify({ query, variables: { file: null } }));
    body.set('map', JSON.stringify({ 0: ['variables.file'] }));
    body.set('0', new File([await picture()], 'a.png'));

    const response = await fetch('/graphql', { method: 'POST', body, headers });

    expect(response.status).toBe(status);
    const { data, errors } = await response.json();
    if (status === 200) expect(data.uploadDataItem.dataItem).toEqual({ id: expect.any(String) });
    else expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(takeRequests()).toEqual(status === 200 ? ['uploadDataItem'] : []);
  });
});

describe('a WebSocket', () => {
  test('of a page of another site is refused at the handshake, even where everyone is lent the key', async () => {
    const started = startGateway({ config: { allowAnonymous: true } });
    const { url } = await serverOf(started);

    await expect(openSocket(url, { origin: EVIL })).rejects.toThrow('403');
  });

  test('of a page that is allowed is opened', async () => {
    const started = startGateway({ config: { corsOrigins: [FRIEND], allowAnonymous: true } });
    const { url } = await serverOf(started);

    const socket = await openSocket(url, { origin: FRIEND });
    socket.say({ type: 'connection_init' });
    expect(await socket.hear()).toEqual({ type: 'connection_ack' });
    socket.say({ type: 'subscribe', id: 'models', payload: { query: MODELS } });
    expect(await socket.hear()).toMatchObject({ type: 'next', payload: { data: { models: { nodes: [] } } } });
  });
});
