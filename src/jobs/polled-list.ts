import { setMaxListeners } from 'node:events';
import type { JobList, JobPage, ListedState } from './source.ts';
import type { ListedPage, WatchedJob } from './watched-job.ts';

/** Time for which a job that is not found is not looked for, in milliseconds. */
const UNLISTED_TIME = 30_000;
/** Maximum number of pages without watched jobs that are read at once to find jobs. */
const MAX_CREDIT = 2;
/** Number of such pages for each read of a single job: the search costs at most half as much as it may save. */
const CREDIT_PER_READ = 0.5;
/** Time without pages after a page failed, in milliseconds; doubled with each further failure. */
const FIRST_PAUSE = 15_000;
const MAX_PAUSE = 300_000;

/**
 * Finds out which page of a list contains which watched jobs, in any order of the list, so that one request polls many
 * jobs. Reads pages only if their rows show the state of the jobs.
 */
export class PolledList<State, Key> {
  readonly source: JobList<State, Key>;
  readonly jobs = new Map<string, WatchedJob<State, Key>>();
  /** Aborts the reads of its pages. */
  readonly stop = new AbortController();
  readonly #pages = new Map<string | undefined, ListedPage<State, Key>>();
  #showsState: boolean | undefined;
  /** True if rows replace reads of jobs without a known state, and of others. */
  #completesNew: boolean | undefined;
  #completesKnown: boolean | undefined;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #failures = 0;
  /** Cursor of the next page of the search. */
  #searchAt: string | undefined;
  /** Cursors of the pages that the search has read. */
  readonly #searched = new Set<string | undefined>();
  #isSearchRepeated = false;
  /** True if the search has left the pages at the beginning of the list. */
  #isSearchDeep = false;
  /** Cursor at which such a search continues. */
  #deepAt: string | undefined;
  #credit = MAX_CREDIT;
  /** Number of pages without watched jobs since a job was last found. */
  #misses = 0;

  constructor(source: JobList<State, Key>) {
    this.source = source;
    // Many pages are read at once.
    setMaxListeners(0, this.stop.signal);
  }

  add(job: WatchedJob<State, Key>): void {
    this.jobs.set(job.source.name, job);
    this.#startSearch();
  }

  remove(job: WatchedJob<State, Key>): void {
    this.jobs.delete(job.source.name);
    this.#leavePage(job);
  }

  /** True if pages are not worth reading: rows show no state, or reads of pages fail. */
  isUnusable(now: number): boolean {
    return this.#showsState === false || now < this.#pausedUntil;
  }

  /**
   * The page to read in place of a job; undefined if the job is better read by itself.
   *
   * @param maySearch True if the job may be looked for on other pages.
   */
  pageFor(job: WatchedJob<State, Key>, now: number, maySearch: boolean): ListedPage<State, Key> | undefined {
    if (job.needsRead || this.isUnusable(now) || !this.source.isReady()) return undefined;
    // Incomplete rows still show that a job has finished, which is worth a page if single reads come too late.
    const isUseful = job.isRead ? this.#completesKnown !== false || job.isLate(now) : this.#completesNew !== false;
    if (!isUseful) return undefined;
    if (job.page) return job.page.jobs.size > 1 ? job.page : undefined;
    if (!maySearch || job.unlistedUntil > now || job.wasSearched) return undefined;
    const page = this.#searchedPage(now);
    if (page) job.wasSearched = true;
    return page;
  }

  /** Counts a read of a single job. */
  onSingleRead(): void {
    this.#credit = Math.min(MAX_CREDIT, this.#credit + CREDIT_PER_READ);
  }

  /** The page at a cursor. */
  page(cursor: string | undefined): ListedPage<State, Key> {
    const known = this.#pages.get(cursor);
    if (known) return known;
    const page = { cursor, jobs: new Set<WatchedJob<State, Key>>(), isReading: false };
    this.#pages.set(cursor, page);
    return page;
  }

  /**
   * Takes the rows of a page.
   *
   * @param polledAt Start of the request, in milliseconds.
   * @returns The jobs that have finished.
   */
  onPage(page: ListedPage<State, Key>, { rows, showsState, next }: JobPage<State>, polledAt: number, now: number) {
    this.#failures = 0;
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
    if (showsState !== undefined) this.#showsState = showsState;
    const finished: WatchedJob<State, Key>[] = [];
    for (const job of [...page.jobs]) {
      const row = rows.get(job.source.name);
      if (row !== undefined && job.source.fromRow?.(row, job.state)) continue;
      // Read by itself next, unless it is found on another page.
      this.#leavePage(job);
      job.onPageEnd();
      this.#startSearch();
    }
    for (const [name, row] of rows) {
      const job = this.jobs.get(name);
      const listed = job?.source.fromRow?.(row, job.state);
      if (!job || !listed) continue;
      this.#observe(job, listed);
      if (job.page !== page) {
        this.#leavePage(job);
        job.page = page;
        page.jobs.add(job);
      }
      if (job.onRow(listed, polledAt)) finished.push(job);
    }
    for (const job of page.jobs) if (job.dueAt <= now) job.requireRead();
    this.#continueSearch(page, next, now);
    this.#forgetIfEmpty(page);
    return finished;
  }

  /** Reads single jobs for a while, because a page could not be read. */
  onPageError(page: ListedPage<State, Key>, error: unknown, now: number): void {
    const { classifyError, retryAfter } = this.source;
    // The pages are not at fault, and polls stop anyway.
    const isHeld = classifyError(error, true) === 'inconclusive' || retryAfter(error) !== undefined;
    for (const job of [...page.jobs]) {
      if (!isHeld) this.#leavePage(job);
      job.onPageEnd(error);
    }
    // Pages that were requested together count as one failure.
    if (isHeld || now < this.#pausedUntil) return;
    this.#pausedUntil = now + Math.min(MAX_PAUSE, FIRST_PAUSE * 2 ** this.#failures++);
    this.#searched.clear();
    this.#deepAt = undefined;
    this.#startSearch();
    this.#forgetIfEmpty(page);
  }

  #observe(job: WatchedJob<State, Key>, { state, isComplete, isOlder }: ListedState<State>): void {
    if (isComplete === undefined || isOlder || job.source.isFinished(state)) return;
    if (job.isRead) this.#completesKnown = isComplete;
    else this.#completesNew = isComplete;
  }

  #leavePage(job: WatchedJob<State, Key>): void {
    const { page } = job;
    job.page = undefined;
    page?.jobs.delete(job);
    if (page) this.#forgetIfEmpty(page);
  }

  #forgetIfEmpty(page: ListedPage<State, Key>): void {
    if (page.jobs.size === 0 && !page.isReading) this.#pages.delete(page.cursor);
  }

  #missing(now: number): WatchedJob<State, Key>[] {
    return [...this.jobs.values()].filter(({ page, unlistedUntil }) => !page && unlistedUntil <= now);
  }

  /** Starts a search at the first page, where most lists show new jobs. A running search is repeated after its end. */
  #startSearch(): void {
    if (this.#searched.size > 0) {
      this.#isSearchRepeated = true;
      return;
    }
    this.#searchAt = undefined;
    this.#isSearchDeep = false;
    this.#misses = 0;
  }

  /** The next page of the search for jobs; undefined if it is not worth a request. */
  #searchedPage(now: number): ListedPage<State, Key> | undefined {
    if (this.#credit < 1 || this.#missing(now).length < 2) return undefined;
    const page = this.page(this.#searchAt);
    return page.isReading ? undefined : page;
  }

  /**
   * Searches page by page while pages contain watched jobs. After one without any, continues where an earlier search
   * stopped, at a limited rate, until the end of the list.
   */
  #continueSearch(page: ListedPage<State, Key>, next: string | undefined, now: number): void {
    if (page.cursor !== this.#searchAt) return;
    const missing = this.#missing(now);
    // Without missing jobs, the page was read for other reasons.
    if (missing.length === 0 && this.#searched.size === 0) return;
    this.#searched.add(page.cursor);
    const isHit = page.jobs.size > 0;
    if (!isHit) {
      this.#credit = Math.max(0, this.#credit - 1);
      this.#misses++;
    }
    const isLast = next === undefined || this.#searched.has(next);
    const isEnd = isLast && (isHit || this.#isSearchDeep || this.#deepAt === undefined);
    if (this.#isSearchDeep) this.#deepAt = isLast ? page.cursor : next;
    if (isEnd || missing.length === 0 || this.#misses > 5 + 3 * missing.length) this.#endSearch(missing, now);
    else if (isHit || this.#isSearchDeep) this.#searchAt = next;
    else {
      this.#isSearchDeep = true;
      this.#searchAt = this.#deepAt ?? next;
    }
  }

  #endSearch(missing: readonly WatchedJob<State, Key>[], now: number): void {
    if (!this.#isSearchRepeated) for (const job of missing) job.unlistedUntil = now + UNLISTED_TIME;
    this.#isSearchRepeated = false;
    this.#searched.clear();
    this.#startSearch();
  }
}
