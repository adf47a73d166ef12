import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Caller } from '../auth/caller.ts';
import { tenantOf } from '../auth/credential.ts';
import { outOfScope, restrict } from '../auth/scope.ts';
import type { ImageSource, ImageSubject } from '../images/source.ts';
import type { UploadedFile } from '../images/validate-upload.ts';
import type { Variant } from '../images/variant.ts';
import type { JobUpdate } from '../job-watching/events.ts';
import type { Progress } from '../jobs/progress.ts';
import { RequestBudget } from '../limits/request-budget.ts';
import type { Loaders } from '../loaders/loaders.ts';
import type { UploadTarget } from '../uploads/ticket.ts';
import type { Start } from '../upstream/client.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { JobKey, JobRow, WatchedKey } from '../upstream/jobs.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { NEVER_ABORTED } from '../util/abort-signals.ts';
import { type OperationLifetime, unlessTimedOut } from './deadline.ts';
import { RequestCache } from './request-cache.ts';
import type { Services } from './services.ts';
import { type SharedResult, SharedResults } from './shared-result.ts';

/**
 * Reads and results of each event, by the name of the watch scope. All listeners of an event have the same credential.
 */
const sharedByEvent = new WeakMap<JobUpdate, Map<string, SharedByEvent>>();

interface SharedByEvent {
  readonly cache: RequestCache;
  readonly results: SharedResults;
  /** The budget of all executions for the event together, because they share the request cache. */
  readonly budget: RequestBudget;
}

/** Root fields that return jobs, which a watch token may select. */
const JOB_ROOT_FIELDS: ReadonlySet<string> = new Set([
  'node',
  'nodes',
  'training',
  'prediction',
  'trainingUpdated',
  'predictionUpdated',
  'jobsUpdated',
]);

/** The caller on whose behalf an operation is executed. */
export type ContextCaller = Pick<Caller, 'credential' | 'baseUrl' | 'scope'>;

/** Maximum number of different hints in one response. */
const MAX_HINTS = 10;

/**
 * The GraphQL context of resolvers. Its members are created on first use, so that an operation that needs no credential
 * does not require one.
 */
export class Context {
  readonly #services: Services;
  readonly #caller: ContextCaller;
  readonly #lifetime: OperationLifetime;
  #cache: RequestCache | undefined;
  #budget: RequestBudget | undefined;
  #event: JobUpdate | undefined;
  #hints: string[] | undefined;

  /** @param lifetime Aborts reads, and limits the wait for writes. */
  constructor(services: Services, caller: ContextCaller, lifetime: OperationLifetime) {
    this.#services = services;
    this.#caller = caller;
    this.#lifetime = lifetime;
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

  get loaders(): Loaders {
    return this.cache.loaders;
  }

  /** Cache of the reads of this operation. A mutation gets a new one after each write. */
  get cache(): RequestCache {
    this.#cache ??= this.#newCache(this.#lifetime, this.#operationBudget());
    return this.#cache;
  }

  /** The request budget of the operation, shared by all its caches. */
  #operationBudget(): RequestBudget {
    this.#budget ??= new RequestBudget(this.#services.requestLimit);
    return this.#budget;
  }

  /**
   * Runs a write. It is not started after the deadline; once started, it runs to its end even if the client
   * disconnects. Reads after it are not served from the cache.
   */
  write<Result>(act: (upstream: Upstream) => Promise<Result>): Promise<Result> {
    return this.#writeBeforeDeadline((start) => act(this.#upstream(start)));
  }

  async #writeBeforeDeadline<Result>(write: (start: Start, isSent: () => boolean) => Promise<Result>): Promise<Result> {
    const { deadlineSignal } = this.#lifetime;
    const budgetError = this.#operationBudget().spend(1);
    if (budgetError) throw budgetError;
    let hasBegun = false;
    const isSent = () => hasBegun;
    const onSent = () => {
      hasBegun = true;
    };
    try {
      deadlineSignal.throwIfAborted();
      return await unlessTimedOut(write({ deadline: deadlineSignal, onSent }, isSent), deadlineSignal, isSent);
    } finally {
      this.#cache = undefined;
    }
  }

  /**
   * Validates an uploaded image and stores its bytes. The number of images in memory is limited; further uploads wait.
   *
   * @throws InvalidImageError if it is not an image that the upstream accepts.
   */
  storeImage<Result>(
    file: UploadedFile,
    store: (upstream: Upstream, bytes: Uint8Array) => Promise<Result>,
  ): Promise<Result> {
    const credential = this.#caller.credential();
    return this.#writeBeforeDeadline((start) =>
      this.#services.validateUpload(credential, file, (bytes) => store(this.#upstream(start), bytes)),
    );
  }

  /** Creates a signed URL for uploading one image. */
  uploadTicket(target: UploadTarget): { url: string; expiresAt: Date } {
    this.#requireFullAccess();
    return this.#services.uploadTicket(this.#caller.baseUrl, this.#caller.credential(), target);
  }

  watchJobs(jobs: readonly JobKey[]) {
    const { scope } = this.#caller;
    if (scope && !jobs.every((job) => scope.includes(job))) throw outOfScope();
    return this.#services.jobWatcher.watchJobs(this.#caller.credential(), jobs, this.#lifetime.signal ?? NEVER_ABORTED);
  }

  watchTrainings(modelId: string) {
    this.#requireFullAccess();
    return this.#services.jobWatcher.watchTrainings(
      this.#caller.credential(),
      modelId,
      this.#lifetime.signal ?? NEVER_ABORTED,
    );
  }

  /**
   * Creates a token that grants access to these jobs and nothing else.
   *
   * @param seconds Lifetime of the token.
   * @throws RangeError if the jobs do not fit into one token.
   */
  watchToken(jobs: readonly JobKey[], seconds: number): { token: string; expiresAt: Date } {
    this.#requireFullAccess();
    return this.#services.watchToken(this.#caller.credential(), jobs, seconds);
  }

  /** Polls a job or a list of trainings at once, after a write that changed it, so that its subscribers get the change. */
  wake(key: WatchedKey): void {
    this.#services.jobWatcher.wake(this.#caller.credential(), key);
  }

  /** Waits until a job has finished, or for a number of seconds at most, and caches the job as last read. */
  async waitForJob(key: JobKey, seconds: number): Promise<void> {
    const { jobWatcher: watching } = this.#services;
    this.#lifetime.extend(seconds * 1_000);
    const row = await watching.waitUntilFinished(
      this.#caller.credential(),
      key,
      seconds * 1_000,
      this.#lifetime.signal,
    );
    if (row) this.loaders.merge<JobRow>(row, { isComplete: true });
  }

  /** Progress of a job, as reported or estimated. */
  progressOf(row: JobRow): Progress {
    return this.#services.jobWatcher.progressOf(this.#caller.credential(), row);
  }

  /** Time since which the current event's state of this job is stale; null if it is current. */
  staleSince({ kind, id }: JobRow): Date | null {
    const event = this.#event;
    if (!event || !('state' in event) || event.key.kind !== kind || event.key.id !== id) return null;
    return event.staleSince ?? null;
  }

  /** Like {@link write}, but sends the write at most once per idempotency key, if the client sent one. */
  writeOnce<Result>(
    { operation, input, key }: { operation: string; input: unknown; key: string | null | undefined },
    act: (upstream: Upstream) => Promise<Result>,
  ): Promise<Result> {
    if (key == null) return this.write(act);
    return this.#writeBeforeDeadline((start, isSent) => {
      const tenant = tenantOf(this.#caller.credential());
      const classify = (error: unknown) => (isSent() ? classifyFailedWrite(error) : 'nothing-happened');
      const write = () => act(this.#upstream(start));
      return this.#services.idempotency.once({ tenant, operation, key, input }, write, classify);
    });
  }

  /** Caches the locations of a prediction's images, so that serving them does not read the prediction again. */
  rememberImages(row: PredictionRow): void {
    this.#services.rememberImages(this.#caller.credential(), row);
  }

  imageUrl(source: ImageSource, variant: Variant): string {
    return this.#services.imageUrl(this.#caller.baseUrl, this.#caller.credential(), source, variant);
  }

  /**
   * Runs a write that replaces or deletes an object with images, and evicts cached copies of them, even if the write
   * fails: it may have taken effect nevertheless.
   */
  async changeImages<Result>(subject: ImageSubject, act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } finally {
      this.#services.evictImages(this.#caller.credential(), subject);
    }
  }

  /**
   * Executes a subscription's selection for an event. All listeners of the event share its reads, so they continue when
   * one listener disconnects. Listeners with the same selection and base URL share one result.
   *
   * @param execute Executes the subscription's selection in the context of the event.
   */
  executeForEvent(
    event: JobUpdate,
    args: Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'>,
    execute: (context: Context) => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<SharedResult> {
    const name = this.#caller.scope?.name ?? '';
    const byScope = sharedByEvent.get(event) ?? new Map<string, SharedByEvent>();
    sharedByEvent.set(event, byScope);
    const shared = byScope.get(name) ?? this.#shareEvent();
    byScope.set(name, shared);
    return shared.results.getOrExecute(args, this.#caller.baseUrl, () => {
      shared.budget.raise(this.#services.requestLimit);
      const context = new Context(this.#services, this.#caller, UNLIMITED);
      context.#cache = shared.cache;
      context.#event = event;
      return execute(context);
    });
  }

  #shareEvent(): SharedByEvent {
    const budget = new RequestBudget(0);
    return { cache: this.#newCache(UNLIMITED, budget), results: new SharedResults(), budget };
  }

  /** The upstream, restricted to the caller's scope. */
  #upstream(start?: Start): Upstream {
    const upstream = this.#services.upstreamOf(this.#caller.credential(), start);
    const { scope } = this.#caller;
    return scope ? restrict(upstream, scope) : upstream;
  }

  /** @throws GraphQLError FORBIDDEN if the caller has only a watch token. */
  #requireFullAccess(): void {
    if (this.#caller.scope) throw outOfScope();
  }

  /** Authorizes the caller for a root field. @throws GraphQLError FORBIDDEN if its watch token does not allow it. */
  authorizeRoot(name: string): void {
    if (!JOB_ROOT_FIELDS.has(name)) this.#requireFullAccess();
  }

  #newCache(lifetime: OperationLifetime, budget: RequestBudget): RequestCache {
    const credential = this.#caller.credential();
    return new RequestCache(
      this.#upstream(),
      {
        facts: (source) => this.#services.inspectImage(credential, source, lifetime.signal),
        placeholder: (source) => this.#services.imagePlaceholder(credential, source, lifetime.signal),
      },
      lifetime.abortScope ?? lifetime.signal,
      budget,
    );
  }
}

/** A lifetime without a deadline. @param signal Aborts reads. */
export const withoutDeadline = (signal: AbortSignal | undefined): OperationLifetime => ({
  signal,
  deadlineSignal: NEVER_ABORTED,
  extend: () => {},
});

const UNLIMITED = withoutDeadline(undefined);

/** Classifies a failed write: `nothing-happened` if it can be repeated without taking effect twice. */
const classifyFailedWrite = (error: unknown) =>
  error instanceof UpstreamError && error.failure !== 'outcome-unknown' ? 'nothing-happened' : 'unknown';
