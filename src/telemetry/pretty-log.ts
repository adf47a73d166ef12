import pino, { type Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { describeError, LOST_LINES } from './log.ts';
import { createLogOutput } from './log-output.ts';

/** Each line is written at once, so that none is lost or late when the process ends. */
const UNBUFFERED = { sync: true, minLength: 0, maxWrite: 16_384, periodicFlush: 0 };

/** A log for people: one line each, in color. */
export function createPrettyLog(level: string): Logger {
  const prettify = prettyFactory({
    colorize: true,
    singleLine: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  });
  const output = createLogOutput(UNBUFFERED, (lines) => log.error({ lines }, LOST_LINES));
  // pino calls `flushSync` after a fatal error.
  const stream = { write: (line: string) => output.write(prettify(line)), flushSync: output.flushSync };
  const log = pino({ level, serializers: { err: describeError } }, stream);
  return log;
}
