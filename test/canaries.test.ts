import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { createTestClient, type Output } from './canaries/client.ts';
import { BEHAVIORS, SECRETS, startTestProgram, type TestProgram, UPSTREAM_PATH } from './canaries/program.ts';
import { findRedisServer, startRedis } from './support/redis.ts';

const executable = findRedisServer(process.env);

/** Sends all kinds of requests as all kinds of callers, with each behavior of the upstream. */
async function sendEverything(testProgram: TestProgram) {
  const client = createTestClient(testProgram);
  const key = { 'x-api-key': SECRETS.key };
  const callers = [key, { authorization: `Bearer ${testProgram.jwt}` }, {}];
  // Repeated, so that later runs find the objects that earlier ones have created.
  for (const caller of [...callers, ...callers, ...callers]) await client.runOperations(caller);
  for (const behavior of BEHAVIORS) {
    testProgram.upstream.setBehavior(behavior);
    await Promise.all([
      ...callers.map((caller) => client.runOperations(caller)),
      client.useTokens(),
      client.sendInvalid(),
      client.useSockets(behavior === 'normal'),
    ]);
  }
  testProgram.upstream.setBehavior('normal');
  return client;
}

/** Occurrences of secrets, with the text before them. */
const findSecrets = (secrets: Iterable<string>, outputs: Iterable<Output>): string[] =>
  [...outputs].flatMap(({ source, text }) =>
    [...secrets].flatMap((secret) => {
      const occurrences = text.split(secret).slice(0, -1);
      return occurrences.map((before) => `${source}: …${before.slice(-200)}${secret}`).slice(0, 5);
    }),
  );

function expectNoSecret(
  testProgram: TestProgram,
  { outputs: recorded, tokens }: Awaited<ReturnType<typeof sendEverything>>,
  records: string,
) {
  const { program, upstream, jwt } = testProgram;
  const secrets = [...Object.values(SECRETS), jwt];
  const issuedTokens = [...tokens.images, ...tokens.tickets, ...tokens.watch];
  const outputs = [
    { source: 'the log', text: program.output.stdout },
    { source: 'the console', text: program.output.stderr },
    { source: 'the records', text: records },
  ];
  // Proves that the program has received and used the secrets.
  expect([...upstream.keys].toSorted()).toEqual(
    [SECRETS.key, SECRETS.wrongKey, SECRETS.ownKey, SECRETS.tenantKey].toSorted(),
  );
  for (const kind of Object.values(tokens)) expect(kind.size).toBeGreaterThan(0);

  expect(findSecrets([...secrets, UPSTREAM_PATH, new URL(upstream.url).host], recorded), 'responses').toEqual([]);
  expect(findSecrets(secrets, outputs), 'logs and records').toEqual([]);
  expect(program.output.stdout, 'sockets are used').toContain('"transport":"websocket"');
  expect(findSecrets(issuedTokens, outputs), 'tokens in logs and records').toEqual([]);
  const createsTokens = /^(?:a read with images|an upload|a socket|a ticket|createUploadTickets|createWatchToken)$/;
  expect(
    findSecrets(
      issuedTokens,
      recorded.filter(({ source }) => !createsTokens.test(source)),
    ),
    'tokens in responses to requests that create none',
  ).toEqual([]);
  expect(program.output.stderr).toBe('');
  const stack = /\n\s+at |\\n\s+at /;
  expect(
    recorded.filter(({ text }) => stack.test(text)),
    'stack traces in responses',
  ).toEqual([]);
}

test('the program reveals no secret in responses, logs or files', async () => {
  const testProgram = await startTestProgram();

  const client = await sendEverything(testProgram);

  const folder = join(testProgram.program.directory, '.data');
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString('latin1'));
  const records = files.join('\n');
  expect(records).toContain('"result"');
  await testProgram.program.stop();
  expectNoSecret(testProgram, client, records);
}, 60_000);

test.skipIf(!executable)(
  'the program stores no secret in Redis, and does not reveal the Redis password',
  async () => {
    const password = 'canary-password-of-redis';
    const server = await startRedis(executable ?? '', ['--requirepass', password]);
    onTestFinished(() => server.stop());
    const address = server.url.replace('redis://', `redis://:${password}@`);
    const testProgram = await startTestProgram({ REDIS_URL: address });

    const client = await sendEverything(testProgram);

    const redis = new Redis(address);
    const names = await redis.keys('*');
    const records = await Promise.all(
      names.map(async (name) => `${name} ${JSON.stringify(await contentOf(redis, name))}`),
    );
    redis.disconnect();
    expect(records.join('\n')).toContain('result');
    await server.stop();
    await client.runOperations({ 'x-api-key': SECRETS.key });
    await testProgram.program.stop();
    expectNoSecret(testProgram, client, records.join('\n'));
    expect(
      findSecrets([password], [...client.outputs, { source: 'the log', text: testProgram.program.output.stdout }]),
    ).toEqual([]);
  },
  60_000,
);

/** The content of a key of any type. */
async function contentOf(redis: Redis, name: string): Promise<unknown> {
  switch (await redis.type(name)) {
    case 'hash':
      return await redis.hgetall(name);
    case 'list':
      return await redis.lrange(name, 0, -1);
    case 'set':
      return await redis.smembers(name);
    case 'zset':
      return await redis.zrange(name, 0, -1);
    case 'stream':
      return await redis.xrange(name, '-', '+');
    default:
      return await redis.get(name);
  }
}
