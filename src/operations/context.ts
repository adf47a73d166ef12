import type { Caller } from '../auth/caller.ts';
import { CallerWatchTokens } from '../auth/caller-watch-tokens.ts';
import { requireFullAccess } from '../auth/scope.ts';
import type { WatchTokens } from '../auth/watch-token.ts';
import { CallerImages, type ImageServices } from '../images/caller-images.ts';
import { CallerJobs } from '../job-watching/caller-jobs.ts';
import type { JobUpdate } from '../job-watching/events.ts';
import type { JobWatcher } from '../job-watching/job-watcher.ts';
import type { PageScan } from '../limits/page-scan.ts';
import { RequestBudget } from '../limits/request-budget.ts';
import type { Loaders } from '../loaders/loaders.ts';
import { CallerUploads, type UploadServices } from '../uploads/caller-uploads.ts';
import type { OperationLifetime } from './deadline.ts';
import { type CacheServices, RequestCache } from './request-cache.ts';
import { type WriteServices, Writes } from './writes.ts';

/** The parts of the gateway that a context binds to its caller. */
export interface Services extends ImageServices, UploadServices, CacheServices, WriteServices {
  readonly jobWatcher: JobWatcher;
  readonly watchTokens: WatchTokens;
  /** Maximum number of upstream requests of one operation, or of one event of a subscription. */
  readonly requestLimit: number;
}

/** The caller on whose behalf an operation is executed. */
export type ContextCaller = Pick<Caller, 'credential' | 'baseUrl' | 'scope'>;

/** The event for which a subscription's selection is executed. */
export interface ContextEvent {
  readonly update: JobUpdate;
  /** Cache of the reads of all listeners. */
  readonly cache: RequestCache;
}

/** Maximum number of different hints in one response. */
const MAX_HINTS = 10;

/**
 * The GraphQL context of resolvers: the parts of the gateway, bound to the caller. They are created on first use, because
 * most operations need few of them.
 */
export class Context {
  readonly #services: Services;
  readonly #caller: ContextCaller;
  readonly #lifetime: OperationLifetime;
  readonly #event: ContextEvent | undefined;
  #cache: RequestCache | undefined;
  #images: CallerImages | undefined;
  #jobs: CallerJobs | undefined;
  #hints: string[] | undefined;

  /** @param lifetime Aborts reads, and limits the wait for writes. */
  constructor(services: Services, caller: ContextCaller, lifetime: OperationLifetime, event?: ContextEvent) {
    this.#services = services;
    this.#caller = caller;
    this.#lifetime = lifetime;
    this.#event = event;
  }

  /** The reads of this operation. After each write of a mutation, everything is read again. */
  get loaders(): Loaders {
    return this.#requestCache.loaders;
  }

  /** The scan of all predictions for those of a model. */
  get predictionScan(): PageScan {
    return this.#requestCache.predictionScan;
  }

  get images(): CallerImages {
    this.#images ??= new CallerImages(this.#services, this.#caller, this.#lifetime, this.#requestCache);
    return this.#images;
  }

  get jobs(): CallerJobs {
    this.#jobs ??= new CallerJobs(this.#services.jobWatcher, this.#caller, this.#lifetime, this.#event?.update);
    return this.#jobs;
  }

  // The following have no state and few mutations use them, so they are not kept.
  get writes(): Writes {
    return new Writes(this.#services, this.#caller, this.#lifetime, this.#requestCache);
  }

  get uploads(): CallerUploads {
    return new CallerUploads(this.#services, this.#caller);
  }

  get watchTokens(): CallerWatchTokens {
    return new CallerWatchTokens(this.#services.watchTokens, this.#caller);
  }

  /** Rejects callers with only a watch token. @throws GraphQLError FORBIDDEN */
  requireFullAccess(): void {
    requireFullAccess(this.#caller);
  }

  /** Adds a hint for developers to the response, for example why a field is null. */
  hint(text: string): void {
    this.#hints ??= [];
    if (this.#hints.length < MAX_HINTS && !this.#hints.includes(text)) this.#hints.push(text);
  }

  /** The hints so far; undefined if there are none. */
  get hints(): readonly string[] | undefined {
    return this.#hints;
  }

  get #requestCache(): RequestCache {
    this.#cache ??= this.#event?.cache ?? this.#newCache();
    return this.#cache;
  }

  #newCache(): RequestCache {
    const budget = new RequestBudget(this.#services.requestLimit);
    return new RequestCache(this.#services, this.#caller, this.#lifetime, budget);
  }
}
