import pino, { type Logger } from 'pino';
import { shorten } from './util/shorten.ts';

/**
 * Lines are buffered and flushed at intervals, in milliseconds: written one by one they would cost as much as the
 * responses that they record. Fatal errors are flushed at once.
 */
const BUFFERING = { sync: false, minLength: 65_536, maxWrite: 131_072, periodicFlush: 200 };

/**
 * Size of one write to an output that several processes share, in bytes: a pipe does not mix writes up to this size
 * with those of others (PIPE_BUF of Linux).
 */
const ATOMIC_WRITES = { minLength: 2_048, maxWrite: 4_096 };

/** Maximum length of an error's logged texts, in characters: they may quote what clients or the upstream have sent. */
const MAX_TEXT_LENGTH = 8_000;

function describeError(error: Error): object {
  const described: object = pino.stdSerializers.err(error);
  if (typeof described !== 'object') return described;
  const entries = Object.entries(described).map(([name, value]) => [
    name,
    typeof value === 'string' ? shorten(value, MAX_TEXT_LENGTH) : value,
  ]);
  return Object.fromEntries(entries);
}

/**
 * The log of the process, on its standard output.
 *
 * @param level Minimum severity of the lines that are written: one of pino's levels.
 * @param isShared True if other processes write to the same output. @default false
 */
export function createLog(level: string, { isShared = false }: { isShared?: boolean } = {}): Logger {
  const buffering = isShared ? { ...BUFFERING, ...ATOMIC_WRITES } : BUFFERING;
  // Buffers are kept as a list. Buffered text would be concatenated, and copied as a whole, with every line.
  const output = pino.destination({ ...buffering, contentMode: 'buffer' });
  const write = (line: string) => void Reflect.apply(output.write, output, [Buffer.from(line)]);
  return pino(
    { level, serializers: { err: describeError } },
    Object.assign({ write }, { flushSync: () => output.flushSync() }),
  );
}
