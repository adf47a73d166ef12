import pino, { type Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { describeError } from './log.ts';

/** A log for people: one line each, in color. Each line is written at once. */
export function createPrettyLog(level: string): Logger {
  const prettify = prettyFactory({
    colorize: true,
    singleLine: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  });
  const output = pino.destination({ sync: true });
  return pino(
    { level, serializers: { err: describeError } },
    { write: (line: string) => void output.write(prettify(line)) },
  );
}
