import { GraphQLError } from 'graphql';
import type { Loaders } from '../src/loaders/loaders.ts';
import type { Context } from '../src/operations/context.ts';
import type { Page } from '../src/upstream/decode/page.ts';
import { isNotFound, UpstreamError } from '../src/upstream/errors.ts';
import type { JobRow } from '../src/upstream/jobs.ts';
import { ACTIVE_MODEL_PAGES, ACTIVE_STATUS_READS, MAX_ACTIVE_MODELS, MAX_SCANNED_PAGES } from './costs.ts';

/** The result of a scan for jobs that have not finished. */
export interface ActiveJobs {
  readonly jobs: readonly JobRow[];
  readonly isComplete: boolean;
}

/**
 * Scans the lists of predictions, models and trainings for jobs that have not finished.
 *
 * @param first Maximum number of jobs to return.
 * @throws The error of a read, if no list could be read or the key is rejected. Other failed reads make the result incomplete.
 */
export const scanActiveJobs = (context: Context, first: number): Promise<ActiveJobs> =>
  new ActiveJobsScan(context).run(first);

class ActiveJobsScan {
  readonly #context: Context;
  readonly #loaders: Loaders;
  #isComplete = true;
  #pages = 0;
  #failure: unknown;

  constructor(context: Context) {
    this.#context = context;
    this.#loaders = context.loaders;
  }

  async run(first: number): Promise<ActiveJobs> {
    const [predictions, trainings] = await Promise.all([this.#scanPredictions(), this.#scanTrainings()]);
    if (this.#pages === 0 && this.#failure) throw this.#failure;
    const active = [...(await this.#selectActive(predictions)), ...(await this.#selectActive(trainings))];
    const jobs = active.sort((a, b) => startOf(b) - startOf(a));
    return { jobs: jobs.slice(0, first), isComplete: this.#isComplete && jobs.length <= first };
  }

  async #scanPredictions(): Promise<JobRow[]> {
    const rows: JobRow[] = [];
    const read = new Set<string | undefined>();
    let last: string | undefined;
    do {
      // `Model.predictions` scans the same pages, which are free. The upstream's cursors may form a cycle.
      if (read.has(last) || !this.#context.predictionScan.mayRead(last, MAX_SCANNED_PAGES)) {
        this.#isComplete = false;
        break;
      }
      read.add(last);
      const page = await this.#attempt(this.#loaders.predictions(last));
      if (page) rows.push(...this.#readable(page));
      last = page && this.#loaders.lastItemOf(page);
    } while (last !== undefined);
    return rows;
  }

  /** The first page of trainings of each model: at first the newest of each model, then the second newest of each. */
  async #scanTrainings(): Promise<JobRow[]> {
    const lists: Promise<JobRow[]>[] = [];
    let last: string | undefined;
    for (let count = 0; count < ACTIVE_MODEL_PAGES; count++) {
      const page = await this.#attempt(this.#loaders.models(last));
      const models = page ? this.#readable(page) : [];
      const scanned = models.slice(0, MAX_ACTIVE_MODELS - lists.length);
      if (scanned.length < models.length) this.#isComplete = false;
      for (const { id } of scanned) lists.push(this.#scanModel(id));
      last = page && this.#loaders.lastItemOf(page);
      if (last === undefined) break;
    }
    if (last !== undefined) this.#isComplete = false;
    const ranked = (await Promise.all(lists)).flatMap((rows) => rows.map((row, rank) => ({ row, rank })));
    return ranked.sort((a, b) => a.rank - b.rank).map(({ row }) => row);
  }

  async #scanModel(id: string): Promise<JobRow[]> {
    const page = await this.#attempt(this.#loaders.trainings(id, undefined), true);
    if (page && this.#loaders.lastItemOf(page) !== undefined) this.#isComplete = false;
    return page ? this.#readable(page) : [];
  }

  /** Selects the jobs that have not finished. Reads a limited number of jobs whose row has no status by id. */
  async #selectActive(rows: readonly JobRow[]): Promise<JobRow[]> {
    const distinct = [...new Map(rows.map((row) => [row.id, row])).values()];
    const unknown = distinct.filter((row) => !this.#loaders.get(row).status);
    const unread = new Set(unknown.slice(ACTIVE_STATUS_READS));
    if (unread.size > 0) this.#isComplete = false;
    const statuses = await Promise.all(
      distinct.map((row) => (unread.has(row) ? undefined : this.#attempt(this.#loaders.required(row, 'status'), true))),
    );
    return distinct.filter((_, index) => statuses[index]?.isFinished === false).map((row) => this.#loaders.get(row));
  }

  #readable<Row>(page: Page<Row>): Row[] {
    this.#pages++;
    const rows = page.rows.filter((row): row is Row => !(row instanceof UpstreamError));
    if (rows.length < page.rows.length) this.#isComplete = false;
    return rows;
  }

  /**
   * The result of a read; undefined if it fails.
   *
   * @param mayBeGone True if 404 means that a job or model was deleted meanwhile, which leaves the scan complete.
   */
  async #attempt<Result>(reading: Result | Promise<Result>, mayBeGone = false): Promise<Result | undefined> {
    try {
      return await reading;
    } catch (error) {
      if (!isTolerable(error)) throw error;
      if (mayBeGone && isNotFound(error)) return undefined;
      this.#isComplete = false;
      this.#failure ??= error;
      return undefined;
    }
  }
}

/** True for a failure that other reads may not share. The other errors are a rejected key and the end of the operation. */
const isTolerable = (error: unknown): boolean =>
  error instanceof UpstreamError
    ? error.status !== 401 && error.status !== 403
    : error instanceof GraphQLError && error.extensions.code === 'QUERY_TOO_COSTLY';

/** Jobs whose time is unknown come last. */
const startOf = ({ createdAt }: JobRow): number => createdAt?.getTime() ?? 0;
