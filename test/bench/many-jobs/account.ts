import { createHash, randomUUID } from 'node:crypto';
import { sharedClock } from '../calls.ts';

/** The jobs of one API key of the upstream, and their lists. */

/** Fields of a row of a list: those of a single job, only id and status, or only the id. */
export const ROWS = ['full', 'status', 'none'] as const;
/** Order of a list: by creation, or by the hash of the id, as in a store without an order. */
export const ORDERS = ['newest', 'oldest', 'hash'] as const;

export interface ListSettings {
  rows: (typeof ROWS)[number];
  order: (typeof ORDERS)[number];
  pageSize: number;
}

/** A job of the upstream, with times in milliseconds of the shared clock. */
export interface Job {
  id: string;
  createdAt: number;
  /** Time at which it completes; infinite while that is unknown. */
  finishAt: number;
  canceledAt?: number;
}

/** A position between 0 and 1 that depends on nothing but the text. */
export const hashOf = (text: string): number => createHash('sha1').update(text).digest().readUInt32BE() / 2 ** 32;

const WALL_CLOCK_OFFSET = Date.now() - sharedClock();
const toDate = (time: number): string => new Date(WALL_CLOCK_OFFSET + time).toISOString();

function statusOf({ finishAt, canceledAt }: Job): 'processing' | 'completed' | 'canceled' {
  if (canceledAt !== undefined) return 'canceled';
  return finishAt <= sharedClock() ? 'completed' : 'processing';
}

/** A list of jobs that is read page by page. */
export class JobList {
  readonly #kind: 'predictions' | 'trainings';
  readonly #settings: ListSettings;
  readonly #jobs = new Map<string, Job>();
  /** The jobs in the order of the list, and the position of each; undefined after a job was added. */
  #sorted: { jobs: readonly Job[]; positions: ReadonlyMap<string, number> } | undefined;

  constructor(kind: 'predictions' | 'trainings', settings: ListSettings) {
    this.#kind = kind;
    this.#settings = settings;
  }

  get jobs(): Iterable<Job> {
    return this.#jobs.values();
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  add(id: string, finishAt: number): void {
    this.#jobs.set(id, { id, createdAt: sharedClock(), finishAt });
    this.#sorted = undefined;
  }

  /** The page after a job, as the upstream returns it; undefined if the job is not in the list. */
  page(lastDocId: string | null): object | undefined {
    const { jobs, positions } = this.#inOrder();
    const last = lastDocId === null ? -1 : positions.get(lastDocId);
    if (last === undefined) return undefined;
    const page = jobs.slice(last + 1, last + 1 + this.#settings.pageSize);
    const hasMore = last + 1 + page.length < jobs.length;
    return {
      [this.#kind]: page.map((job) => this.#row(job)),
      nextPageCursor: hasMore ? page.at(-1)?.id : null,
      hasMore,
    };
  }

  /** A single job, as the upstream returns it. Its image URLs are signed, so they differ in each response. */
  details(job: Job): object {
    const status = statusOf(job);
    const endedAt = job.canceledAt ?? job.finishAt;
    const common = {
      status,
      createdAt: toDate(job.createdAt),
      finishedAt: status === 'processing' ? null : toDate(endedAt),
    };
    if (this.#kind === 'trainings') return { ...common, triggerWord: 'FJA90AB', trainingSpeed: 'fast' };
    const signed = `https://images.flair.example/${job.id}.png?expires=3600&signature=${randomUUID()}`;
    return {
      ...common,
      prompt: 'A red dress on a chair, FJA90AB',
      scaleConfigs: { bench: 1 },
      num_images: 1,
      images: status === 'completed' ? [{ url: signed }] : null,
    };
  }

  #row(job: Job): object {
    const { rows } = this.#settings;
    if (rows === 'none') return { id: job.id };
    return rows === 'status' ? { id: job.id, status: statusOf(job) } : { id: job.id, ...this.details(job) };
  }

  #inOrder() {
    if (this.#sorted) return this.#sorted;
    const jobs = [...this.#jobs.values()];
    if (this.#settings.order === 'newest') jobs.reverse();
    if (this.#settings.order === 'hash') jobs.sort((a, b) => hashOf(a.id) - hashOf(b.id));
    this.#sorted = { jobs, positions: new Map(jobs.map(({ id }, position) => [id, position])) };
    return this.#sorted;
  }
}

export type Fault = '503' | 'hang';

/** Everything that the upstream stores for one key. */
export class Account {
  readonly predictions: JobList;
  readonly trainings: JobList;
  /** Times of all GETs of jobs and of their lists. */
  readonly reads = { single: [] as number[], list: [] as number[] };
  /** `503`: every request fails; `hang`: GETs of jobs and of their lists get their responses when the fault ends. */
  fault: Fault | undefined;

  constructor(settings: ListSettings) {
    this.predictions = new JobList('predictions', settings);
    this.trainings = new JobList('trainings', settings);
  }
}
