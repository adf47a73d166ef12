import type { Caller } from '../auth/caller.ts';
import { CallerWatchTokens } from '../auth/caller-watch-tokens.ts';
import { requireFullAccess } from '../auth/scope.ts';
import type { WatchTokens } from '../auth/watch-token.ts';
import { CallerImages, type ImageServices } from '../images/caller-images.ts';
import type { ImageFormat } from '../images/signature.ts';
import { CallerJobs } from '../job-watching/caller-jobs.ts';
import type { JobUpdate } from '../job-watching/events.ts';
import type { JobWatcher } from '../job-watching/job-watcher.ts';
import type { OperationLimits } from '../limits/limits.ts';
import type { PageScan } from '../limits/page-scan.ts';
import { RequestBudget } from '../limits/request-budget.ts';
import type { Loaders } from '../loaders/loaders.ts';
import type { ReadCounter } from '../telemetry/read-counter.ts';
import { CallerUploads, type UploadServices } from '../uploads/caller-uploads.ts';
import type { UploadLimits } from '../uploads/limits.ts';
import type { OperationLifetime } from './deadline.ts';
import { type CacheServices, RequestCache } from './request-cache.ts';
import { type Viewer, viewerOf } from './viewer.ts';
import { type WriteServices, Writes } from './writes.ts';

/** The parts of the gateway that a context binds to its caller. */
export interface Services extends ImageServices, UploadServices, CacheServices, WriteServices {
  readonly jobWatcher: JobWatcher;
  readonly watchTokens: WatchTokens;
  /** Maximum number of upstream requests of one operation, or of one event of a subscription. */
  readonly requestLimit: number;
  readonly limits: ServedLimits;
}

/** The limits of this gateway that clients can query. */
export interface ServedLimits {
  readonly uploads: Pick<UploadLimits, 'files' | 'bytes' | 'pixels'> & {
    /** The media type of each accepted format. */
    readonly mediaTypes: Readonly<Record<ImageFormat, string>>;
  };
  /** Widths in which images are served, in pixels. */
  readonly imageWidths: readonly number[];
  readonly operations: OperationLimits;
}

/** The caller on whose behalf an operation is executed. */
export type ContextCaller = Pick<Caller, 'credential' | 'baseUrl' | 'kind' | 'scope'> & {
  /** Counts the upstream requests. @default they are not counted */
  readonly requester?: ReadCounter | undefined;
};

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
  /** The context of the operation, if this is that of a field. */
  #operation: Context | undefined;
  /** The loaders of the operation, and those of the field. */
  #ownLoaders: readonly [Loaders, Loaders] | undefined;
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
    const { loaders } = this.#requestCache;
    const { requester } = this.#caller;
    if (!this.#operation || !requester) return loaders;
    // A write replaces the loaders of the operation.
    if (this.#ownLoaders?.[0] !== loaders) this.#ownLoaders = [loaders, loaders.countedFor(requester)];
    return this.#ownLoaders[1];
  }

  /** The scan of all predictions for those that match a filter. */
  get predictionScan(): PageScan {
    return this.#requestCache.predictionScan;
  }

  /** The scan of all models for those that match a filter. */
  get modelScan(): PageScan {
    return this.#requestCache.modelScan;
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

  /** The caller itself. */
  get viewer(): Viewer {
    return viewerOf(this.#caller);
  }

  get limits(): ServedLimits {
    return this.#services.limits;
  }

  /** Rejects callers with only a watch token. @throws GraphQLError FORBIDDEN */
  requireFullAccess(): void {
    requireFullAccess(this.#caller);
  }

  /** Adds a hint for developers to the response, for example why a field is null. */
  hint(text: string): void {
    if (this.#operation) {
      this.#operation.hint(text);
      return;
    }
    this.#hints ??= [];
    if (this.#hints.length < MAX_HINTS && !this.#hints.includes(text)) this.#hints.push(text);
  }

  /** The hints so far; undefined if there are none. */
  get hints(): readonly string[] | undefined {
    return this.#hints;
  }

  /** Counts and traces the upstream requests. Undefined if they are not counted. */
  get requester(): ReadCounter | undefined {
    return this.#caller.requester;
  }

  /** The same context for the resolvers of one field, whose requests are counted and traced for a requester. */
  forField(requester: ReadCounter): Context {
    const context = new Context(this.#services, { ...this.#caller, requester }, this.#lifetime, this.#event);
    context.#operation = this;
    return context;
  }

  get #requestCache(): RequestCache {
    if (this.#operation) return this.#operation.#requestCache;
    this.#cache ??= this.#event?.cache ?? this.#newCache();
    return this.#cache;
  }

  #newCache(): RequestCache {
    const budget = new RequestBudget(this.#services.requestLimit);
    return new RequestCache(this.#services, this.#caller, this.#lifetime, budget);
  }
}
