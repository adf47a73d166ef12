import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { OutcomeUnknownError } from '../../src/idempotency/errors.ts';
import { openRedisStore } from '../../src/idempotency/redis.ts';
import { createClock, until } from '../support/clock.ts';
import { freshRedis, hasRedis, redisConnection, redisServer, service } from './stores.ts';
import { classify, createQuickWrite, createWrite, Refused, request } from './writes.ts';

const DAY = 86_400_000;

/** Two replicas that receive the same write. */
async function replicas(options: Parameters<typeof service>[1] = {}) {
  const open = await freshRedis();
  return { one: service(open(), options), other: service(open(), options), ...createWrite() };
}

describe.skipIf(!hasRedis)('idempotency records in Redis', () => {
  test('a replica waits for the result of another replica', async () => {
    const { one, other, write, sent } = await replicas();
    const first = one.once(request(), write, classify);
    await until(() => sent.length === 1);

    const waiting = other.once(request(), write, classify);
    sent[0]?.succeed('one');

    expect(await Promise.all([first, waiting])).toEqual([{ id: 'one' }, { id: 'one' }]);
    expect(sent).toHaveLength(1);
  });

  test('a replica sends the write after the other one reports that nothing happened', async () => {
    const { one, other, write, sent } = await replicas();
    const first = one.once(request(), write, classify);
    await until(() => sent.length === 1);
    const waiting = other.once(request(), write, classify);

    sent[0]?.fail(new Refused());
    await expect(first).rejects.toThrow(Refused);
    await until(() => sent.length === 2);
    sent[1]?.succeed('two');

    await expect(waiting).resolves.toEqual({ id: 'two' });
  });

  test('a replica polls the record of another one at increasing intervals', async () => {
    const { sleep, waits, advance } = createClock();
    const { one, other, write, sent } = await replicas({ sleep });
    const first = one.once(request(), write, classify);
    await until(() => sent.length === 1);
    const waiting = other.once(request(), write, classify);

    const intervals: number[] = [];
    const endWait = async () => {
      await until(() => waits().length === 1);
      const [wait = 0] = waits();
      intervals.push(wait);
      await advance(wait);
    };
    for (let poll = 0; poll < 12; poll++) await endWait();
    sent[0]?.succeed('one');
    await first;
    await endWait();

    await expect(waiting).resolves.toEqual({ id: 'one' });
    expect(intervals[0]).toBeLessThanOrEqual(60);
    expect(intervals.at(-1)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...intervals)).toBeLessThanOrEqual(1200);
  });

  test('a write counts as lost after its lease, until its outcome is recorded', async () => {
    const redis = await redisConnection();
    const { url } = await redisServer();
    const prefix = 'lease:';
    const open = () => openRedisStore({ redis: url, prefix });
    const expireLease = async () => {
      for (const name of await redis.keys(`${prefix}*`)) await redis.hset(name, 'until', 0);
    };
    const { write, sent } = createWrite();
    const first = service(open()).once(request(), write, classify);
    await until(() => sent.length === 1);

    const other = service(open(), { sleep: expireLease });
    await expect(other.once(request(), write, classify)).rejects.toThrow(OutcomeUnknownError);
    sent[0]?.succeed('one');
    await first;

    await expect(other.once(request(), write, classify)).resolves.toEqual({ id: 'one' });
    expect(sent).toHaveLength(1);
  });

  test('a stopping replica aborts its wait for another one', async () => {
    const { sleep, waits } = createClock();
    const { one, other, write, sent } = await replicas({ sleep });
    const first = one.once(request(), write, classify);
    await until(() => sent.length === 1);
    const waiting = expect(other.once(request(), write, classify)).rejects.toThrow('The gateway is stopping');
    await until(() => waits().length === 1);

    await other.dispose();

    await waiting;
    sent[0]?.succeed('one');
    await first;
  });

  test('records expire a day after their first use', async () => {
    const redis = await redisConnection();
    const idempotency = service(openRedisStore({ redis: (await redisServer()).url, prefix: 'day:' }));
    const timeToLive = async () => {
      const [name = ''] = await redis.keys('day:*');
      return await redis.pttl(name);
    };
    let underWay = 0;

    await idempotency.once(request(), async () => (underWay = await timeToLive()), classify);

    for (const milliseconds of [underWay, await timeToLive()]) {
      expect(milliseconds).toBeGreaterThan(DAY - 60_000);
      expect(milliseconds).toBeLessThanOrEqual(DAY);
    }
  });

  test('records contain neither credential nor key nor input', async () => {
    const redis = await redisConnection();
    const idempotency = service(openRedisStore({ redis: (await redisServer()).url, prefix: 'secret:' }));
    const secrets = { tenant: 'tenant-4711', key: 'key-4712', input: { prompt: 'prompt-4713' } };
    await idempotency.once(request(secrets), async () => ({ id: 'id-4714' }), classify);

    const [name = ''] = await redis.keys('secret:*');
    const stored = JSON.stringify([name, await redis.hgetall(name)]);

    expect(stored).toContain('id-4714');
    expect(stored).not.toMatch(/471[123]/);
  });

  test('a record that Redis lost is recreated when its write ends', async () => {
    const { one, other, write, sent } = await replicas();
    const first = one.once(request(), write, classify);
    await until(() => sent.length === 1);
    await (await redisConnection()).flushall();

    sent[0]?.succeed('one');
    await first;

    await expect(other.once(request(), write, classify)).resolves.toEqual({ id: 'one' });
  });

  test('a record in an unknown format is rejected, and nothing is sent', async () => {
    const redis = await redisConnection();
    const idempotency = service(openRedisStore({ redis: (await redisServer()).url, prefix: 'foreign:' }));
    const { write, sent } = createQuickWrite();
    await idempotency.once(request(), write, classify);
    const [name = ''] = await redis.keys('foreign:*');

    await redis.hset(name, 'state', 'odd');
    await expect(idempotency.once(request(), write, classify)).rejects.toThrow('its state is "odd"');
    await redis.set(name, 'text');
    await expect(idempotency.once(request(), write, classify)).rejects.toThrow(/StoreError|WRONGTYPE/);
    expect(sent).toHaveLength(1);
  });

  test('the store opens its own connection with the settings of a given one', async () => {
    const given = new Redis((await redisServer()).url, { keyPrefix: 'given:', maxRetriesPerRequest: null });
    onTestFinished(() => given.disconnect());
    const idempotency = service(openRedisStore({ redis: given, prefix: 'own:' }));
    await idempotency.once(request(), createQuickWrite().write, classify);
    await idempotency.dispose();

    expect(await (await redisConnection()).keys('given:own:*')).toHaveLength(1);
    expect(await given.ping()).toBe('PONG');
  });
});
