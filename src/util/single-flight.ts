interface Run<Result> {
  readonly result: Promise<Result>;
  readonly controller: AbortController;
  users: number;
}

/**
 * Work that is done once for all who want it at the same time. It goes on for as long as one of them wants it, and what
 * it holds is held until the last of them is done with it.
 */
export class SingleFlight<Result> {
  readonly #running = new Map<string, Run<Result>>();

  /** Whether work under this name is under way, or in use. */
  has(name: string): boolean {
    return this.#running.has(name);
  }

  /**
   * Uses the result of the work under this name, which is begun unless it is under way.
   *
   * @param signal Aborts when this one does not want it any more.
   * @param work Begins it. Its signal aborts when nobody wants the result, and when everybody is done with it.
   * @param use What this one makes of the result.
   * @throws What the work or the use fails with; the signal's reason when it aborts first.
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
    // Whoever joins hears of a failure; when all have left, nobody does. Nobody joins what has failed.
    run.result.catch(() => this.#running.get(name) === run && this.#running.delete(name));
    this.#running.set(name, run);
    return run;
  }
}

/** The result, or a rejection with the signal's reason, whichever comes first. */
function unlessAborted<Result>(result: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
