import { type ScopedCaller, upstreamFor } from '../auth/scope.ts';
import { PageScan } from '../limits/page-scan.ts';
import type { RequestBudget } from '../limits/request-budget.ts';
import type { FinishedJob, FinishedJobs } from '../loaders/finished-jobs.ts';
import { Loaders } from '../loaders/loaders.ts';
import type { ReadServices } from '../loaders/reads.ts';
import type { ReadCounter } from '../telemetry/read-counter.ts';
import type { JobKey, JobRow } from '../upstream/jobs.ts';
import type { UpstreamRegistry } from '../upstream/upstream.ts';
import type { OperationLifetime } from './deadline.ts';

/** A caller whose requests are counted. */
export type CountingCaller = ScopedCaller & { readonly requester?: ReadCounter | undefined };

/** The parts of the gateway that {@link RequestCache} binds to a caller. */
export interface CacheServices {
  readonly upstreamOf: UpstreamRegistry;
  readonly finishedJobs: FinishedJobs;
  /** The wall clock, in milliseconds since the epoch. */
  readonly now: () => number;
  /** Called for each read that was served from memory. */
  readonly onCachedRead?: () => void;
}

/**
 * Cache of the reads of one operation, or of one event of a subscription for all its listeners. Its parts are created
 * on first use, so that an operation that needs no credential does not require one.
 */
export class RequestCache implements ReadServices {
  readonly #services: CacheServices;
  readonly #caller: CountingCaller;
  readonly #lifetime: OperationLifetime;
  /** Limits the upstream requests of the operation or event. */
  readonly budget: RequestBudget;
  /** Time until which every image URL of the response works; undefined before the first one. */
  imagesExpireAt: Date | undefined;
  #loaders: Loaders | undefined;
  /** The key of the loaders: a credential may expire before their reads end. */
  #apiKey = '';
  #predictionScan: PageScan | undefined;
  #modelScan: PageScan | undefined;
  #results: Map<string, Promise<unknown>> | undefined;

  /** @param lifetime Aborts the reads. */
  constructor(services: CacheServices, caller: CountingCaller, lifetime: OperationLifetime, budget: RequestBudget) {
    this.#services = services;
    this.#caller = caller;
    this.#lifetime = lifetime;
    this.budget = budget;
  }

  get loaders(): Loaders {
    if (!this.#loaders) {
      const upstream = upstreamFor(this.#caller, this.#services.upstreamOf);
      const caller = this.#lifetime.abortScope ?? this.#lifetime.signal;
      this.#apiKey = this.#caller.credential().apiKey;
      this.#loaders = new Loaders(upstream, this, { signal: caller, requester: this.#caller.requester }, this.budget);
    }
    return this.#loaders;
  }

  finishedJob(key: JobKey): FinishedJob | undefined {
    const { scope } = this.#caller;
    // A read outside the scope of a watch token is rejected by its upstream.
    if (scope && !scope.includes(key)) return undefined;
    const found = this.#services.finishedJobs.get(this.#apiKey, key);
    if (found) this.#countCached();
    return found;
  }

  readFinishedJobs(keys: readonly JobKey[]): Promise<(FinishedJob | undefined)[]> | undefined {
    const { scope } = this.#caller;
    if (scope && !keys.every((key) => scope.includes(key))) return undefined;
    return this.#services.finishedJobs.read(this.#apiKey, keys)?.then((jobs) => {
      for (const job of jobs) if (job) this.#countCached();
      return jobs;
    });
  }

  addFinishedJob(row: JobRow): void {
    this.#services.finishedJobs.add(this.#apiKey, row);
  }

  now(): number {
    return this.#services.now();
  }

  /** The scan of the list of all predictions. */
  get predictionScan(): PageScan {
    this.#predictionScan ??= new PageScan();
    return this.#predictionScan;
  }

  /** The scan of the list of all models. */
  get modelScan(): PageScan {
    this.#modelScan ??= new PageScan();
    return this.#modelScan;
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
    this.#modelScan = undefined;
    this.#results = undefined;
  }

  #countCached(): void {
    this.#services.onCachedRead?.();
    const { requester } = this.#caller;
    if (requester) requester.cached++;
  }
}
