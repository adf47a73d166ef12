import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { createLog } from '../telemetry/log.ts';

/** @param isShared True if other processes write to the same output. @default false */
export async function openLog(
  { logLevel, logFormat, isProduction }: Config,
  { isShared = false } = {},
): Promise<Logger> {
  const format = logFormat ?? (process.stdout.isTTY && !isProduction ? 'pretty' : 'json');
  if (format === 'json') return createLog(logLevel, { isShared });
  const { createPrettyLog } = await import('../telemetry/pretty-log.ts');
  return createPrettyLog(logLevel);
}
