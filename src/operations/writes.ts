import { tenantOf } from '../auth/credential.ts';
import { upstreamFor } from '../auth/scope.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import type { CacheKey, FinishedJobs } from '../loaders/finished-jobs.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { Upstream, UpstreamRegistry } from '../upstream/upstream.ts';
import { runPaced } from './bulk-writes.ts';
import { type OperationLifetime, unlessTimedOut } from './deadline.ts';
import type { CountingCaller, RequestCache } from './request-cache.ts';

/** The parts of the gateway that {@link Writes} binds to a caller. */
export interface WriteServices {
  readonly upstreamOf: UpstreamRegistry;
  readonly idempotency: Idempotency;
  readonly finishedJobs: FinishedJobs;
}

/**
 * The writes of one caller's operation. None starts after the deadline; once started, it runs to its end even if the
 * client disconnects. Reads after a write are not served from the cache.
 */
export class Writes {
  readonly #services: WriteServices;
  readonly #caller: CountingCaller;
  readonly #lifetime: OperationLifetime;
  readonly #cache: RequestCache;

  constructor(services: WriteServices, caller: CountingCaller, lifetime: OperationLifetime, cache: RequestCache) {
    this.#services = services;
    this.#caller = caller;
    this.#lifetime = lifetime;
    this.#cache = cache;
  }

  /** Runs a write. */
  run<Result>(write: (upstream: Upstream) => Promise<Result>): Promise<Result> {
    return this.#runBeforeDeadline(write);
  }

  /**
   * Runs a write that deletes a job or a model. Once it was sent, evicts its jobs from the cache even if it fails, because it
   * may have taken effect.
   */
  async delete(key: CacheKey, write: (upstream: Upstream) => Promise<void>): Promise<void> {
    const { apiKey } = this.#caller.credential();
    let wasSent = () => false;
    const evict = () => this.#services.finishedJobs.delete(apiKey, key);
    try {
      await this.#runBeforeDeadline((upstream, isSent) => {
        wasSent = isSent;
        return write(upstream);
      });
    } catch (error) {
      if (wasSent()) await evict();
      throw error;
    }
    await evict();
  }

  /**
   * Starts a bulk operation. Returns the function that runs each of its writes by another method, at the pace of the key's
   * bulk writes: see {@link runPaced}. Each write discards what the others have merged into the loaders.
   *
   * @throws GraphQLError UNAUTHENTICATED if the caller has no valid credential.
   */
  startBulk(): <Result>(write: () => Promise<Result>) => Promise<Result> {
    const { bulkPace } = upstreamFor(this.#caller, this.#services.upstreamOf);
    const operation = { pace: bulkPace, lifetime: this.#lifetime, budget: this.#cache.budget };
    return (write) => runPaced(write, operation);
  }

  /** Like {@link run}, but sends the write at most once per idempotency key, if the client sent one. */
  once<Result>(
    { operation, input, key }: { operation: string; input: unknown; key: string | null | undefined },
    write: (upstream: Upstream) => Promise<Result>,
  ): Promise<Result> {
    if (key == null) return this.run(write);
    return this.#runBeforeDeadline((upstream, isSent) => {
      const tenant = tenantOf(this.#caller.credential());
      return this.#services.idempotency.once(
        { tenant, operation, key, input },
        () => write(upstream),
        (error) => (isSent() ? effectOf(error) : 'nothing-happened'),
      );
    });
  }

  async #runBeforeDeadline<Result>(
    write: (upstream: Upstream, isSent: () => boolean) => Promise<Result>,
  ): Promise<Result> {
    const { deadlineSignal: deadline } = this.#lifetime;
    const { requester } = this.#caller;
    const budgetError = this.#cache.budget.spend(1);
    if (budgetError) throw budgetError;
    let hasBegun = false;
    const isSent = () => hasBegun;
    const onSent = () => {
      hasBegun = true;
    };
    let release: (() => void) | undefined;
    try {
      deadline.throwIfAborted();
      // The write may wait before it is sent. Reads must know that it has ended, so they need the same state of the key.
      release = this.#services.upstreamOf.keep(this.#caller.credential().apiKey);
      const upstream = upstreamFor(this.#caller, this.#services.upstreamOf, { deadline, onSent, requester });
      return await unlessTimedOut(write(upstream, isSent), deadline, isSent);
    } finally {
      release?.();
      this.#cache.clear();
    }
  }
}

/** Effect of a write that failed after it was sent: `nothing-happened` if it can be repeated without taking effect twice. */
const effectOf = (error: unknown) =>
  error instanceof UpstreamError && error.failure !== 'outcome-unknown' ? 'nothing-happened' : 'unknown';
