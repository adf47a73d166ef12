import type { Logger } from 'pino';
import { shorten } from '../util/shorten.ts';
import type { StartTimer } from '../util/timers.ts';

/** A condition that makes operations fail. Its beginning and its end are logged once, whatever happens in between. */
export interface Problem {
  readonly name: string;
  /** Start of the current occurrence, by the monotonic clock, in milliseconds; undefined while there is none. */
  readonly since: number | undefined;
  /** Something has failed because of it. Logs the first time, and each further cause once. */
  readonly occur: (error: unknown) => void;
  /** Something that it prevents has succeeded. */
  readonly succeed: () => void;
}

export interface ProblemOptions {
  /** Sentence that is logged at its beginning. */
  message: string;
  /** The same as an `error` line instead of a warning: only an operator can solve it. @default false */
  isLocal?: boolean;
  /** Time without a failure after which it has ended, in milliseconds. @default {@link QUIET_TIME} */
  quietTime?: number;
  /** True if it ends only after a success. @default it ends after that time */
  needsSuccess?: boolean;
}

/** Time without a failure after which a problem has ended, in milliseconds: a condition that comes and goes is one problem. */
export const QUIET_TIME = 30_000;

/** Maximum number of causes that are logged for one occurrence. */
const MAX_CAUSES = 10;

export interface ProblemsOptions {
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  startTimer: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** The problems of a gateway. */
export class Problems {
  readonly #options: ProblemsOptions;
  readonly #problems: LoggedProblem[] = [];

  constructor(options: ProblemsOptions) {
    this.#options = options;
  }

  /** @param name Short name, for logs and metrics. */
  create(name: string, options: ProblemOptions): Problem {
    const problem = new LoggedProblem(name, options, this.#options);
    this.#problems.push(problem);
    return problem;
  }

  get all(): readonly Problem[] {
    return this.#problems;
  }
}

class LoggedProblem implements Problem {
  readonly name: string;
  readonly #options: ProblemOptions;
  readonly #context: ProblemsOptions;
  #since: number | undefined;
  #lastAt = 0;
  #failures = 0;
  #hasSucceeded = false;
  #isTimerRunning = false;
  readonly #causes = new Set<string>();

  constructor(name: string, options: ProblemOptions, context: ProblemsOptions) {
    this.name = name;
    this.#options = options;
    this.#context = context;
  }

  get since(): number | undefined {
    return this.#since;
  }

  readonly occur = (error: unknown): void => {
    this.#lastAt = this.#context.monotonicNow();
    this.#failures++;
    this.#hasSucceeded = false;
    const isNew = this.#since === undefined;
    this.#since ??= this.#lastAt;
    if (!this.#options.needsSuccess) this.#startTimer();
    const cause = describeCause(error);
    const kind = codeOf(innermostOf(error)) ?? cause;
    if (this.#causes.has(kind) || this.#causes.size === MAX_CAUSES) return;
    this.#causes.add(kind);
    const line = { problem: this.name, state: isNew ? 'begins' : 'continues', cause };
    const { log } = this.#context;
    if (this.#options.isLocal) log.error(line, this.#options.message);
    else log.warn(line, this.#options.message);
  };

  readonly succeed = (): void => {
    if (this.#since === undefined || this.#hasSucceeded) return;
    this.#hasSucceeded = true;
    this.#startTimer();
  };

  /** Checks whether it has ended, once no failure has followed for some time. */
  #startTimer(): void {
    if (this.#isTimerRunning) return;
    const { quietTime = QUIET_TIME } = this.#options;
    const remaining = this.#lastAt + quietTime - this.#context.monotonicNow();
    if (remaining <= 0) {
      this.#end();
      return;
    }
    this.#isTimerRunning = true;
    const failures = this.#failures;
    this.#context.startTimer(remaining, () => {
      this.#isTimerRunning = false;
      // With `needsSuccess`, the next success starts the timer again.
      if (this.#options.needsSuccess && !this.#hasSucceeded) return;
      // Not by the clock, which may differ from the timer by a fraction: it would start again at once.
      if (this.#failures === failures) this.#end();
      else this.#startTimer();
    });
  }

  #end(): void {
    const since = this.#since ?? this.#lastAt;
    const seconds = Math.round((this.#lastAt - since) / 100) / 10;
    this.#context.log.info(
      { problem: this.name, state: 'ended', seconds, failures: this.#failures },
      `ended: ${this.#options.message}`,
    );
    this.#since = undefined;
    this.#failures = 0;
    this.#causes.clear();
  }
}

/** An error and its causes, from the outermost to the innermost. */
export function describeCauses(error: unknown): string {
  const texts: string[] = [];
  let cause = error;
  for (; cause instanceof Error && texts.length < 8; cause = cause.cause) texts.push(cause.message);
  return shorten(texts.length > 0 ? texts.join(': ') : String(error), MAX_CAUSE_LENGTH);
}

/** Maximum length of a cause, in characters. */
const MAX_CAUSE_LENGTH = 300;

/** The innermost cause of an error: what an operator can act on, such as "certificate has expired". */
export function describeCause(error: unknown): string {
  const cause = innermostOf(error);
  if (!(cause instanceof Error)) return shorten(String(cause), MAX_CAUSE_LENGTH);
  const code = codeOf(cause);
  const text = code === undefined || cause.message.includes(code) ? cause.message : `${code}: ${cause.message}`;
  return shorten(text, MAX_CAUSE_LENGTH);
}

function innermostOf(error: unknown): unknown {
  let cause = error;
  for (let depth = 0; depth < 8 && cause instanceof Error; depth++) {
    const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : cause.cause;
    if (!(inner instanceof Error)) break;
    cause = inner;
  }
  return cause;
}

/** The code of the system, such as `ENOSPC`: messages of one kind may differ, for example in the names of files. */
const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
