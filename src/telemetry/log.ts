import pino, { type Logger } from 'pino';
import { wallClockNow } from '../util/clocks.ts';
import { shorten } from '../util/shorten.ts';
import { createLogOutput, type LogOutput } from './log-output.ts';
import { nameSources } from './source-positions.ts';

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

/** Message of the line that reports lost ones. */
export const LOST_LINES = 'lines of the log are lost: its output cannot be written, or is read too slowly';

/** An error as it is logged, with shortened texts, and positions in the sources. */
export const describeError = (error: Error): object => describeTexts(pino.stdSerializers.err(error)) as object;

/** @param described An error as pino describes it, a part of such a description, or any other value that was thrown. */
function describeTexts(described: unknown, name?: string): unknown {
  if (typeof described === 'string') {
    const text = shorten(described, MAX_TEXT_LENGTH);
    return name === 'stack' ? nameSources(text) : text;
  }
  if (name === 'aggregateErrors' && Array.isArray(described)) return described.map((each) => describeTexts(each));
  if (name !== undefined || typeof described !== 'object' || described === null) return described;
  return Object.fromEntries(Object.entries(described).map(([key, value]) => [key, describeTexts(value, key)]));
}

/**
 * The log of the process, on its standard output.
 *
 * @param level Minimum severity of the lines that are written: one of pino's levels.
 * @param isShared True if other processes write to the same output. @default false
 */
export function createLog(level: string, { isShared = false }: { isShared?: boolean } = {}): Logger {
  const buffering = isShared ? { ...BUFFERING, ...ATOMIC_WRITES } : BUFFERING;
  const output = createLogOutput(buffering, (lines) => log.error({ lines }, LOST_LINES));
  const log = pino({ level, serializers: { err: describeError } }, output);
  outputs.set(log, output);
  return log;
}

/** The outputs of logs. */
const outputs = new WeakMap<Logger, LogOutput>();

/**
 * Returns a function that writes a line at info as the log does, for lines without errors that follow every request: with its
 * own output, in half the time (docs/decisions/0053).
 *
 * @returns Its message must not need escapes.
 */
export function infoWriter(log: Logger): (fields: Readonly<Record<string, unknown>>, message: string) => void {
  const output = outputs.get(log);
  if (!output) return (fields, message) => log.info(fields, message);
  const level = `{"level":${log.levels.values.info},"time":`;
  // The fields of every line, as pino has serialized them, with a comma before each.
  const base = String(Reflect.get(log, pino.symbols.chindingsSym));
  return (fields, message) => {
    let text = `${level}${wallClockNow()}${base}`;
    // Not `Object.entries` and `JSON.stringify` of the whole, which cost more.
    for (const name in fields) {
      const value = fields[name];
      if (value !== undefined) text += `,"${name}":${textOf(value)}`;
    }
    output.write(`${text},"msg":"${message}"}\n`);
  };
}

/** Printable ASCII that needs no escapes. */
const PLAIN = /^[ !#-[\]-~]*$/;

function textOf(value: unknown): string {
  if (typeof value === 'string') return PLAIN.test(value) ? `"${value}"` : JSON.stringify(value);
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
