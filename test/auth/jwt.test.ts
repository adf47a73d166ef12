import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { openSocket } from '../e2e/client.ts';
import { settle, until } from '../support/clock.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

const SECRET = 'a secret for tests that is long enough';
const names = graphql(`query NamesOfTenant { models { nodes { displayName } } }`);
const idsOfTenant = graphql(`query IdsOfTenant { models { nodes { id } } }`);
const predict = graphql(`
  mutation PredictOfTenant($input: CreatePredictionInput!) {
    createPrediction(input: $input) { ... on CreatePredictionSuccess { prediction { id } } }
  }
`);
const WATCH = 'subscription ($id: ID!) { trainingUpdated(id: $id) { status } }';

const jwt: NonNullable<StartOptions['jwt']> = {
  keys: { secret: SECRET },
  issuer: 'https://login.example.com',
  audience: 'flair',
  algorithms: ['HS256'],
  tenantClaim: 'tenant',
  tenants: new Map([
    ['acme', 'acme-key'],
    ['globex', 'globex-key'],
  ]),
};

/** A gateway with the keys of two tenants, each of which has a model. */
async function start(options: Partial<StartOptions> = {}) {
  const started = startGateway({
    jwt,
    sandbox: { keys: ['acme-key', 'globex-key'] },
    config: { ownKey: undefined },
    ...options,
  });
  for (const tenant of ['acme', 'globex']) {
    const upstream: typeof started.upstream = (path, init) =>
      started.upstream(path, { ...init, headers: { ...init?.headers, 'x-api-key': `${tenant}-key` } });
    await seedModel(upstream, tenant);
  }
  started.takeRequests();
  /** A token as the tenants' identity provider issues it, valid for a minute. */
  const sign = (
    claims: Record<string, unknown> = {},
    { alg = 'HS256', secret = SECRET, seconds = 60 } = {},
  ): Promise<string> =>
    new SignJWT({ tenant: 'acme', ...claims })
      .setProtectedHeader({ alg })
      .setIssuer(String(claims.iss ?? jwt.issuer))
      .setAudience(String(claims.aud ?? jwt.audience))
      .setExpirationTime(Math.floor(started.clock.now() / 1_000) + seconds)
      .sign(new TextEncoder().encode(secret));
  const queryWith = (token: string, headers: Record<string, string> = {}) =>
    started.query(names, {}, { authorization: `Bearer ${token}`, ...headers });
  return { ...started, started, sign, queryWith };
}

test('a request with a JWT uses the upstream key of its tenant', async () => {
  const { queryWith, sign } = await start();

  for (const tenant of ['acme', 'globex']) {
    const { data, errors } = await queryWith(await sign({ tenant }));
    expect(errors).toBeUndefined();
    expect(data?.models.nodes).toEqual([{ displayName: tenant }]);
  }
});

test.each<
  [
    what: string,
    issue: (started: Awaited<ReturnType<typeof start>>) => Promise<string> | string,
    code: string,
    problem: string,
  ]
>([
  [
    'of another issuer’s secret',
    ({ sign }) => sign({}, { secret: 'another secret that is also long enough' }),
    'UNAUTHENTICATED',
    'its signature does not match',
  ],
  ['that is malformed', () => 'not.a.token', 'UNAUTHENTICATED', 'malformed'],
  ['of another issuer', ({ sign }) => sign({ iss: 'https://evil.example' }), 'UNAUTHENTICATED', '`iss`'],
  ['for another audience', ({ sign }) => sign({ aud: 'another audience' }), 'UNAUTHENTICATED', '`aud`'],
  ['with another algorithm', ({ sign }) => sign({}, { alg: 'HS512' }), 'UNAUTHENTICATED', 'algorithm'],
  [
    'without a signature',
    () =>
      new UnsecuredJWT({ tenant: 'acme' })
        .setIssuer(jwt.issuer)
        .setAudience(jwt.audience)
        .setExpirationTime('1h')
        .encode(),
    'UNAUTHENTICATED',
    'not accepted',
  ],
  ['that has expired', ({ sign }) => sign({}, { seconds: -6 }), 'UNAUTHENTICATED', 'expired'],
  ['without a tenant', ({ sign }) => sign({ tenant: undefined }), 'UNAUTHENTICATED', '`tenant`'],
  ['of a tenant without a key', ({ sign }) => sign({ tenant: 'unknown' }), 'FORBIDDEN', '`tenant`'],
  ['whose tenant is not a string', ({ sign }) => sign({ tenant: ['acme'] }), 'FORBIDDEN', '`tenant`'],
  ['that is too long', () => `a.${'b'.repeat(9_000)}.c`, 'UNAUTHENTICATED', '8192'],
])('a JWT %s is rejected without a request to the upstream', async (_, issue, code, problem) => {
  const started = await start();

  const { errors } = await started.queryWith(await issue(started));

  expect(errors).toMatchObject([{ message: expect.stringContaining(problem), extensions: { code, retryable: false } }]);
  expect(started.takeRequests()).toEqual([]);
});

test('a JWT that was accepted before is rejected once it has expired', async () => {
  const { queryWith, sign, clock } = await start();
  const token = await sign();
  expect((await queryWith(token)).errors).toBeUndefined();

  await clock.advance(64_000);
  expect((await queryWith(token)).errors).toBeUndefined();
  await clock.advance(2_000);

  expect((await queryWith(token)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('a JWT that expires during a mutation does not hide the job that the mutation has started', async () => {
  const { queryWith, sign, clock, started } = await start();
  const { data } = await started.query(idsOfTenant, {}, { authorization: `Bearer ${await sign()}` });
  const input = { models: [{ id: data?.models.nodes[0]?.id ?? '', scale: 1 }], prompt: 'a dress', waitSeconds: 60 };
  const token = await sign({}, { seconds: 1 });

  const pending = started.query(predict, { input }, { authorization: `Bearer ${token}` });
  // The signature is verified in another thread.
  await until(() => started.requests.some(({ operation }) => operation === 'createPrediction'));
  await clock.advance(61_000);

  expect(await pending).toMatchObject({ data: { createPrediction: { prediction: { id: expect.any(String) } } } });
  expect((await queryWith(token)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('a request with a JWT and an API key is rejected', async () => {
  const { queryWith, sign } = await start();

  expect((await queryWith(await sign(), { 'x-api-key': 'acme-key' })).errors).toMatchObject([
    { message: expect.stringContaining('several'), extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});

test.each(['demo', 'a-key-of-the-upstream', 'sk.live'])(
  'the error for an API key sent as a bearer token names the right header: %s',
  async (key) => {
    const { queryWith } = await start();

    for (const { errors } of [
      await queryWith(key),
      await startGateway().query(names, {}, { authorization: `Bearer ${key}` }),
      await startGateway({ config: { apiKeyHeader: 'x-flair' } }).query(names, {}, { authorization: `Bearer ${key}` }),
    ])
      expect(errors).toMatchObject([
        { message: expect.stringMatching(/header x-(api-key|flair)/), extensions: { code: 'UNAUTHENTICATED' } },
      ]);
  },
);

test('a gateway without JWT settings rejects JWTs, and ignores other authorization schemes', async () => {
  const { query } = startGateway();

  expect((await query(names, {}, { authorization: 'Bearer a.b.c' })).errors).toMatchObject([
    { message: expect.stringContaining('no JWTs'), extensions: { code: 'UNAUTHENTICATED' } },
  ]);
  expect((await query(names, {}, { authorization: 'Basic YTpi' })).errors).toBeUndefined();
});

test('neither a JWT nor the API key of its tenant is logged', async () => {
  const { queryWith, sign, logLines } = await start();
  const token = await sign({ tenant: 'unknown' });

  await queryWith(token);
  await queryWith(await sign());

  expect(logLines.join()).not.toContain(token);
  expect(logLines.join()).not.toContain('acme-key');
});

describe('a key set from JWT_JWKS_URL', () => {
  async function serveKeys(keyOf: () => object | undefined) {
    const server = createServer((_, response) => {
      const key = keyOf();
      if (key) response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [key] }));
      else response.writeHead(503).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  }

  test('a key set verifies JWTs, and one that cannot be fetched is reported as SERVICE_UNAVAILABLE', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const key = { ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'one' };
    let isAvailable = false;
    const jwksUrl = await serveKeys(() => (isAvailable ? key : undefined));
    const { queryWith, clock } = await start({ jwt: { ...jwt, keys: { jwksUrl }, algorithms: ['ES256'] } });
    const token = await new SignJWT({ tenant: 'globex' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(jwt.issuer)
      .setAudience(jwt.audience)
      .setExpirationTime(Math.floor(clock.now() / 1_000) + 60)
      .sign(privateKey);

    expect((await queryWith(token)).errors).toMatchObject([
      { extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } },
    ]);
    isAvailable = true;

    expect((await queryWith(token)).data?.models.nodes).toEqual([{ displayName: 'globex' }]);
  });
});

describe('a JWT over a WebSocket', () => {
  const open = async (url: string, payload: object) => {
    const socket = await openSocket(url);
    socket.send({ type: 'connection_init', payload });
    return socket;
  };

  test('a JWT is read from the connection parameters of a WebSocket, and an invalid one closes the socket', async () => {
    const { started, sign } = await start();
    const { url } = await serverOf(started);

    const socket = await open(url, { authorization: `Bearer ${await sign()}` });
    expect(await socket.receive()).toEqual({ type: 'connection_ack' });
    socket.send({ type: 'subscribe', id: 'a', payload: { query: '{ models { nodes { displayName } } }' } });
    expect(await socket.receive()).toMatchObject({
      payload: { data: { models: { nodes: [{ displayName: 'acme' }] } } },
    });

    const expired = await open(url, { Authorization: `Bearer ${await sign({}, { seconds: -60 })}` });
    expect(await expired.closed).toEqual({ code: 4401, reason: expect.stringContaining('expired') });
    const unknown = await open(url, { authorization: `Bearer ${await sign({ tenant: 'unknown' })}` });
    expect(await unknown.closed).toMatchObject({ code: 4403 });
  });

  test.each([
    [3_600_000, 0],
    [-60_000, 125_000],
    [-3_600_000, 3_665_000],
  ])(
    'a socket stays open until its JWT expires when the wall clock is shifted by %d ms',
    async (shift, stillOpenAfter) => {
      const { started, sign, clock } = await start();
      const { url } = await serverOf(started);
      const socket = await open(url, { authorization: `Bearer ${await sign()}` });
      expect(await socket.receive()).toEqual({ type: 'connection_ack' });

      clock.shiftWallClock(shift);
      await clock.advance(Math.max(0, stillOpenAfter - 1_000));
      expect(socket.socket.readyState).toBe(socket.socket.OPEN);
      await clock.advance(61_000);

      expect(await socket.closed).toEqual({ code: 4403, reason: expect.stringContaining('expired') });
    },
  );

  test('a socket is closed when the JWT that opened it expires', async () => {
    const { started, sign, clock } = await start();
    const { url } = await serverOf(started);
    const socket = await open(url, { authorization: `Bearer ${await sign()}` });
    expect(await socket.receive()).toEqual({ type: 'connection_ack' });

    await clock.advance(66_000);

    expect(await socket.closed).toEqual({ code: 4403, reason: expect.stringContaining('expired') });
  });
});

test('a stream of server-sent events ends when the JWT that opened it expires', async () => {
  const { fetch, sign, upstream, clock, gateway } = await start();
  const asAcme: typeof upstream = (path, init) =>
    upstream(path, { ...init, headers: { ...init?.headers, 'x-api-key': 'acme-key' } });
  const { id: modelId } = await seedModel(asAcme, 'Dresses', { images: 1 });
  const id = globalId({
    kind: 'Training',
    modelId,
    id: await seedTraining(asAcme, modelId, { trainingSpeed: 'high_quality' }),
  });
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${await sign({}, { seconds: 10 })}`,
    },
    body: JSON.stringify({ query: WATCH, variables: { id } }),
  });
  const text = response.text();
  await settle();

  await clock.advance(16_000);

  expect((await text).match(/"code":"\w+"|QUEUED|event: complete/g)?.slice(-2)).toEqual([
    '"code":"UNAUTHENTICATED"',
    'event: complete',
  ]);
  expect(gateway.watchedJobs).toBe(0);
});
