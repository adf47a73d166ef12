import type { ExecutionResult } from 'graphql';
import type { Caller } from '../auth/caller.ts';
import type { PlannedOperation } from '../executor/plan.ts';
import { SharedResult } from './shared-result.ts';

/** A query that is being answered. */
export interface RunningQuery {
  readonly result: Promise<ExecutionResult>;
  /** Nobody wants the answer any more. */
  abort(): void;
  /** It is there, or never will be: then it is undefined. */
  end(result?: ExecutionResult): void;
}

/** For how long others join a query that is under way, in milliseconds. Its answer is older by as much than one of their own. */
const JOINABLE = 1_000;

/**
 * By what their answers depend on besides the document. No Map: what passes through one in great numbers is kept alive by
 * the tables that it leaves behind as it grows and shrinks. An object has such tables, too, but a run that is over is empty.
 */
type Runs = Record<string, Run>;

/** Answers queries that are asked alike at the same time once for all who ask. */
export class QuerySingleFlight {
  readonly #byPlan = new WeakMap<PlannedOperation, Runs>();
  readonly #monotonicNow: () => number;

  /** @param monotonicNow The monotonic clock, in milliseconds. */
  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
  }

  /**
   * The answer to a query: that of one that is under way, or of a new one. It goes on for as long as one of them is there
   * who asked.
   *
   * @param name What the answer depends on besides the document: who asks, how, and with which variables.
   * @param begin Begins to answer; what it gives at once has nobody to share it with.
   */
  run(
    plan: PlannedOperation,
    name: string,
    asker: Pick<Caller, 'onAbort'>,
    begin: () => RunningQuery | ExecutionResult,
  ): ExecutionResult | Promise<ExecutionResult> {
    const runs = this.#byPlan.get(plan) ?? this.#runsOf(plan);
    const begunAt = this.#monotonicNow();
    const known = runs[name];
    if (known && begunAt - known.begunAt <= JOINABLE) return known.join(asker);
    const answering = begin();
    if (!('leave' in answering)) return answering;
    const run = new Run({ runs, name, answering, begunAt });
    runs[name] = run;
    return run.join(asker);
  }

  #runsOf(plan: PlannedOperation): Runs {
    const runs: Runs = Object.create(null);
    this.#byPlan.set(plan, runs);
    return runs;
  }
}

interface RunOptions {
  /** Where others find it, and join it. */
  readonly runs: Runs;
  readonly name: string;
  readonly answering: RunningQuery;
  /** By the monotonic clock, in milliseconds. */
  readonly begunAt: number;
}

/** A query under way, and how many wait for its answer. */
class Run {
  readonly begunAt: number;
  #underWay: RunOptions | undefined;
  #result: Promise<ExecutionResult>;
  #askers = 0;

  constructor(options: RunOptions) {
    const { answering, begunAt } = options;
    this.begunAt = begunAt;
    this.#underWay = options;
    this.#result = answering.result.then(
      (result) => {
        this.#close();
        answering.end(result);
        return shared(result);
      },
      (error: unknown) => {
        this.#close();
        answering.end();
        throw error;
      },
    );
  }

  join(asker: Pick<Caller, 'onAbort'>): Promise<ExecutionResult> {
    this.#askers++;
    const stay = asker.onAbort(() => {
      this.#askers--;
      if (this.#askers === 0) this.#close()?.abort();
    });
    return this.#result.then(
      (result) => {
        stay();
        return result;
      },
      (error: unknown) => {
        stay();
        throw error;
      },
    );
  }

  /** Sees to it that nobody joins any more, and lets go of everything. */
  #close(): RunningQuery | undefined {
    const { runs, name, answering } = this.#underWay ?? {};
    if (runs && name !== undefined && runs[name] === this) delete runs[name];
    this.#underWay = undefined;
    this.#result = NOTHING;
    return answering;
  }
}

/** In the place of a result that nobody asks for any more. */
const NOTHING: Promise<ExecutionResult> = Promise.resolve({});

/** What many may get is written as JSON once. Errors are masked for each. */
const shared = (result: ExecutionResult): ExecutionResult => (result.errors ? result : new SharedResult(result));
