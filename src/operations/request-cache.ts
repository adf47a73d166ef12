import { type ScopedCaller, upstreamFor } from '../auth/scope.ts';
import { PageScan } from '../limits/page-scan.ts';
import type { RequestBudget } from '../limits/request-budget.ts';
import { Loaders } from '../loaders/loaders.ts';
import type { UpstreamOf } from '../upstream/upstream.ts';
import type { OperationLifetime } from './deadline.ts';

/**
 * Cache of the reads of one operation, or of one event of a subscription for all its listeners. Its parts are created
 * on first use, so that an operation that needs no credential does not require one.
 */
export class RequestCache {
  readonly #upstreamOf: UpstreamOf;
  readonly #caller: ScopedCaller;
  readonly #lifetime: OperationLifetime;
  /** Limits the upstream requests of the operation or event. */
  readonly budget: RequestBudget;
  #loaders: Loaders | undefined;
  #predictionScan: PageScan | undefined;
  #results: Map<string, Promise<unknown>> | undefined;

  /** @param lifetime Aborts the reads. */
  constructor(upstreamOf: UpstreamOf, caller: ScopedCaller, lifetime: OperationLifetime, budget: RequestBudget) {
    this.#upstreamOf = upstreamOf;
    this.#caller = caller;
    this.#lifetime = lifetime;
    this.budget = budget;
  }

  get loaders(): Loaders {
    this.#loaders ??= new Loaders(
      upstreamFor(this.#caller, this.#upstreamOf),
      this.#lifetime.abortScope ?? this.#lifetime.signal,
      this.budget,
    );
    return this.#loaders;
  }

  /** The scan of the list of all predictions. */
  get predictionScan(): PageScan {
    this.#predictionScan ??= new PageScan();
    return this.#predictionScan;
  }

  /**
   * Runs a read at most once, and caches its result. Counts its requests even if another cache then serves them.
   *
   * @param key Determines the type of the result.
   * @param maxRequests Maximum number of upstream requests that the read sends.
   */
  once<Result>(key: string, maxRequests: number, read: () => Promise<Result>): Promise<Result> {
    this.#results ??= new Map();
    const cached = this.#results.get(key) as Promise<Result> | undefined;
    if (cached) return cached;
    const error = this.budget.spend(maxRequests);
    const result = error ? Promise.reject(error) : read();
    this.#results.set(key, result);
    return result;
  }

  /** Discards everything read before, after a write. The budget remains. */
  clear(): void {
    this.#loaders = undefined;
    this.#predictionScan = undefined;
    this.#results = undefined;
  }
}
