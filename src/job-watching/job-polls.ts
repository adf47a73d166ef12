import { isDeepStrictEqual } from 'node:util';
import type { ErrorKind, ErrorPolicy, Job, JobList, JobPage, LastState } from '../jobs/source.ts';
import type { CallOptions } from '../upstream/client.ts';
import type { Page } from '../upstream/decode/objects.ts';
import { nextLastDocId } from '../upstream/decode/page.ts';
import { isPause, UpstreamError } from '../upstream/errors.ts';
import type { JobKey, JobRow, WatchedKey } from '../upstream/jobs.ts';
import type { Requester } from '../upstream/observer.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { MissingImages, type MissingImagesOptions } from './missing-images.ts';
import { isOlder, RowFields, withListed } from './row-fields.ts';

/** Poll intervals, in milliseconds. */
export interface Pace {
  /** Interval after the first poll and after each change. */
  fastest: number;
  /** Maximum interval while the state does not change. */
  slowest: number;
}

/** Options for polling the jobs of one credential. */
export interface JobPollsOptions {
  /** Returns the upstream of the credential, whose state may be created again while nothing is polled. */
  upstream: () => Upstream;
  /** Unique name of the credential that does not contain it. */
  tenant: string;
  pace: Readonly<Record<JobKey['kind'], Pace>>;
  /** Time between two complete reads of a followed list, in milliseconds. */
  listInterval: number;
  /** Returns a finished job that is known already. */
  finishedJob: (key: JobKey) => LastState<JobRow> | undefined;
  /** Returns a finished job that another replica knows. Never rejects. */
  findFinishedJob: (key: JobKey) => Promise<LastState<JobRow> | undefined>;
  /** True for a job that was just deleted, although its list may still contain it. */
  isDeleted: (key: JobKey) => boolean;
  /** Options for images that a completed prediction lacks. */
  images: MissingImagesOptions;
  /** @default polls are not traced */
  tracePoll?: TracePoll | undefined;
}

/** Starts the trace of a poll. @param labels Requesters of the subscriptions that it serves. */
export type TracePoll = (labels: Iterable<unknown>) => Requester;

/** The unique name of a job or list, across all credentials. */
export const jobName = (tenant: string, key: WatchedKey): string =>
  `${tenant} ${key.kind} ${'modelId' in key ? `${key.modelId}/` : ''}${'id' in key ? key.id : ''}`;

/** The jobs and lists of one credential, as the schedule polls them. */
export class JobPolls {
  readonly #options: JobPollsOptions;
  readonly #fields = new RowFields();
  #predictions: JobList<JobRow, WatchedKey> | undefined;

  constructor(options: JobPollsOptions) {
    this.#options = options;
  }

  job(key: JobKey, { isKnown = false } = {}): Job<JobRow, WatchedKey> {
    const { tenant, pace, finishedJob, findFinishedJob, isDeleted } = this.#options;
    const images = new MissingImages(this.#options.images);
    return {
      ...errorPolicy,
      key,
      name: jobName(tenant, key),
      pace: pace[key.kind],
      isKnown,
      list: key.kind === 'Training' ? this.trainings(key.modelId) : this.predictions(),
      lastState: () => finishedJob(key),
      findLastState: () => findFinishedJob(key),
      isDeleted: () => isDeleted(key),
      read: async (signal, labels) => images.mask(await this.#read(key, this.#pollOptions(signal, labels))),
      fromRow: (row, known) => {
        if (!row.status || isDeleted(key)) return undefined;
        const state = withListed(known, row);
        return { state, isComplete: this.#fields.isComplete(row, known), isOlder: isOlder(row, known) };
      },
      maxWait: () => images.remaining && Math.min(images.remaining, pace[key.kind].fastest),
      isFinished: ({ status }) => status?.isFinished ?? false,
      isOlder,
      isChange: (before, after) => !isDeepStrictEqual(comparable(before), comparable(after)),
    };
  }

  /** The job or the list with a key. */
  source(key: WatchedKey): { job: Job<JobRow, WatchedKey> } | { list: JobList<JobRow, WatchedKey> } {
    if (key.kind === 'Predictions') return { list: this.predictions() };
    return key.kind === 'Model' ? { list: this.trainings(key.id) } : { job: this.job(key) };
  }

  /** The trainings of a model, including those that other clients start. */
  trainings(modelId: string): JobList<JobRow, WatchedKey> {
    return this.#list({ kind: 'Model', id: modelId }, 'Training', (cursor, options) =>
      this.#options.upstream().trainings.list(modelId, cursor, options),
    );
  }

  /** All predictions of the credential, including those that other clients create. */
  predictions(): JobList<JobRow, WatchedKey> {
    this.#predictions ??= this.#list({ kind: 'Predictions' }, 'Prediction', (cursor, options) =>
      this.#options.upstream().predictions.list(cursor, options),
    );
    return this.#predictions;
  }

  #list(
    key: WatchedKey,
    kind: JobRow['kind'],
    readPage: (cursor: string | undefined, options: CallOptions) => Promise<Page<JobRow>>,
  ): JobList<JobRow, WatchedKey> {
    const { tenant, listInterval } = this.#options;
    return {
      ...errorPolicy,
      key,
      name: jobName(tenant, key),
      interval: listInterval,
      readPage: async (cursor, signal, labels) =>
        this.#toJobPage(await readPage(cursor, this.#pollOptions(signal, labels))),
      isReady: () => this.#fields.hasRead(kind),
      jobOf: (row) => this.job(keyOf(row), { isKnown: true }),
    };
  }

  /** Polls have a lower priority than other requests, and are not retried. */
  #pollOptions(signal: AbortSignal, labels: Iterable<unknown> = []): CallOptions {
    return { signal, isPoll: true, requester: this.#options.tracePoll?.(labels) };
  }

  /** @throws UpstreamError if the row has no status. */
  async #read(key: JobKey, options: CallOptions): Promise<JobRow> {
    const { trainings, predictions } = this.#options.upstream();
    const row = await (key.kind === 'Training' ? trainings.get(key, options) : predictions.get(key.id, options));
    if (!row.status)
      throw new UpstreamError(`get${row.kind}`, 'invalid-response', 'status: expected a value, got none');
    this.#fields.addRead(row);
    return row;
  }

  #toJobPage(page: Page<JobRow>): JobPage<JobRow> {
    const rows = new Map<string, JobRow>();
    for (const row of page.rows) {
      if (row instanceof UpstreamError) continue;
      this.#fields.addListed(row);
      // A row may be twice on a page.
      const name = jobName(this.#options.tenant, row);
      if (!rows.has(name)) rows.set(name, row);
    }
    const showsState = rows.size === 0 ? undefined : [...rows.values()].some(({ status }) => status !== undefined);
    return { rows, showsState, next: nextLastDocId(page) };
  }
}

const keyOf = (row: JobRow): JobKey =>
  row.kind === 'Training' ? { kind: 'Training', modelId: row.modelId, id: row.id } : { kind: 'Prediction', id: row.id };

/** The part of a row that is compared for changes. URLs of images may differ in each response, so only their number counts. */
function comparable(row: JobRow): Record<string, unknown> {
  const compared: Record<string, unknown> = {};
  // A field may be missing or undefined.
  for (const [field, value] of Object.entries(row)) if (value !== undefined) compared[field] = value;
  if (row.kind === 'Prediction' && row.images) compared.images = row.images.length;
  return compared;
}

const errorPolicy: ErrorPolicy = {
  classifyError,
  retryAfter(error) {
    if (!(error instanceof UpstreamError)) return undefined;
    const { status, retryAfter = status === 429 ? 0 : undefined } = error;
    // The circuit breaker and the request queue are no pause that the upstream requests.
    return !isPause(status) || retryAfter === undefined ? undefined : retryAfter * 1_000;
  },
};

/** Failures that do not concern the job: nothing was sent, or the job is too new to be read. */
const INCONCLUSIVE: readonly UpstreamError['failure'][] = ['circuit-open', 'queue-full', 'not-visible'];
/** Statuses that end a stream: the key is rejected, or the job is gone. */
const FINAL: readonly number[] = [401, 403, 410];
/** Client errors that end a stream if no earlier read succeeded, because a retry would fail, too. */
const FINAL_BEFORE_FIRST_READ: readonly number[] = [400, 402, 404, 422];
/** Client errors that may go away on a retry. */
const TRANSIENT: readonly number[] = [408, 409, 425, 429];

/**
 * Classifies a read error. A rejected key and a 410 are always final. After a successful read, a 404 means that the job is gone
 * if a second read confirms it; other client errors are transient. Before it, most client errors are final, some of them only
 * if a second read confirms them.
 */
function classifyError(error: unknown, wasRead: boolean): ErrorKind {
  if (!(error instanceof UpstreamError)) return 'final';
  const { failure, status } = error;
  if (INCONCLUSIVE.includes(failure)) return 'inconclusive';
  if (failure !== 'status' || status === undefined || status >= 500) return 'transient';
  if (FINAL.includes(status)) return 'final';
  if (wasRead) return status === 404 ? 'unconfirmed' : 'transient';
  if (FINAL_BEFORE_FIRST_READ.includes(status)) return 'final';
  return TRANSIENT.includes(status) ? 'transient' : 'unconfirmed';
}
