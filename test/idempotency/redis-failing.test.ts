import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StoreError } from '../../src/idempotency/errors.ts';
import { openRedisStore } from '../../src/idempotency/redis.ts';
import { findRedisServer, startRedis } from '../support/redis.ts';
import { hasRedis, service } from './stores.ts';
import { classify, createQuickWrite, request } from './writes.ts';

/** A Redis server of one test, which may stop it. */
async function ownRedis(options?: readonly string[]) {
  const server = await startRedis(findRedisServer(process.env) ?? '', options);
  onTestFinished(() => server.stop());
  return server;
}

describe.skipIf(!hasRedis)('failures of Redis', () => {
  test('a failure during the write does not affect its result', async () => {
    const server = await ownRedis();
    const reported: StoreError[] = [];
    const store = openRedisStore({ redis: server.url, timeout: 200 });
    const idempotency = service(store, { onError: (error) => reported.push(error) });
    const write = async () => {
      await server.stop();
      return { id: 'one' };
    };

    await expect(idempotency.once(request(), write, classify)).resolves.toEqual({ id: 'one' });

    expect(reported).toMatchObject([{ name: 'StoreError', sent: true }]);
  });

  test('a failed authentication is reported without the password', async () => {
    const { port } = await ownRedis(['--requirepass', 'right']);
    const idempotency = service(openRedisStore({ redis: `redis://:secret-4711@127.0.0.1:${port}`, timeout: 1000 }));

    const error = await idempotency
      .once(request(), createQuickWrite().write, classify)
      .catch((error: unknown) => error);

    expect(error).toBeInstanceOf(StoreError);
    expect(String(error)).toMatch(/WRONGPASS|NOAUTH/);
    for (let cause = error; cause instanceof Error; cause = cause.cause) {
      expect(JSON.stringify([cause.message, cause.stack, cause])).not.toContain('4711');
    }
  });
});

describe('an unavailable Redis', () => {
  test.each([
    ['does not respond', true],
    ['refuses connections', false],
  ])('the write is not sent when Redis %s', async (_, listens) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const close = () => server.close();
    if (listens) onTestFinished(() => void close());
    else await once(close(), 'close');
    const { write, sent } = createQuickWrite();
    const idempotency = service(openRedisStore({ redis: `redis://127.0.0.1:${port}`, timeout: 100 }));

    const refused = idempotency.once(request(), write, classify);

    await expect(refused).rejects.toMatchObject({ name: 'StoreError', sent: false });
    await expect(refused).rejects.toThrow(/nothing was sent.*Redis: /);
    expect(sent).toEqual([]);
  });
});
