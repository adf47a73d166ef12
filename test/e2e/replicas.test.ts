import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startProgram } from '../support/program.ts';
import { findRedisServer, type RedisServer, startRedis } from '../support/redis.ts';
import { ask } from './client.ts';

const executable = findRedisServer(process.env);

const CREATE = `mutation ($input: CreateModelInput!) {
  createModel(input: $input) { __typename ... on CreateModelSuccess { model { id } } ... on Error { message } }
}`;
const MODELS = '{ models { nodes { id displayName } } }';

describe.skipIf(!executable)('two replicas that share a Redis', () => {
  let redis: RedisServer | undefined;
  beforeAll(async () => {
    redis = await startRedis(executable ?? '');
  });
  afterAll(async () => redis?.stop());

  async function startReplicas() {
    const { url: upstream } = await startProgram({ entry: 'sandbox', env: { SANDBOX_SEED: 'false' } });
    const env = { FLAIR_API_URL: upstream, FLAIR_API_KEY: 'demo', REDIS_URL: redis?.url ?? '' };
    return await Promise.all([startProgram({ env }), startProgram({ env })]);
  }

  test('send a write with one idempotency key once, whichever of them is asked, at the same time and later', async () => {
    const [one, other] = await startReplicas();
    const input = { displayName: 'Once', idempotencyKey: 'the only one' };

    const answers = await Promise.all([one, other, one, other].map(({ url }) => ask(url, CREATE, { input })));
    answers.push(await ask(other.url, CREATE, { input }));

    expect(answers[0]).toMatchObject({ data: { createModel: { __typename: 'CreateModelSuccess' } } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await ask(one.url, MODELS)).toMatchObject({ data: { models: { nodes: [{ displayName: 'Once' }] } } });
  });

  test('refuse another input under that key, whichever of them saw the first', async () => {
    const [one, other] = await startReplicas();
    await ask(one.url, CREATE, { input: { displayName: 'First', idempotencyKey: 'taken' } });

    const answer = await ask(other.url, CREATE, { input: { displayName: 'Second', idempotencyKey: 'taken' } });

    expect(answer).toMatchObject({ data: { createModel: { __typename: 'ConflictError' } } });
  });
});

test.skipIf(!executable)(
  'a write whose idempotency key cannot be recorded is not sent, and may be tried again',
  async () => {
    const redis = await startRedis(executable ?? '');
    onTestFinished(() => redis.stop());
    const { url } = await startProgram({ env: { REDIS_URL: redis.url, SANDBOX_SEED: 'false' } });
    await redis.stop();

    const answer = await ask(url, CREATE, { input: { displayName: 'Never', idempotencyKey: 'a' } });

    expect(answer.errors).toMatchObject([
      {
        message: expect.stringContaining('nothing was sent'),
        extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true },
      },
    ]);
    expect(await ask(url, MODELS)).toEqual({ data: { models: { nodes: [] } } });
  },
);
