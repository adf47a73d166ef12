import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startProgram } from '../support/program.ts';
import { findRedisServer, type RedisServer, startRedis } from '../support/redis.ts';
import { execute } from './client.ts';

const executable = findRedisServer(process.env);

const CREATE = `mutation ($input: CreateModelInput!) {
  createModel(input: $input) { __typename ... on CreateModelSuccess { model { id } } ... on Error { message } }
}`;
const SECRET = 'a secret of 32 characters or more for all replicas';
const MODELS = '{ models { nodes { id displayName } } }';

describe.skipIf(!executable)('two replicas that share a Redis', () => {
  let redis: RedisServer | undefined;
  beforeAll(async () => {
    redis = await startRedis(executable ?? '');
  });
  afterAll(async () => redis?.stop());

  async function startReplicas() {
    const { url: upstream } = await startProgram({ entry: 'sandbox', env: { SANDBOX_SEED: 'false' } });
    const env = { FLAIR_API_URL: upstream, FLAIR_API_KEY: 'demo', REDIS_URL: redis?.url ?? '', SECRET };
    return await Promise.all([startProgram({ env }), startProgram({ env })]);
  }

  test('replicas that share a Redis send a write with the same idempotency key once, at the same time and later', async () => {
    const [one, other] = await startReplicas();
    const input = { displayName: 'Once', idempotencyKey: 'the only one' };

    const responses = await Promise.all([one, other, one, other].map(({ url }) => execute(url, CREATE, { input })));
    responses.push(await execute(other.url, CREATE, { input }));

    expect(responses[0]).toMatchObject({ data: { createModel: { __typename: 'CreateModelSuccess' } } });
    for (const response of responses) expect(response).toEqual(responses[0]);
    expect(await execute(one.url, MODELS)).toMatchObject({ data: { models: { nodes: [{ displayName: 'Once' }] } } });
  });

  test('replicas that share a Redis reject another input with the same idempotency key', async () => {
    const [one, other] = await startReplicas();
    await execute(one.url, CREATE, { input: { displayName: 'First', idempotencyKey: 'taken' } });

    const response = await execute(other.url, CREATE, { input: { displayName: 'Second', idempotencyKey: 'taken' } });

    expect(response).toMatchObject({ data: { createModel: { __typename: 'ConflictError' } } });
  });
});

test.skipIf(!executable)('a write whose idempotency key cannot be stored is not sent, and may be retried', async () => {
  const redis = await startRedis(executable ?? '');
  onTestFinished(() => redis.stop());
  const { url } = await startProgram({ env: { REDIS_URL: redis.url, SECRET, SANDBOX_SEED: 'false' } });
  await redis.stop();

  const response = await execute(url, CREATE, { input: { displayName: 'Never', idempotencyKey: 'a' } });

  expect(response.errors).toMatchObject([
    {
      message: expect.stringContaining('nothing was sent'),
      extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true },
    },
  ]);
  expect(await execute(url, MODELS)).toEqual({ data: { models: { nodes: [] } } });
});

test.skipIf(!executable)('a replica without Redis remains ready, and reports and logs it once', async () => {
  const redis = await startRedis(executable ?? '');
  onTestFinished(() => redis.stop());
  const program = await startProgram({ env: { REDIS_URL: redis.url, SECRET, SANDBOX_SEED: 'false' } });
  const expectReady = (replicas: { connected: boolean; since?: unknown; cause?: unknown }) =>
    vi.waitFor(
      async () => {
        const response = await fetch(`${program.url}/ready`);
        const { connected, ...problem } = replicas;
        expect([response.status, await response.json()]).toMatchObject([
          200,
          { status: 'ready', replicas, checks: { redis: { status: connected ? 'ok' : 'failing', ...problem } } },
        ]);
      },
      { timeout: 20_000, interval: 20 },
    );

  await expectReady({ connected: true });
  await redis.stop();
  await expectReady({ connected: false, since: expect.any(String), cause: expect.stringContaining('ECONNREFUSED') });
  expect(await execute(program.url, MODELS)).toEqual({ data: { models: { nodes: [] } } });
  const restarted = await startRedis(executable ?? '', [], redis.port);
  onTestFinished(() => restarted.stop());
  await expectReady({ connected: true });
  await restarted.stop();
  await expectReady({ connected: false, since: expect.any(String), cause: expect.any(String) });

  expect(await program.stop()).toEqual({ code: 0, signal: null });
  const lines = program.output.stdout.split('\n').filter((line) => line.includes('Redis'));
  expect(lines.map((line) => JSON.parse(line).level)).toEqual([40, 30, 40]);
  expect(program.output.stderr).toBe('');
});
