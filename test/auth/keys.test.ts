import { describe, expect, test } from 'vitest';
import { createKeyPolicy, isLoopbackHost } from '../../src/auth/credential.ts';
import { startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel } from '../support/seeds.ts';

const names = graphql(`query Names { models { nodes { displayName } } }`);

test.each(['localhost', 'localhost:4000', 'LOCALHOST:1', '127.0.0.1:4000', '127.9.9.9', '[::1]:4000'])(
  'the Host %s is a loopback host',
  (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  },
);

test.each([
  null,
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '0.0.0.0',
  'localhost@evil.example',
  'evil.example/localhost',
  '[::]',
  '10.0.0.1',
])('the Host %s is not a loopback host', (host) => {
  expect(isLoopbackHost(host)).toBe(false);
});

describe('the gateway’s own key', () => {
  const ownKey = { apiKey: 'own' };

  test('the gateway’s own key is used for requests whose Host is a loopback name', () => {
    const keyPolicy = createKeyPolicy({ apiKeyHeader: 'x-api-key', ownKey: 'own', allowAnonymous: false });

    expect(
      keyPolicy.selectCredential({ apiKey: null, host: 'localhost:4000', origin: null, isForwarded: false }),
    ).toEqual(ownKey);
    expect(() =>
      keyPolicy.selectCredential({ apiKey: null, host: 'rebound.example', origin: null, isForwarded: false }),
    ).toThrow(/x-api-key/);
  });

  test.each(['https://evil.example', 'null', 'http://localhost.evil.example'])(
    'the gateway’s own key is not used for a page of %s',
    (origin) => {
      const keyPolicy = createKeyPolicy({ apiKeyHeader: 'x-api-key', ownKey: 'own', allowAnonymous: false });

      expect(() =>
        keyPolicy.selectCredential({ apiKey: null, host: 'localhost:4000', origin, isForwarded: false }),
      ).toThrow(/x-api-key/);
      expect(
        keyPolicy.selectCredential({ apiKey: 'theirs', host: 'localhost:4000', origin, isForwarded: false }),
      ).toEqual({
        apiKey: 'theirs',
      });
    },
  );

  test('the gateway’s own key is not used through a proxy, which may have replaced the Host', () => {
    const keyPolicy = createKeyPolicy({ apiKeyHeader: 'x-api-key', ownKey: 'own', allowAnonymous: false });

    expect(() =>
      keyPolicy.selectCredential({ apiKey: null, host: 'localhost:4000', origin: null, isForwarded: true }),
    ).toThrow();
  });

  test('the gateway’s own key is not used over a Unix socket, whose peers are proxies', () => {
    const options = { apiKeyHeader: 'x-api-key', ownKey: 'own', listenSocket: '/run/gateway.sock' };
    const presented = { apiKey: null, host: 'localhost', origin: null, isForwarded: false };

    expect(() => createKeyPolicy({ ...options, allowAnonymous: false }).selectCredential(presented)).toThrow(/proxy/);
    expect(createKeyPolicy({ ...options, allowAnonymous: true }).selectCredential(presented)).toEqual(ownKey);
  });

  test('the gateway’s own key is used for a page of this machine', () => {
    const keyPolicy = createKeyPolicy({ apiKeyHeader: 'x-api-key', ownKey: 'own', allowAnonymous: false });

    expect(
      keyPolicy.selectCredential({
        apiKey: null,
        host: 'localhost:4000',
        origin: 'http://localhost:5173',
        isForwarded: false,
      }),
    ).toEqual(ownKey);
  });

  test('the gateway’s own key is used for every request without a key with ALLOW_ANONYMOUS', () => {
    const keyPolicy = createKeyPolicy({ apiKeyHeader: 'x-api-key', ownKey: 'own', allowAnonymous: true });

    expect(
      keyPolicy.selectCredential({
        apiKey: null,
        host: 'anything.example',
        origin: 'https://anywhere.example',
        isForwarded: false,
      }),
    ).toEqual(ownKey);
  });

  test('the gateway’s own key never replaces the key of a request', () => {
    const keyPolicy = createKeyPolicy({ apiKeyHeader: 'x-api-key', ownKey: 'own', allowAnonymous: true });

    expect(
      keyPolicy.selectCredential({ apiKey: 'theirs', host: 'localhost', origin: null, isForwarded: false }),
    ).toEqual({
      apiKey: 'theirs',
    });
  });
});

test('a request without a key gets UNAUTHENTICATED for fields that need one, and data for fields that do not', async () => {
  const { query, takeRequests } = startGateway({ config: { ownKey: undefined } });

  const { data, errors } = await query(names);

  expect(data).toBeNull();
  expect(errors).toMatchObject([
    { message: expect.stringContaining('x-api-key'), extensions: { code: 'UNAUTHENTICATED', retryable: false } },
  ]);
  expect((await query<{ __typename: string }, object>('{ __typename }')).data).toEqual({ __typename: 'Query' });
  expect(takeRequests()).toEqual([]);
});

test('a key that the upstream rejects is UNAUTHENTICATED', async () => {
  const { query } = startGateway();

  expect((await query(names, {}, { 'x-api-key': 'wrong' })).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});

test.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via'])(
  'the gateway’s own key is not used for a request with the header %s',
  async (name) => {
    const { query } = startGateway();

    expect((await query(names, {}, { [name]: 'for=203.0.113.9' })).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  },
);

test.each(['line\nbreak', 'ключ', 'a b'])(
  'a key that no header can carry is rejected before it is used: %j',
  (apiKey) => {
    const keyPolicy = createKeyPolicy({ apiKeyHeader: 'x-api-key', ownKey: 'own', allowAnonymous: true });

    expect(() => keyPolicy.selectCredential({ apiKey, host: 'localhost', origin: null, isForwarded: false })).toThrow(
      /visible ASCII/,
    );
  },
);

test('each key sees only its own data', async () => {
  const { query, upstream } = startGateway({ sandbox: { keys: ['other'] } });
  await seedModel(upstream, 'Mine');
  await seedModel(
    (path, init) => upstream(path, { ...init, headers: { ...init?.headers, 'x-api-key': 'other' } }),
    'Theirs',
  );

  expect((await query(names)).data?.models.nodes).toEqual([{ displayName: 'Mine' }]);
  expect((await query(names, {}, { 'x-api-key': 'other' })).data?.models.nodes).toEqual([{ displayName: 'Theirs' }]);
});

test('the header that carries the key can be configured', async () => {
  const { query } = startGateway({
    config: { apiKeyHeader: 'x-flair-key', ownKey: undefined },
    sandbox: { apiKeyHeader: 'x-flair-key', keys: ['mine'] },
  });

  expect((await query(names, {}, { 'x-flair-key': 'mine' })).errors).toBeUndefined();
  expect((await query(names, {}, { 'x-api-key': 'mine' })).errors).toMatchObject([
    { message: expect.stringContaining('x-flair-key') },
  ]);
});
