import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { OutcomeUnknownError } from '../../src/idempotency/errors.ts';
import { openRedisStore } from '../../src/idempotency/redis.ts';
import { createClock, until } from '../support/clock.ts';
import { freshRedis, hasRedis, redisConnection, redisServer, service } from './stores.ts';
import { createQuickWrite, createWrite, judge, Refused, request } from './writes.ts';

const DAY = 86_400_000;

/** Two replicas, and the one write that both would send. */
async function replicas(options: Parameters<typeof service>[1] = {}) {
  const open = await freshRedis();
  return { one: service(open(), options), other: service(open(), options), ...createWrite() };
}

describe.skipIf(!hasRedis)('records in Redis', () => {
  test('let a replica wait for the answer that another one gets', async () => {
    const { one, other, write, sent } = await replicas();
    const first = one.once(request(), write, judge);
    await until(() => sent.length === 1);

    const waiting = other.once(request(), write, judge);
    sent[0]?.succeed('one');

    expect(await Promise.all([first, waiting])).toEqual([{ id: 'one' }, { id: 'one' }]);
    expect(sent).toHaveLength(1);
  });

  test('let a replica try itself when nothing happened at the other', async () => {
    const { one, other, write, sent } = await replicas();
    const first = one.once(request(), write, judge);
    await until(() => sent.length === 1);
    const waiting = other.once(request(), write, judge);

    sent[0]?.fail(new Refused());
    await expect(first).rejects.toThrow(Refused);
    await until(() => sent.length === 2);
    sent[1]?.succeed('two');

    await expect(waiting).resolves.toEqual({ id: 'two' });
  });

  test('look at what another one does at growing distances', async () => {
    const { pause, waits, advance } = createClock();
    const { one, other, write, sent } = await replicas({ pause });
    const first = one.once(request(), write, judge);
    await until(() => sent.length === 1);
    const waiting = other.once(request(), write, judge);

    const asked: number[] = [];
    const endWait = async () => {
      await until(() => waits().length === 1);
      const [wait = 0] = waits();
      asked.push(wait);
      await advance(wait);
    };
    for (let look = 0; look < 12; look++) await endWait();
    sent[0]?.succeed('one');
    await first;
    await endWait();

    await expect(waiting).resolves.toEqual({ id: 'one' });
    expect(asked[0]).toBeLessThanOrEqual(60);
    expect(asked.at(-1)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...asked)).toBeLessThanOrEqual(1200);
  });

  test('take a write for lost when its lease is over, until they know better', async () => {
    const redis = await redisConnection();
    const { url } = await redisServer();
    const prefix = 'lease:';
    const open = () => openRedisStore({ redis: url, prefix });
    const expireLease = async () => {
      for (const name of await redis.keys(`${prefix}*`)) await redis.hset(name, 'until', 0);
    };
    const { write, sent } = createWrite();
    const first = service(open()).once(request(), write, judge);
    await until(() => sent.length === 1);

    const other = service(open(), { pause: expireLease });
    await expect(other.once(request(), write, judge)).rejects.toThrow(OutcomeUnknownError);
    sent[0]?.succeed('one');
    await first;

    await expect(other.once(request(), write, judge)).resolves.toEqual({ id: 'one' });
    expect(sent).toHaveLength(1);
  });

  test('end the waiting of a replica that stops', async () => {
    const { pause, waits } = createClock();
    const { one, other, write, sent } = await replicas({ pause });
    const first = one.once(request(), write, judge);
    await until(() => sent.length === 1);
    const waiting = expect(other.once(request(), write, judge)).rejects.toThrow('The gateway is stopping');
    await until(() => waits().length === 1);

    await other.dispose();

    await waiting;
    sent[0]?.succeed('one');
    await first;
  });

  test('are forgotten a day after their first use', async () => {
    const redis = await redisConnection();
    const idempotency = service(openRedisStore({ redis: (await redisServer()).url, prefix: 'day:' }));
    const left = async () => {
      const [name = ''] = await redis.keys('day:*');
      return await redis.pttl(name);
    };
    let underWay = 0;

    await idempotency.once(request(), async () => (underWay = await left()), judge);

    for (const milliseconds of [underWay, await left()]) {
      expect(milliseconds).toBeGreaterThan(DAY - 60_000);
      expect(milliseconds).toBeLessThanOrEqual(DAY);
    }
  });

  test('hold neither credential nor key nor input', async () => {
    const redis = await redisConnection();
    const idempotency = service(openRedisStore({ redis: (await redisServer()).url, prefix: 'secret:' }));
    const secrets = { tenant: 'tenant-4711', key: 'key-4712', input: { prompt: 'prompt-4713' } };
    await idempotency.once(request(secrets), async () => ({ id: 'id-4714' }), judge);

    const [name = ''] = await redis.keys('secret:*');
    const stored = JSON.stringify([name, await redis.hgetall(name)]);

    expect(stored).toContain('id-4714');
    expect(stored).not.toMatch(/471[123]/);
  });

  test('that Redis lost under way are made again when their write ends', async () => {
    const { one, other, write, sent } = await replicas();
    const first = one.once(request(), write, judge);
    await until(() => sent.length === 1);
    await (await redisConnection()).flushall();

    sent[0]?.succeed('one');
    await first;

    await expect(other.once(request(), write, judge)).resolves.toEqual({ id: 'one' });
  });

  test('that somebody else wrote are refused, and nothing is sent', async () => {
    const redis = await redisConnection();
    const idempotency = service(openRedisStore({ redis: (await redisServer()).url, prefix: 'foreign:' }));
    const { write, sent } = createQuickWrite();
    await idempotency.once(request(), write, judge);
    const [name = ''] = await redis.keys('foreign:*');

    await redis.hset(name, 'state', 'odd');
    await expect(idempotency.once(request(), write, judge)).rejects.toThrow('its state is "odd"');
    await redis.set(name, 'text');
    await expect(idempotency.once(request(), write, judge)).rejects.toThrow(/StoreError|WRONGTYPE/);
    expect(sent).toHaveLength(1);
  });

  test('use a connection of their own beside a given one, with its settings', async () => {
    const given = new Redis((await redisServer()).url, { keyPrefix: 'given:', maxRetriesPerRequest: null });
    onTestFinished(() => given.disconnect());
    const idempotency = service(openRedisStore({ redis: given, prefix: 'own:' }));
    await idempotency.once(request(), createQuickWrite().write, judge);
    await idempotency.dispose();

    expect(await (await redisConnection()).keys('given:own:*')).toHaveLength(1);
    expect(await given.ping()).toBe('PONG');
  });
});
