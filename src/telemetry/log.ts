import pino, { type Logger } from 'pino';

/**
 * Lines are written together, at the latest after so many milliseconds: one by one they would cost as much as the answers
 * that they tell of. What ends the program is written at once.
 */
const TOGETHER = { sync: false, minLength: 65_536, maxWrite: 131_072, periodicFlush: 200 };

/**
 * The log of the process, on its standard output.
 *
 * @param level The least that is written of what there is to say: one of pino's levels.
 */
export function createLog(level: string): Logger {
  // As bytes: what waits is then a list. As text it would be joined, and copied as a whole, with every line.
  const output = pino.destination({ ...TOGETHER, contentMode: 'buffer' });
  const write = (line: string) => void Reflect.apply(output.write, output, [Buffer.from(line)]);
  return pino({ level }, Object.assign({ write }, { flushSync: () => output.flushSync() }));
}
