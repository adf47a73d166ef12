import type { Logger } from 'pino';
import type { StartTimer } from '../util/timers.ts';
import { BrokerError, type BrokerProblem } from './broker.ts';

export interface RedisHealthOptions {
  /** Checks once whether Redis works, within about a second. @returns Why it does not; undefined if it does. */
  probe: () => Promise<string | undefined>;
  startTimer: StartTimer;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** Pause between two probes while Redis works, in milliseconds. */
const PAUSE = 750;
/** Pause between two probes while it does not, in milliseconds. */
const RECOVERY_PAUSE = 250;

/** State of Redis, from regular probes. Logs once when it stops working, and once when it works again. */
export class RedisHealth {
  readonly #options: RedisHealthOptions;
  readonly #listeners = new Set<() => void>();
  #problem: BrokerProblem | undefined;
  #probing: Promise<void> | undefined;
  #stopTimer = () => {};
  /** False before the first probe, and after the end. */
  #isRunning = false;

  constructor(options: RedisHealthOptions) {
    this.#options = options;
  }

  get problem(): BrokerProblem | undefined {
    return this.#problem;
  }

  /** Calls a listener when the problem appears or disappears. @returns Removes it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Probes for the first time, then regularly. */
  async start(): Promise<void> {
    this.#isRunning = true;
    await this.#probe();
  }

  /** Probes now, because something has failed, unless the problem is known. */
  suspect(): void {
    if (!this.#problem && this.#isRunning) void this.#probe();
  }

  async #probe(): Promise<void> {
    this.#stopTimer();
    this.#probing ??= this.#probeOnce().finally(() => {
      this.#probing = undefined;
    });
    await this.#probing;
  }

  /** Runs a command, unless Redis does not work. @throws BrokerError without credentials. */
  async run<Result>(command: () => Promise<Result>): Promise<Result> {
    if (this.#problem) throw new BrokerError(this.#problem.cause);
    let stopTimer = () => {};
    const timeout = new Promise<never>((_, reject) => {
      stopTimer = this.#options.startTimer(COMMAND_TIME, () => reject(new Error('Command timed out')));
    });
    try {
      return await Promise.race([command(), timeout]);
    } catch (error) {
      this.suspect();
      // Without a cause: errors of the driver contain the command.
      throw new BrokerError(`Redis: ${describeRedisError(error)}`);
    } finally {
      stopTimer();
    }
  }

  stop(): void {
    this.#isRunning = false;
    this.#stopTimer();
    this.#listeners.clear();
  }

  async #probeOnce(): Promise<void> {
    const cause = await this.#options.probe();
    if (!this.#isRunning) return;
    this.#update(cause);
    this.#stopTimer = this.#options.startTimer(this.#problem ? RECOVERY_PAUSE : PAUSE, () => void this.#probe());
  }

  #update(cause: string | undefined): void {
    const { log, now } = this.#options;
    const before = this.#problem;
    if (cause === undefined) this.#problem = undefined;
    // An earlier cause may be the reason why there is no connection now.
    else if (!before || cause !== NOT_CONNECTED) this.#problem = { since: before?.since ?? new Date(now()), cause };
    if (!before === !this.#problem) return;
    const problem = 'redis';
    if (this.#problem) {
      log.warn({ problem, state: 'begins', cause }, 'Redis does not work: this replica continues on its own');
    } else if (before) {
      const seconds = Math.round((now() - before.since.getTime()) / 100) / 10;
      log.info({ problem, state: 'ended', seconds }, 'ended: Redis does not work');
    }
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Maximum duration of a command with everything around it, in milliseconds: longer than the driver's own timeout. */
const COMMAND_TIME = 1_500;

/** Describes an error of the driver or of the server, without credentials. */
export function describeRedisError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { lastNodeError } = error as { lastNodeError?: unknown };
  if (lastNodeError instanceof Error) return describeRedisError(lastNodeError);
  // A host with several addresses, none of which responds.
  if (error instanceof AggregateError && error.message === '') return describeRedisError(error.errors[0]);
  if (error.message.includes('Command timed out')) return 'no reply in time';
  if (NOT_CONNECTED_MESSAGE.test(error.message)) return NOT_CONNECTED;
  return error.message;
}

/** Cause if there is no connection, and the reason is unknown. */
export const NOT_CONNECTED = 'not connected';

const NOT_CONNECTED_MESSAGE =
  /enableOfflineQueue|Connection is closed|max retries per request|None of startup nodes|Cluster is ended|isn't ready/i;
