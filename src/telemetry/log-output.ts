import pino from 'pino';
import { monotonicNow } from '../util/clocks.ts';

type Destination = ReturnType<typeof pino.destination>;

/** Time without a further attempt after the output could not be written, in milliseconds. */
const PAUSE = 1_000;
/** Maximum size of the lines that wait for a slow reader, in bytes. Further ones are lost. */
const MAX_WAITING = 16_777_216;

export interface LogOutputOptions {
  sync: boolean;
  minLength: number;
  maxWrite: number;
  periodicFlush: number;
}

/** The output of a log. What cannot be written is lost: the process must neither wait for a full disk nor end because of it. */
export interface LogOutput {
  write(line: string): void;
  flushSync(): void;
}

/** @param onRecovered Called with the number of lost lines, once lines can be written again. */
export function createLogOutput(options: LogOutputOptions, onRecovered: (lost: number) => void): LogOutput {
  let lost = 0;
  let retryAt = 0;
  let destination: Destination | undefined = open();

  function open(): Destination {
    // Buffers are kept as a list. Buffered text would be concatenated, and copied as a whole, with every line.
    const opened = pino.destination({ ...options, maxLength: MAX_WAITING, contentMode: 'buffer' });
    opened.on('drop', () => void lost++);
    opened.on('error', (error: NodeJS.ErrnoException) => {
      // The reader has gone, and pino writes nothing any more.
      if (error.code === 'EPIPE' || destination !== opened) return;
      // Otherwise its buffer would be flushed at the end of the process, which retries forever.
      opened.destroy();
      destination = undefined;
      lost++;
      retryAt = monotonicNow() + PAUSE;
    });
    return opened;
  }

  return {
    write(line) {
      if (!destination) {
        if (monotonicNow() < retryAt) {
          lost++;
          return;
        }
        destination = open();
      }
      const before = lost;
      Reflect.apply(destination.write, destination, [Buffer.from(line)]);
      // A line that is lost now has been counted: the report would be lost as well, and so on without end.
      if (lost === 0 || lost !== before) return;
      const reported = lost;
      lost = 0;
      onRecovered(reported);
    },
    flushSync: () => destination?.flushSync(),
  };
}
