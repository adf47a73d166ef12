import { createHash } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { graphql } from '../support/gql/index.ts';
import { seedModel, seedPrediction, seedTraining } from '../support/seeds.ts';

const viewer = graphql(`
  query WholeViewer { viewer { credentials permissions isKeyValid problem tenant jobs } }
`);
const free = graphql(`query FreeViewer { viewer { credentials permissions tenant jobs } }`);
const createWatchToken = graphql(`
  mutation ViewerWatchToken($input: CreateWatchTokenInput!) {
    createWatchToken(input: $input) { ... on CreateWatchTokenSuccess { token } }
  }
`);

const SECRET = 'a secret for tests that is long enough';
const jwt: NonNullable<StartOptions['jwt']> = {
  keys: { secret: SECRET },
  issuer: 'https://login.example.com',
  audience: 'flair',
  algorithms: ['HS256'],
  tenantClaim: 'tenant',
  tenants: new Map([['acme', 'demo']]),
};
const noKey: StartOptions = { config: { ownKey: undefined } };
const tenantOf = (key: string) => createHash('sha256').update(key).digest('base64url').slice(0, 16);
const ALL = ['READ', 'WRITE'];

const bearer = async (now: number, secret = SECRET) => {
  const token = await new SignJWT({ tenant: 'acme' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(jwt.issuer)
    .setAudience(jwt.audience)
    .setExpirationTime(Math.floor(now / 1_000) + 60)
    .sign(new TextEncoder().encode(secret));
  return { authorization: `Bearer ${token}` };
};

describe('the viewer', () => {
  test('with an API key may do everything, and one request checks the key', async () => {
    const { query, takeRequests } = startGateway(noKey);

    const { data } = await query(viewer, {}, { 'x-api-key': 'demo' });

    expect(data?.viewer).toEqual({
      credentials: 'API_KEY',
      permissions: ALL,
      isKeyValid: true,
      problem: null,
      tenant: tenantOf('demo'),
      jobs: null,
    });
    expect(takeRequests()).toEqual(['listModels']);
  });

  test('shares the request of the models in the same response', async () => {
    const { query, takeRequests } = startGateway();

    await query(graphql(`query ViewerAndModels { viewer { isKeyValid problem } models { nodes { id } } }`));

    expect(takeRequests()).toEqual(['listModels']);
  });

  test('with a JWT acts for its tenant', async () => {
    const { query, clock } = startGateway({ ...noKey, jwt });

    const { data } = await query(viewer, {}, await bearer(clock.now()));

    expect(data?.viewer).toMatchObject({
      credentials: 'JWT',
      permissions: ALL,
      isKeyValid: true,
      tenant: tenantOf('demo'),
    });
  });

  test('without credentials uses the own key of the gateway where that is allowed', async () => {
    const { data } = await startGateway().query(viewer);

    expect(data?.viewer).toMatchObject({ credentials: 'GATEWAY_KEY', permissions: ALL, isKeyValid: true });
  });

  test('with a watch token may read its jobs, one of which checks the key', async () => {
    const { query, upstream, takeRequests } = startGateway(noKey);
    const { id: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });
    const jobs = [
      globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) }),
      globalId({ kind: 'Prediction', id: await seedPrediction(upstream, [modelId]) }),
    ];
    const made = await query(createWatchToken, { input: { jobIds: jobs } }, { 'x-api-key': 'demo' });
    const token = (made.data?.createWatchToken as { token: string } | undefined)?.token ?? '';
    takeRequests();

    const { data } = await query(viewer, {}, { 'x-watch-token': token });

    expect(data?.viewer).toEqual({
      credentials: 'WATCH_TOKEN',
      permissions: ['READ_JOBS'],
      isKeyValid: true,
      problem: null,
      tenant: null,
      jobs,
    });
    expect(takeRequests()).toEqual(['getTraining']);
  });

  test('does not share a running query with a caller of the same key that has other credentials', async () => {
    const { query, clock } = startGateway({ jwt });

    const headers = [{ 'x-api-key': 'demo' }, await bearer(clock.now()), {}];

    const results = await Promise.all(headers.map((sent) => query(viewer, {}, sent)));

    expect(results.map(({ data }) => data?.viewer.credentials)).toEqual(['API_KEY', 'JWT', 'GATEWAY_KEY']);
  });

  test('is described without any request if the key is not checked', async () => {
    const { query, takeRequests } = startGateway(noKey);

    const { data } = await query(free, {}, { 'x-api-key': 'unknown' });

    expect(data?.viewer).toMatchObject({ credentials: 'API_KEY', tenant: tenantOf('unknown') });
    expect(takeRequests()).toEqual([]);
  });
});

describe('a key that does not work is no error', () => {
  const NONE = { credentials: 'NONE', permissions: [], isKeyValid: false, tenant: null, jobs: null };

  test('no key', async () => {
    const { query, takeRequests } = startGateway(noKey);

    const { data, errors } = await query(viewer);

    expect(errors).toBeUndefined();
    expect(data?.viewer).toEqual({ ...NONE, problem: expect.stringContaining('Send your API key') });
    expect(takeRequests()).toEqual([]);
  });

  test.each([
    ['an invalid JWT', async () => bearer(Date.UTC(2026, 0, 1), 'another secret that is also long enough')],
    ['an expired JWT', async () => bearer(Date.UTC(2025, 0, 1))],
    ['an invalid watch token', async () => ({ 'x-watch-token': 'nonsense' })],
    ['an invalid key', async () => ({ 'x-api-key': 'ü' })],
  ])('%s', async (_, headers) => {
    const { query, takeRequests } = startGateway({ ...noKey, jwt });

    const { data, errors } = await query(viewer, {}, await headers());

    expect(errors).toBeUndefined();
    expect(data?.viewer).toEqual({ ...NONE, problem: expect.any(String) });
    expect(takeRequests()).toEqual([]);
  });

  test('a key that the upstream rejects', async () => {
    const { query } = startGateway(noKey);

    const { data, errors } = await query(viewer, {}, { 'x-api-key': 'unknown' });

    expect(errors).toBeUndefined();
    expect(data?.viewer).toMatchObject({
      credentials: 'API_KEY',
      isKeyValid: false,
      problem: 'The upstream does not accept this API key.',
    });
  });

  test.each([
    [403, false],
    [402, true],
    [429, null],
    [503, null],
  ])('status %i of the upstream means %s', async (status, isKeyValid) => {
    const { query } = startGateway({ transport: async () => Response.json({}, { status }) });

    const { data, errors } = await query(viewer);

    expect(errors).toBeUndefined();
    expect(data?.viewer).toMatchObject({ isKeyValid, problem: expect.any(String) });
  });

  test('an upstream that cannot be reached, or that responds with something else', async () => {
    const unreachable = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    for (const transport of [() => Promise.reject(unreachable), async () => new Response('<html>')]) {
      const { query } = startGateway({ transport });

      const { data, errors } = await query(viewer);

      expect(errors).toBeUndefined();
      expect(data?.viewer).toMatchObject({ isKeyValid: null, problem: expect.stringMatching(/upstream/) });
    }
  });
});
