import type { Redis } from 'ioredis';
import { openConnection, type RedisTimeouts } from '../cluster/redis-connection.ts';
import { startTimer as realStartTimer, type StartTimer } from '../util/timers.ts';
import type { Claim, ExistingRecord, IdempotencyStore } from './store.ts';

export interface RedisStoreOptions {
  /** URL of the server, the Sentinels or the Cluster, or a connection whose settings are copied to a connection of the store's own. */
  redis: string | Redis;
  /** Prefix of the key of every record. @default idempotency: */
  prefix?: string;
  /** Maximum duration of one command, including connecting and retries, in milliseconds. @default 5_000 */
  timeout?: number;
  /** @default real time */
  startTimer?: StartTimer;
}

// Leases follow the server's clock, so the clocks of the replicas may differ.
const CLAIM = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local token, input, state, result, ends = unpack(redis.call('HMGET', KEYS[1], 'token', 'input', 'state', 'result', 'until'))
  if token and token ~= ARGV[1] then return { state, input, result, (tonumber(ends) or 0) - now } end
  redis.call('HSET', KEYS[1], 'token', ARGV[1], 'input', ARGV[2], 'state', 'under-way', 'until', string.format('%.0f', now + ARGV[3]))
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return { 'claimed' }
`;

const RECORD_OUTCOME = `
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
 * Records in Redis, for a gateway with several processes. Redis must have `maxmemory-policy noeviction`, and
 * `appendonly yes` for the records to survive a restart.
 */
export function openRedisStore({
  redis,
  prefix = 'idempotency:',
  timeout = 5_000,
  startTimer = realStartTimer,
}: RedisStoreOptions): IdempotencyStore {
  const timeouts: RedisTimeouts = {
    commandTimeout: timeout,
    connectTimeout: timeout,
    maxRetriesPerRequest: 3,
    enableOfflineQueue: true,
  };
  const connection = typeof redis === 'string' ? openConnection(redis, timeouts) : redis.duplicate(timeouts);
  let connectionError: string | undefined;
  connection.on('error', (error: Error) => {
    connectionError = error.message;
  });
  connection.on('ready', () => {
    connectionError = undefined;
  });

  const run = async (script: string, { id }: Claim, ...values: (string | number)[]): Promise<unknown> => {
    let stopTimer = () => {};
    // Commands to a Cluster wait for its nodes without a timeout of their own.
    const late = new Promise<never>((_, reject) => {
      stopTimer = startTimer(timeout, () => reject(new Error('Command timed out')));
    });
    try {
      return await Promise.race([connection.eval(script, 1, prefix + id, ...values), late]);
    } catch (error) {
      // Without a cause: errors of the driver contain the command, and so the password after a failed AUTH.
      const message = error instanceof Error ? error.message : error;
      throw new Error(`Redis: ${message}${connectionError ? ` (${connectionError})` : ''}.`);
    } finally {
      stopTimer();
    }
  };

  return {
    claim: async (claim) =>
      parseClaimReply(await run(CLAIM, claim, claim.token, claim.input, claim.lease, claim.lifetime)),
    async recordOutcome(claim, outcome) {
      const { token, input, lifetime } = claim;
      const result = outcome.state === 'done' ? outcome.result : '';
      const updated = await run(RECORD_OUTCOME, claim, token, input, outcome.state, result, lifetime);
      if (updated !== 1) throw new Error('The record belongs to another claim: the record of this one had expired.');
    },
    async release(claim) {
      await run(RELEASE, claim, claim.token);
    },
    async close() {
      connection.disconnect();
    },
  };
}

function parseClaimReply(reply: unknown): { state: 'claimed' } | ExistingRecord {
  const [state, input, result, leaseLeft]: unknown[] = Array.isArray(reply) ? reply : [];
  if (state === 'claimed') return { state };
  if (typeof input === 'string') {
    if (state === 'under-way' && typeof leaseLeft === 'number') return { state, input, leaseLeft };
    if (state === 'unknown') return { state, input };
    if (state === 'done' && typeof result === 'string') return { state, input, result };
  }
  throw new Error(
    `Expected an idempotency record of this gateway in Redis, but its state is ${JSON.stringify(state)}.`,
  );
}
