import { Redis, type RedisOptions } from 'ioredis';
import type { Claim, IdempotencyStore, Recorded } from './store.ts';

export interface RedisStoreOptions {
  /** Address of the server, or a connection whose settings the store's own connection takes over. */
  redis: string | Redis;
  /** Before the name of every record. @default idempotency: */
  prefix?: string;
  /** How long one command may take, with connecting and repetitions, in milliseconds. @default 5_000 */
  timeout?: number;
}

// The server's clock decides about leases, so that those of the replicas need not agree.
const CLAIM = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local token, input, state, result, ends = unpack(redis.call('HMGET', KEYS[1], 'token', 'input', 'state', 'result', 'until'))
  if token and token ~= ARGV[1] then return { state, input, result, (tonumber(ends) or 0) - now } end
  redis.call('HSET', KEYS[1], 'token', ARGV[1], 'input', ARGV[2], 'state', 'under-way', 'until', string.format('%.0f', now + ARGV[3]))
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return { 'claimed' }
`;

const SETTLE = `
  local token = redis.call('HGET', KEYS[1], 'token')
  if token and token ~= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], 'token', ARGV[1], 'input', ARGV[2], 'state', ARGV[3], 'result', ARGV[4])
  if not token then redis.call('PEXPIRE', KEYS[1], ARGV[5]) end
  return 1
`;

const RELEASE = `
  if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
  return 0
`;

/**
 * Records in Redis, for a gateway of several processes. They are as durable as that Redis makes them: it needs
 * `maxmemory-policy noeviction`, and `appendonly yes` to remember them over a restart.
 */
export function openRedisStore({
  redis,
  prefix = 'idempotency:',
  timeout = 5_000,
}: RedisStoreOptions): IdempotencyStore {
  const bounds: RedisOptions = { commandTimeout: timeout, connectTimeout: timeout, maxRetriesPerRequest: 3 };
  const connection = typeof redis === 'string' ? new Redis(redis, bounds) : redis.duplicate(bounds);
  let broken: string | undefined;
  connection.on('error', (error: Error) => {
    broken = error.message;
  });
  connection.on('ready', () => {
    broken = undefined;
  });

  const run = async (script: string, { id }: Claim, ...values: (string | number)[]): Promise<unknown> => {
    try {
      return await connection.eval(script, 1, prefix + id, ...values);
    } catch (error) {
      // Not as its cause: errors of the driver carry the command, that of a refused AUTH the password.
      throw new Error(`Redis: ${error instanceof Error ? error.message : error}${broken ? ` (${broken})` : ''}.`);
    }
  };

  return {
    claim: async (claim) => standing(await run(CLAIM, claim, claim.token, claim.input, claim.lease, claim.lifetime)),
    async settle(claim, outcome) {
      const { token, input, lifetime } = claim;
      const result = outcome.state === 'done' ? outcome.result : '';
      const settled = await run(SETTLE, claim, token, input, outcome.state, result, lifetime);
      if (settled !== 1) throw new Error('Another claim has the record: this one had outlived its own.');
    },
    async release(claim) {
      await run(RELEASE, claim, claim.token);
    },
    async close() {
      connection.disconnect();
    },
  };
}

function standing(reply: unknown): { state: 'claimed' } | Recorded {
  const [state, input, result, leaseLeft]: unknown[] = Array.isArray(reply) ? reply : [];
  if (state === 'claimed') return { state };
  if (typeof input === 'string') {
    if (state === 'under-way' && typeof leaseLeft === 'number') return { state, input, leaseLeft };
    if (state === 'unknown') return { state, input };
    if (state === 'done' && typeof result === 'string') return { state, input, result };
  }
  throw new Error(`A record in Redis is not one of this gateway: its state is ${JSON.stringify(state)}.`);
}
