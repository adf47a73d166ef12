import { Dispatcher } from 'undici';

export interface RenewedDispatcherOptions {
  make: () => Dispatcher;
  /** Age from which the dispatcher is replaced, in milliseconds. */
  maxAge: number;
  /** A monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/**
 * Dispatches over a dispatcher that is replaced when it is too old, so that new connections resolve names again.
 * Requests under way end on the old one, whose connections close after them.
 */
export class RenewedDispatcher extends Dispatcher {
  readonly #options: RenewedDispatcherOptions;
  #current: Dispatcher;
  #madeAt: number;

  constructor(options: RenewedDispatcherOptions) {
    super();
    this.#options = options;
    this.#current = options.make();
    this.#madeAt = options.monotonicNow();
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const { make, maxAge, monotonicNow } = this.#options;
    if (monotonicNow() - this.#madeAt >= maxAge) {
      // Rejects when it was destroyed, which is as good.
      this.#current.close().catch(() => {});
      this.#current = make();
      this.#madeAt = monotonicNow();
    }
    return this.#current.dispatch(options, handler);
  }
}
