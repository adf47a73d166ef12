import type { ExecutionResult } from 'graphql';
import type { Asker } from '../asker.ts';
import type { PlannedOperation } from '../executor/plan.ts';
import { SharedResult } from '../shared-result.ts';

/** A query that is being answered. */
export interface Answering {
  readonly result: Promise<ExecutionResult>;
  /** Nobody wants the answer any more. */
  leave(): void;
  /** It is there, or never will be. */
  end(): void;
}

interface Run extends Pick<Answering, 'result' | 'leave'> {
  readonly begunAt: number;
  askers: number;
}

/** For how long others join a query that is under way, in milliseconds. Its answer is older by as much than one of their own. */
const JOINABLE = 1_000;

/**
 * By what their answers depend on besides the document. No Map: what passes through one in great numbers is kept alive by
 * the tables that it leaves behind as it grows and shrinks.
 */
type Runs = Record<string, Run>;

/** Answers queries that are asked alike at the same time once for all who ask. */
export class QueriesUnderWay {
  readonly #byPlan = new WeakMap<PlannedOperation, Runs>();
  readonly #now: () => number;

  /** @param now The current time, in milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * The answer to a query: that of one that is under way, or of a new one. It goes on for as long as one of them is there
   * who asked.
   *
   * @param name What the answer depends on besides the document: who asks, how, and with which variables.
   * @param begin Begins to answer; what it gives at once has nobody to share it with.
   */
  answer(
    plan: PlannedOperation,
    name: string,
    asker: Pick<Asker, 'whenGone'>,
    begin: () => Answering | ExecutionResult,
  ): ExecutionResult | Promise<ExecutionResult> {
    const runs = this.#byPlan.get(plan) ?? this.#runsOf(plan);
    const run = this.#find(runs, name) ?? this.#begin(runs, name, begin);
    if (!('leave' in run)) return run;
    run.askers++;
    const stay = asker.whenGone(() => {
      run.askers--;
      if (run.askers > 0) return;
      if (runs[name] === run) delete runs[name];
      run.leave();
    });
    return run.result.then(
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

  #runsOf(plan: PlannedOperation): Runs {
    const runs: Runs = Object.create(null);
    this.#byPlan.set(plan, runs);
    return runs;
  }

  #find(runs: Runs, name: string): Run | undefined {
    const run = runs[name];
    return run && this.#now() - run.begunAt <= JOINABLE ? run : undefined;
  }

  #begin(runs: Runs, name: string, begin: () => Answering | ExecutionResult): Run | ExecutionResult {
    const begunAt = this.#now();
    const answering = begin();
    if (!('leave' in answering)) return answering;
    const end = () => {
      answering.end();
      if (runs[name] === run) delete runs[name];
    };
    const result = answering.result.then(
      (plain) => {
        end();
        return shared(plain);
      },
      (error: unknown) => {
        end();
        throw error;
      },
    );
    const run: Run = { result, leave: answering.leave, begunAt, askers: 0 };
    runs[name] = run;
    return run;
  }
}

/** What many may get is written as JSON once. Errors are masked for each. */
const shared = (result: ExecutionResult): ExecutionResult => (result.errors ? result : new SharedResult(result));
