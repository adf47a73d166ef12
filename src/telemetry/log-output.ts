import pino from 'pino';
import { monotonicNow } from '../util/clocks.ts';

type Destination = ReturnType<typeof pino.destination>;

/** Time without a further attempt after the output could not be written, in milliseconds. */
const PAUSE = 1_000;
/** Number of attempts, 100 ms apart, after which a process that waits for its output gives up a reader that reads nothing. */
const MAX_ATTEMPTS = 20;
/** Maximum size of the lines that wait for a slow reader, in bytes. Further ones are lost. */
const MAX_WAITING = 16_777_216;

export interface LogOutputOptions {
  sync: boolean;
  minLength: number;
  maxWrite: number;
  periodicFlush: number;
}

/** The output of a log. Lines that cannot be written are lost: a full disk neither stops nor ends the process. */
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
    const patience = new Patience(options.sync);
    // Buffers are kept as a list. Buffered text would be concatenated, and copied as a whole, with every line.
    const opened = pino.destination({
      ...options,
      maxLength: MAX_WAITING,
      contentMode: 'buffer',
      retryEAGAIN: (_, unwritten, waiting) => patience.isLeft(unwritten + waiting),
    });
    const flushSync = opened.flushSync.bind(opened);
    // pino calls it after a fatal error, and at the end of the process.
    opened.flushSync = () => {
      patience.isLimited = true;
      try {
        flushSync();
      } catch {
        abandon();
      }
      patience.isLimited = options.sync;
    };
    opened.on('drop', () => void lost++);
    opened.on('error', ({ code }: NodeJS.ErrnoException) => {
      // The reader has gone, and pino writes nothing any more.
      if (code !== 'EPIPE') abandon();
    });
    return opened;

    /** Gives up the waiting lines. */
    function abandon(): void {
      if (destination !== opened) return;
      opened.destroy();
      destination = undefined;
      lost++;
      retryAt = monotonicNow() + PAUSE;
    }
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

/** Decides whether a write is attempted again although the reader has made no room for it. */
class Patience {
  /** True while the process waits for the write. Otherwise there is no limit. */
  isLimited: boolean;
  #unwritten = 0;
  #attempts = 0;

  constructor(isLimited: boolean) {
    this.isLimited = isLimited;
  }

  /** @param unwritten Number of bytes that wait. If it changes, the reader is slow, but reads. */
  isLeft(unwritten: number): boolean {
    if (!this.isLimited) return true;
    this.#attempts = unwritten === this.#unwritten ? this.#attempts + 1 : 0;
    this.#unwritten = unwritten;
    return this.#attempts < MAX_ATTEMPTS;
  }
}
