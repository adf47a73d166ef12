import { openConnection } from './redis-connection.ts';
import { describeRedisError } from './redis-health.ts';

/** Time for each step of the check, in milliseconds. */
const STEP_TIME = 3_000;

/**
 * Writes a value to Redis that expires at once, which fails also if Redis is full or read-only.
 *
 * @returns Why Redis cannot be used; undefined if it can.
 */
export async function checkRedis(url: string): Promise<string | undefined> {
  const connection = openConnection(url, {
    commandTimeout: STEP_TIME,
    connectTimeout: STEP_TIME,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: true,
  });
  let lastError: unknown;
  connection.on('error', (error) => {
    lastError ??= error;
  });
  try {
    await connection.set('flair-gateway:check', '', 'PX', 1);
    return undefined;
  } catch (error) {
    return describeRedisError(lastError ?? error);
  } finally {
    connection.disconnect();
  }
}
