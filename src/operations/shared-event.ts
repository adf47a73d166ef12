import type { DocumentNode, ExecutionResult } from 'graphql';
import type { JobUpdate } from '../job-watching/events.ts';
import { RequestBudget } from '../limits/request-budget.ts';
import { Context, type ContextCaller, type ContextEvent, type Services } from './context.ts';
import { UNLIMITED } from './deadline.ts';
import { RequestCache } from './request-cache.ts';
import { type SharedResult, SharedResults } from './shared-result.ts';

/**
 * Executes the selections of all listeners of an event with the same scope. They have the same credential. They share
 * the reads, which continue when one listener disconnects, and the results of equal selections.
 */
export class SharedEvent implements ContextEvent {
  /** By event, then by name of the watch scope. */
  static readonly #events = new WeakMap<JobUpdate, Map<string, SharedEvent>>();

  readonly update: JobUpdate;
  readonly cache: RequestCache;
  readonly #services: Services;
  readonly #caller: Omit<ContextCaller, 'baseUrl'>;
  /** Shared by all executions, because they share the cache. */
  readonly #budget = new RequestBudget(0);
  readonly #results = new SharedResults();

  /** The shared event for a listener. */
  static of(update: JobUpdate, services: Services, listener: ContextCaller): SharedEvent {
    const name = listener.scope?.name ?? '';
    const known = SharedEvent.#events.get(update);
    const byScope = known ?? new Map<string, SharedEvent>();
    if (!known) SharedEvent.#events.set(update, byScope);
    const existing = byScope.get(name);
    if (existing) return existing;
    const shared = new SharedEvent(update, services, listener);
    byScope.set(name, shared);
    return shared;
  }

  private constructor(update: JobUpdate, services: Services, listener: ContextCaller) {
    // Obtained once: the token of one listener may expire before the others have their results.
    const credential = listener.credential();
    this.update = update;
    this.#services = services;
    this.#caller = { credential: () => credential, scope: listener.scope, requester: listener.requester };
    this.cache = new RequestCache(services, this.#caller, UNLIMITED, this.#budget);
  }

  /**
   * Executes a listener's selection. Listeners with the same selection and base URL share one result.
   *
   * @param key The inputs besides the document on which the result depends.
   * @param execute Executes the selection in the context of the event.
   */
  execute(
    document: DocumentNode,
    key: string,
    baseUrl: string,
    execute: (context: Context) => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<SharedResult> {
    return this.#results.getOrExecute(document, key, () => {
      this.#budget.raise(this.#services.requestLimit);
      return execute(new Context(this.#services, { ...this.#caller, baseUrl }, UNLIMITED, this));
    });
  }
}
