import type { SharedLimit } from './broker.ts';
import { limiterOptions } from './limiter.ts';

/**
 * Options of a limit that is counted in Redis. The library counts in whole seconds, and never forgets what it counted
 * within less than one: so the script counts in milliseconds, and the time is at least a second.
 */
export function sharedLimiterOptions(limit: SharedLimit) {
  const { points, duration } = limiterOptions(limit);
  const scale = Math.max(1, 1 / duration);
  return {
    keyPrefix: `flair:limit:${limit.id}`,
    points: Math.max(1, Math.round(points * scale)),
    duration: duration * scale,
    customIncrTtlLuaScript: COUNT,
  };
}

const COUNT = `
  local consumed = redis.call('INCRBY', KEYS[1], ARGV[1])
  local left = redis.call('PTTL', KEYS[1])
  if left < 0 then
    left = math.ceil(ARGV[4] * 1000)
    redis.call('PEXPIRE', KEYS[1], left)
  end
  return { consumed, left }
`;
