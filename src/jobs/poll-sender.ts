import type { PollBudget } from './budget.ts';
import { labelsOf } from './events.ts';
import type { FollowedList } from './followed-list.ts';
import type { PollObserver } from './observer.ts';
import type { PolledList } from './polled-list.ts';
import type { ListedPage, WatchedJob } from './watched-job.ts';

/** The watched jobs and lists of a schedule, and its reactions to results. */
export interface Watching<State, Key> {
  isWatched(job: WatchedJob<State, Key>): boolean;
  /** The list in place of whose jobs pages are read; undefined if none of its jobs is watched. */
  listOf(name: string): PolledList<State, Key> | undefined;
  /** Ends a job after its last event. */
  end(job: WatchedJob<State, Key>): void;
  /** Ends a followed list after its last event. */
  endList(list: FollowedList<State, Key>): void;
  /** Called after each poll. */
  onSettled(): void;
}

export interface PollSenderOptions {
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  observer: PollObserver;
}

/** Sends polls, counts them against the budget, and passes on their results. */
export class PollSender<State, Key> {
  readonly #budget: PollBudget;
  readonly #watching: Watching<State, Key>;
  readonly #options: PollSenderOptions;

  constructor(budget: PollBudget, watching: Watching<State, Key>, options: PollSenderOptions) {
    this.#budget = budget;
    this.#watching = watching;
    this.#options = options;
  }

  /**
   * Reads a job: by itself, or with a page of its list.
   *
   * @param isFollowed True if the list is read completely anyway, so that the job need not be looked for.
   */
  read(job: WatchedJob<State, Key>, list: PolledList<State, Key> | undefined, isFollowed: boolean): void {
    const now = this.#options.monotonicNow();
    const page = list?.pageFor(job, now, !isFollowed);
    if (list && page) {
      this.#readPage(list, page);
      return;
    }
    list?.onSingleRead();
    const reading = job.startRead();
    this.#options.observer.onPoll('job', job.subscribers);
    const onSettled = (apply: () => boolean) => {
      if (this.#watching.isWatched(job) && apply()) this.#watching.end(job);
    };
    this.#track(reading.signal, job.source.read(reading.signal, labelsOf(job.listeners)), {
      resolve: (state) => onSettled(() => job.onRead(state, now)),
      reject: (error) => {
        this.#holdIfRequested(job.source.retryAfter(error));
        onSettled(() => job.onError(error));
      },
    });
  }

  /** Reads a page in place of its jobs. */
  #readPage(list: PolledList<State, Key>, page: ListedPage<State, Key>): void {
    const polledAt = this.#options.monotonicNow();
    const { source, stop } = list;
    page.isReading = true;
    let listeners = 0;
    for (const job of page.jobs) {
      job.startPage();
      listeners += job.subscribers;
    }
    this.#options.observer.onPage(page.jobs.size, listeners);
    this.#track(stop.signal, source.readPage(page.cursor, stop.signal, pageLabels(page)), {
      resolve: (result) => {
        page.isReading = false;
        for (const job of list.onPage(page, result, polledAt, this.#options.monotonicNow())) this.#watching.end(job);
      },
      reject: (error) => {
        page.isReading = false;
        this.#holdIfRequested(source.retryAfter(error));
        list.onPageError(page, error, this.#options.monotonicNow());
      },
    });
  }

  /** Reads the next page of a followed list. */
  readFollowed(followed: FollowedList<State, Key>): void {
    const polledAt = this.#options.monotonicNow();
    const { source, stop, cursor } = followed;
    followed.startPage();
    this.#options.observer.onPoll('list', followed.followers.size);
    this.#track(stop.signal, source.readPage(cursor, stop.signal, followed.labels), {
      resolve: (result) => {
        followed.isReading = false;
        if (stop.signal.aborted) return;
        followed.onPage(result, new Date(this.#options.now()));
        const list = this.#watching.listOf(source.name);
        const finished = list?.onPage(list.page(cursor), result, polledAt, this.#options.monotonicNow()) ?? [];
        for (const job of finished) this.#watching.end(job);
      },
      reject: (error) => {
        followed.isReading = false;
        if (stop.signal.aborted) return;
        this.#holdIfRequested(source.retryAfter(error));
        if (followed.onError(error)) this.#watching.endList(followed);
      },
    });
  }

  #holdIfRequested(milliseconds: number | undefined): void {
    if (milliseconds !== undefined) this.#budget.hold(milliseconds);
  }

  /** Counts a read against the budget until it has settled or is aborted. */
  #track<Result>(
    signal: AbortSignal,
    read: Promise<Result>,
    { resolve, reject }: { resolve: (result: Result) => void; reject: (error: unknown) => void },
  ): void {
    const end = this.#budget.start();
    const onAbort = () => {
      end();
      this.#watching.onSettled();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const settle = (apply: () => void) => {
      signal.removeEventListener('abort', onAbort);
      end();
      apply();
      this.#watching.onSettled();
    };
    read.then(
      (result) => settle(() => resolve(result)),
      (error: unknown) => settle(() => reject(error)),
    );
  }
}

/** The labels of the listeners of all jobs of a page. */
function* pageLabels<State, Key>({ jobs }: ListedPage<State, Key>): Generator<unknown, undefined> {
  for (const { listeners } of jobs) yield* labelsOf(listeners);
}
