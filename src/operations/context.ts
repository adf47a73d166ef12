import { setMaxListeners } from 'node:events';
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Caller } from '../auth/caller.ts';
import { tenantOf } from '../auth/credential.ts';
import { outOfScope, restrict } from '../auth/scope.ts';
import type { ImageSource, ImageSubject } from '../images/source.ts';
import type { UploadedFile } from '../images/validate-upload.ts';
import type { Variant } from '../images/variant.ts';
import type { Progress } from '../jobs/progress.ts';
import { RequestBudget } from '../limits/request-budget.ts';
import type { Loaders } from '../loaders/loaders.ts';
import type { UploadTarget } from '../uploads/ticket.ts';
import type { Start } from '../upstream/client.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { type OperationLifetime, unlessTimedOut } from './deadline.ts';
import { RequestCache } from './request-cache.ts';
import type { JobKey, JobRow, JobUpdate, Services, WatchedKey } from './services.ts';
import { type SharedResult, SharedResults } from './shared-result.ts';

/**
 * What was read and executed for an event, for each scope by its name. Its listeners all have the credential that it was
 * read with.
 */
const sharedByEvent = new WeakMap<JobUpdate, Map<string, SharedByEvent>>();

interface SharedByEvent {
  readonly answer: RequestCache;
  readonly results: SharedResults;
  /** Of all executions for the event together, because they share what is read. */
  readonly budget: RequestBudget;
}

/** Fields of the graph's roots that show jobs, and so work with a watch token. */
const ROOTS_OF_JOBS: ReadonlySet<string> = new Set([
  'node',
  'nodes',
  'training',
  'prediction',
  'trainingUpdated',
  'predictionUpdated',
  'jobsUpdated',
]);

/** As whom an operation acts. */
export type ContextCaller = Pick<Caller, 'credential' | 'baseUrl' | 'scope'>;

/** The number of different hints that one response holds. */
const MOST_HINTS = 10;

/** What a resolver gets. Everything in it is made on first use: an operation that needs no credential asks for none. */
export class Context {
  readonly #services: Services;
  readonly #asker: ContextCaller;
  readonly #ending: OperationLifetime;
  #answer: RequestCache | undefined;
  #budget: RequestBudget | undefined;
  #event: JobUpdate | undefined;
  #hints: string[] | undefined;

  /** @param ending What ends its reads, and by when its writes are waited for. */
  constructor(services: Services, asker: ContextCaller, ending: OperationLifetime) {
    this.#services = services;
    this.#asker = asker;
    this.#ending = ending;
  }

  /** Explains to developers why a field is null. */
  hint(text: string): void {
    this.#hints ??= [];
    if (this.#hints.length < MOST_HINTS && !this.#hints.includes(text)) this.#hints.push(text);
  }

  /** The explanations so far; undefined when there are none. */
  get hints(): readonly string[] | undefined {
    return this.#hints;
  }

  get loaders(): Loaders {
    return this.cache.loaders;
  }

  /** What this answer has read so far. */
  get cache(): RequestCache {
    this.#answer ??= this.#newAnswer(this.#ending, this.#ownBudget());
    return this.#answer;
  }

  /** What all answers of the operation may take together: a mutation has a new one after each write. */
  #ownBudget(): RequestBudget {
    this.#budget ??= new RequestBudget(this.#services.requestLimit);
    return this.#budget;
  }

  /**
   * Runs a write, to its end even when the asker leaves, but is not begun when it is late. What is read after it is read
   * anew.
   */
  write<Result>(act: (upstream: Upstream) => Promise<Result>): Promise<Result> {
    return this.#inTime((start) => act(this.#upstream(start)));
  }

  async #inTime<Result>(write: (start: Start, isSent: () => boolean) => Promise<Result>): Promise<Result> {
    const { deadlineSignal: late } = this.#ending;
    const refusal = this.#ownBudget().spend(1);
    if (refusal) throw refusal;
    let hasBegun = false;
    const isSent = () => hasBegun;
    const onSent = () => {
      hasBegun = true;
    };
    try {
      late.throwIfAborted();
      return await unlessTimedOut(write({ by: late, onSent }, isSent), late, isSent);
    } finally {
      this.#answer = undefined;
    }
  }

  /**
   * Takes a file in and writes its bytes. A few are held in memory at once, whoever sent them; the others wait.
   *
   * @throws RefusedPictureError when the upstream is not to have it.
   */
  storeImage<Result>(
    file: UploadedFile,
    store: (upstream: Upstream, bytes: Uint8Array) => Promise<Result>,
  ): Promise<Result> {
    const credential = this.#asker.credential();
    return this.#inTime((start) =>
      this.#services.validateUpload(credential, file, (bytes) => store(this.#upstream(start), bytes)),
    );
  }

  /** A new address to which one picture is sent, and when it stops working. */
  uploadTicket(target: UploadTarget): { url: string; expiresAt: Date } {
    this.#requireAll();
    return this.#services.uploadTicket(this.#asker.baseUrl, this.#asker.credential(), target);
  }

  watchJobs(jobs: readonly JobKey[]) {
    const { scope } = this.#asker;
    if (scope && !jobs.every((job) => scope.includes(job))) throw outOfScope();
    return this.#services.watching.jobs(this.#asker.credential(), jobs, this.#ending.signal ?? NEVER);
  }

  watchTrainings(modelId: string) {
    this.#requireAll();
    return this.#services.watching.trainings(this.#asker.credential(), modelId, this.#ending.signal ?? NEVER);
  }

  /**
   * A token that shows these jobs and nothing else.
   *
   * @param seconds How long it works.
   * @throws RangeError when so many jobs do not fit into a token.
   */
  watchToken(jobs: readonly JobKey[], seconds: number): { token: string; expiresAt: Date } {
    this.#requireAll();
    return this.#services.watchToken(this.#asker.credential(), jobs, seconds);
  }

  /** Something was done to this: whoever watches it is told at once. */
  wake(key: WatchedKey): void {
    this.#services.watching.wake(this.#asker.credential(), key);
  }

  /** Waits until a job has finished or so many seconds have passed, and tells what is then known of it. */
  async waitForJob(key: JobKey, seconds: number): Promise<void> {
    const { watching } = this.#services;
    this.#ending.extend(seconds * 1_000);
    const row = await watching.settled(this.#asker.credential(), key, seconds * 1_000, this.#ending.signal);
    if (row) this.loaders.merge<JobRow>(row, { isComplete: true });
  }

  /** How far a job has come, by all that is known of it. */
  progressOf(row: JobRow): Progress {
    return this.#services.watching.progressOf(this.#asker.credential(), row);
  }

  /** Since when the event that is shown tells of an old state of this job; null when it does not. */
  staleSince({ kind, id }: JobRow): Date | null {
    const event = this.#event;
    if (!event || !('state' in event) || event.key.kind !== kind || event.key.id !== id) return null;
    return event.staleSince ?? null;
  }

  /** Sends a write at most once per key, where the caller gave one. What is read after it is read anew. */
  writeOnce<Result>(
    { operation, input, key }: { operation: string; input: unknown; key: string | null | undefined },
    act: (upstream: Upstream) => Promise<Result>,
  ): Promise<Result> {
    if (key == null) return this.write(act);
    return this.#inTime((start, isSent) => {
      const tenant = tenantOf(this.#asker.credential());
      const judge = (error: unknown) => (isSent() ? whatHappened(error) : 'nothing-happened');
      const write = () => act(this.#upstream(start));
      return this.#services.idempotency.once({ tenant, operation, key, input }, write, judge);
    });
  }

  /** A prediction's images are shown: where they are is remembered, so that they are opened without reading it again. */
  rememberImages(row: PredictionRow): void {
    this.#services.imagesShown(this.#asker.credential(), row);
  }

  imageUrl(source: ImageSource, variant: Variant): string {
    return this.#services.imageUrl(this.#asker.baseUrl, this.#asker.credential(), source, variant);
  }

  /**
   * Runs an act that replaces or deletes something with images. No old copy of them is shown afterwards, not even when
   * it failed: it may have happened all the same.
   */
  async changeImages<Result>(subject: ImageSubject, act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } finally {
      this.#services.imagesChanged(this.#asker.credential(), subject);
    }
  }

  /**
   * Shows an event to this asker. What is read for it is read once for all its listeners, so it goes on when one of them
   * leaves; and those who ask the same of it, under the same address, get the same result.
   *
   * @param execute Executes the subscription's selection in the context of the event.
   */
  executeForEvent(
    event: JobUpdate,
    args: Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'>,
    execute: (context: Context) => ExecutionResult | Promise<ExecutionResult>,
  ): Promise<SharedResult> {
    const name = this.#asker.scope?.name ?? '';
    const byScope = sharedByEvent.get(event) ?? new Map<string, SharedByEvent>();
    sharedByEvent.set(event, byScope);
    const shared = byScope.get(name) ?? this.#shareEvent();
    byScope.set(name, shared);
    return shared.results.getOrExecute(args, this.#asker.baseUrl, () => {
      shared.budget.raise(this.#services.requestLimit);
      const context = new Context(this.#services, this.#asker, ENDLESS);
      context.#answer = shared.answer;
      context.#event = event;
      return execute(context);
    });
  }

  #shareEvent(): SharedByEvent {
    const budget = new RequestBudget(0);
    return { answer: this.#newAnswer(ENDLESS, budget), results: new SharedResults(), budget };
  }

  /** The upstream as far as the asker may reach it. */
  #upstream(start?: Start): Upstream {
    const upstream = this.#services.upstreamOf(this.#asker.credential(), start);
    const { scope } = this.#asker;
    return scope ? restrict(upstream, scope) : upstream;
  }

  /** @throws GraphQLError FORBIDDEN when the asker may see only a part. */
  #requireAll(): void {
    if (this.#asker.scope) throw outOfScope();
  }

  /** @throws GraphQLError FORBIDDEN when the asker may not ask for this field of the graph's roots. */
  authorizeRoot(name: string): void {
    if (!ROOTS_OF_JOBS.has(name)) this.#requireAll();
  }

  #newAnswer(ending: OperationLifetime, budget: RequestBudget): RequestCache {
    const credential = this.#asker.credential();
    return new RequestCache(
      this.#upstream(),
      {
        facts: (source) => this.#services.inspectImage(credential, source, ending.signal),
        placeholder: (source) => this.#services.imagePlaceholder(credential, source, ending.signal),
      },
      ending.abortScope ?? ending.signal,
      budget,
    );
  }
}

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);

/** The ending of what has no deadline. @param signal Ends its reads. */
export const withoutDeadline = (signal: AbortSignal | undefined): OperationLifetime => ({
  signal,
  deadlineSignal: NEVER,
  extend: () => {},
});

const ENDLESS = withoutDeadline(undefined);

/** Whether a failed write can be sent again without happening twice. */
const whatHappened = (error: unknown) =>
  error instanceof UpstreamError && error.failure !== 'outcome-unknown' ? 'nothing-happened' : 'unknown';
