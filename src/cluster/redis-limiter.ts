import type { SharedLimit } from './broker.ts';
import { limiterOptions } from './limiter.ts';

/**
 * Options of a limit that is counted in Redis. The library counts in whole seconds, and never forgets what it counted
 * within less than one. So it is given the duration in milliseconds, which its script receives unchanged.
 */
export function sharedLimiterOptions(limit: SharedLimit) {
  const options = limiterOptions(limit);
  return {
    ...options,
    keyPrefix: `flair:limit:${limit.id}`,
    duration: Math.max(1, Math.ceil(options.duration * 1_000)),
    customIncrTtlLuaScript: COUNT,
  };
}

/** Adds to a counter that expires after a duration in milliseconds. Returns its value, and the time until then. */
const COUNT = `
  local consumed = redis.call('INCRBY', KEYS[1], ARGV[1])
  local left = redis.call('PTTL', KEYS[1])
  if left < 0 then
    left = tonumber(ARGV[2])
    redis.call('PEXPIRE', KEYS[1], left)
  end
  return { consumed, left }
`;
