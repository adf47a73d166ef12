import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { type House, MOODS, PLACE, SECRETS, startHouse } from './canaries/house.ts';
import { createVisitor, type Said } from './canaries/visitors.ts';
import { findRedisServer, startRedis } from './support/redis.ts';

const executable = findRedisServer(process.env);

/** Uses every feature in every state of the upstream, with every kind of caller. */
async function driveEverything(house: House) {
  const visitor = createVisitor(house);
  const key = { 'x-api-key': SECRETS.key };
  const callers = [key, { authorization: `Bearer ${house.jwt}` }, {}];
  // Several times, because later rounds read what earlier ones have created.
  for (const caller of [...callers, ...callers, ...callers]) await visitor.roam(caller);
  for (const mood of MOODS) {
    house.upstream.turn(mood);
    await Promise.all([
      ...callers.map((caller) => visitor.roam(caller)),
      visitor.use(),
      visitor.annoy(),
      visitor.call(mood === 'well'),
    ]);
  }
  house.upstream.turn('well');
  return visitor;
}

/** Occurrences of each secret, with the text before them. */
const found = (secrets: Iterable<string>, said: Iterable<Said>): string[] =>
  [...said].flatMap(({ to, text }) =>
    [...secrets].flatMap((secret) => {
      const places = text.split(secret).slice(0, -1);
      return places.map((before) => `${to}: …${before.slice(-200)}${secret}`).slice(0, 5);
    }),
  );

function expectNoSecret(house: House, { said, tokens }: Awaited<ReturnType<typeof driveEverything>>, records: string) {
  const { program, upstream, jwt } = house;
  const secrets = [...Object.values(SECRETS), jwt];
  const issued = [...tokens.images, ...tokens.tickets, ...tokens.watch];
  const outputs = [
    { to: 'the log', text: program.output.stdout },
    { to: 'the console', text: program.output.stderr },
    { to: 'the records', text: records },
  ];
  // Makes sure that the program received and used all secrets, so that there was something to find.
  expect([...upstream.keys].toSorted()).toEqual(
    [SECRETS.key, SECRETS.wrongKey, SECRETS.ownKey, SECRETS.tenantKey].toSorted(),
  );
  for (const kind of Object.values(tokens)) expect(kind.size).toBeGreaterThan(0);

  expect(found([...secrets, PLACE, new URL(upstream.url).host], said), 'secrets in responses').toEqual([]);
  expect(found(secrets, outputs), 'secrets in outputs').toEqual([]);
  expect(program.output.stdout, 'WebSockets are used').toContain('socket operation');
  expect(found(issued, outputs), 'tokens in outputs').toEqual([]);
  const issuing = /^(?:a read with images|an upload|a socket|a ticket|createUploadTickets|createWatchToken)$/;
  expect(
    found(
      issued,
      said.filter(({ to }) => !issuing.test(to)),
    ),
    'tokens in responses of operations that do not issue them',
  ).toEqual([]);
  expect(program.output.stderr).toBe('');
  const stack = /\n\s+at |\\n\s+at /;
  expect(
    said.filter(({ text }) => stack.test(text)),
    'stack traces in responses',
  ).toEqual([]);
}

test('no secret appears in responses, logs or files of the program', async () => {
  const house = await startHouse();

  const visited = await driveEverything(house);

  const folder = join(house.program.directory, '.data');
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString('latin1'));
  const records = files.join('\n');
  expect(records).toContain('"result"');
  await house.program.stop();
  expectNoSecret(house, visited, records);
}, 60_000);

test.skipIf(!executable)(
  'no secret is stored in Redis, and its password appears in no response or log',
  async () => {
    const password = 'canary-password-of-redis';
    const server = await startRedis(executable ?? '', ['--requirepass', password]);
    onTestFinished(() => server.stop());
    const address = server.url.replace('redis://', `redis://:${password}@`);
    const house = await startHouse({ REDIS_URL: address });

    const visited = await driveEverything(house);

    const redis = new Redis(address);
    const names = await redis.keys('*');
    const records = await Promise.all(
      names.map(async (name) => `${name} ${JSON.stringify(await redis.hgetall(name))}`),
    );
    redis.disconnect();
    expect(records.join('\n')).toContain('result');
    await server.stop();
    await visited.roam({ 'x-api-key': SECRETS.key });
    await house.program.stop();
    expectNoSecret(house, visited, records.join('\n'));
    expect(found([password], [...visited.said, { to: 'the log', text: house.program.output.stdout }])).toEqual([]);
  },
  60_000,
);
