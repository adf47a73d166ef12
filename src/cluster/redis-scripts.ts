import type { Result } from 'ioredis';
import type { RedisConnection } from './redis-connection.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** @see STORE */
    flairStore(keys: number, ...keysAndValues: (string | number)[]): Result<null, Context>;
    /** @see READ */
    flairRead(keys: number, ...names: string[]): Result<([value: string, left: number] | 0)[], Context>;
    /** @see PUBLISH */
    flairPublish(key: string, channel: string, message: string): Result<number, Context>;
    /** @see EPOCH */
    flairEpoch(key: string): Result<string, Context>;
  }
}

/**
 * Stores values as `lifetime\nversion\nvalue`, each unless a newer version is stored, then publishes a message. The
 * arguments are the channel (empty: no message), the message, and a lifetime, a version and a value for each key.
 * Versions are compared by bytes, because Lua compares strings by the locale of the server.
 */
const STORE = `
  local function isNewer(one, other)
    for i = 1, math.min(#one, #other) do
      local a, b = one:byte(i), other:byte(i)
      if a ~= b then return a > b end
    end
    return #one > #other
  end
  for i, key in ipairs(KEYS) do
    local lifetime, version, value = ARGV[3 * i], ARGV[3 * i + 1], ARGV[3 * i + 2]
    local known = version ~= '' and redis.call('GET', key)
    local knownVersion = known and known:match('^%d+\\n([^\\n]*)\\n')
    if not (knownVersion and isNewer(knownVersion, version)) then
      redis.call('SET', key, lifetime .. '\\n' .. version .. '\\n' .. value, 'PX', lifetime)
    end
  end
  if ARGV[1] ~= '' then redis.call('PUBLISH', ARGV[1], ARGV[2]) end
`;

/** Reads values with the time until they expire, in milliseconds; 0 for a missing one. */
const READ = `
  local found = {}
  for i, key in ipairs(KEYS) do
    local value = redis.call('GET', key)
    found[i] = value and { value, redis.call('PTTL', key) } or 0
  end
  return found
`;

/** Publishes through the node of a Cluster that has the key, so that messages keep their order. */
const PUBLISH = `return redis.call('PUBLISH', ARGV[1], ARGV[2])`;

/** The time of the server in microseconds, or one more than the last result, if the server or its clock has changed. */
const EPOCH = `
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local last = tonumber(redis.call('GET', KEYS[1]) or 0)
  local epoch = string.format('%.0f', math.max(now, last + 1))
  redis.call('SET', KEYS[1], epoch)
  return epoch
`;

/** Defines the scripts as commands of the connection. */
export function defineScripts(connection: RedisConnection): void {
  connection.defineCommand('flairStore', { lua: STORE });
  connection.defineCommand('flairRead', { lua: READ, readOnly: true });
  connection.defineCommand('flairPublish', { lua: PUBLISH, numberOfKeys: 1 });
  connection.defineCommand('flairEpoch', { lua: EPOCH, numberOfKeys: 1 });
}
