import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { ScopedCaller } from '../auth/scope.ts';
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
  readonly #caller: ScopedCaller;
  /** Shared by all executions, because they share the cache. */
  readonly #budget = new RequestBudget(0);
  readonly #results = new SharedResults();

  /** The shared event for a listener. */
  static of(update: JobUpdate, services: Services, listener: ContextCaller): SharedEvent {
    const name = listener.scope?.name ?? '';
    const byScope = SharedEvent.#events.get(update) ?? new Map<string, SharedEvent>();
    SharedEvent.#events.set(update, byScope);
    const shared = byScope.get(name) ?? new SharedEvent(update, services, listener);
    byScope.set(name, shared);
    return shared;
  }

  private constructor(update: JobUpdate, services: Services, listener: ContextCaller) {
    // Obtained once: the token of one listener may expire before the others have their results.
    const credential = listener.credential();
    this.update = update;
    this.#services = services;
    this.#caller = { credential: () => credential, scope: listener.scope };
    this.cache = new RequestCache(services, this.#caller, UNLIMITED, this.#budget);
  }

  /**
   * Executes a listener's selection. Listeners with the same selection and base URL share one result.
   *
   * @param execute Executes the selection in the context of the event.
   */
  execute(
    args: Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'>,
    baseUrl: string,
    execute: (context: Context) => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<SharedResult> {
    return this.#results.getOrExecute(args, baseUrl, () => {
      this.#budget.raise(this.#services.requestLimit);
      const { credential, scope } = this.#caller;
      return execute(new Context(this.#services, { credential, scope, baseUrl }, UNLIMITED, this));
    });
  }
}
