import { unlessAborted } from './abort-signals.ts';

interface Run<Result> {
  readonly result: Promise<Result>;
  readonly controller: AbortController;
  users: number;
}

/**
 * Runs work once for all concurrent callers of the same name. The work is aborted, and its resources are released, when the last
 * caller has aborted or has finished with the result.
 */
export class SingleFlight<Result> {
  readonly #running = new Map<string, Run<Result>>();

  /** True if work of this name is running, or its result is in use. */
  has(name: string): boolean {
    return this.#running.has(name);
  }

  /**
   * Uses the result of the work of this name, and starts it unless it is running.
   *
   * @param signal Aborts this call.
   * @param work Starts the work. Its signal aborts when no call uses the result any more.
   * @param use Processes the result for this call.
   * @throws The error of `work` or `use`; the signal's reason if it aborts first.
   */
  async use<Made>(
    name: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
    use: (result: Result) => Made | Promise<Made>,
  ): Promise<Made> {
    signal.throwIfAborted();
    const run = this.#running.get(name) ?? this.#begin(name, work);
    run.users++;
    try {
      return await use(await unlessAborted(run.result, signal));
    } finally {
      run.users--;
      if (run.users === 0) {
        if (this.#running.get(name) === run) this.#running.delete(name);
        run.controller.abort(signal.aborted ? signal.reason : undefined);
      }
    }
  }

  #begin(name: string, work: (signal: AbortSignal) => Promise<Result>): Run<Result> {
    const controller = new AbortController();
    const run = { controller, users: 0, result: work(controller.signal) };
    // Callers receive the rejection. Without callers, it is ignored. New calls do not join failed work.
    run.result.catch(() => this.#running.get(name) === run && this.#running.delete(name));
    this.#running.set(name, run);
    return run;
  }
}
