import { Dispatcher } from 'undici';

export interface RenewedDispatcherOptions {
  create: () => Dispatcher;
  /** Age from which the dispatcher is replaced, in milliseconds. */
  maxAge: number;
  /** A monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/**
 * Dispatches over a dispatcher that is replaced at a maximum age, so that new connections resolve names again. Running
 * requests end on the old dispatcher, which then closes its connections.
 */
export class RenewedDispatcher extends Dispatcher {
  readonly #options: RenewedDispatcherOptions;
  #current: Dispatcher;
  #createdAt: number;

  constructor(options: RenewedDispatcherOptions) {
    super();
    this.#options = options;
    this.#current = options.create();
    this.#createdAt = options.monotonicNow();
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { create, maxAge, monotonicNow } = this.#options;
    if (monotonicNow() - this.#createdAt >= maxAge) {
      // Rejects if it has been destroyed, which needs no handling.
      this.#current.close().catch(() => {});
      this.#current = create();
      this.#createdAt = monotonicNow();
    }
    return this.#current.dispatch(options, handler);
  }
}
