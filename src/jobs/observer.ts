/** Receives what happens to polls. Its methods are cheap, and never throw. */
export interface PollObserver {
  /**
   * A job or a followed list is polled by itself.
   *
   * @param listeners Number of listeners that share the poll.
   */
  onPoll(kind: 'job' | 'list', listeners: number): void;
  /**
   * A page of a list is polled in place of several jobs.
   *
   * @param jobs Number of those jobs.
   * @param listeners Number of their listeners together.
   */
  onPage(jobs: number, listeners: number): void;
  /**
   * A poll has shown a change, of which all listeners now learn.
   *
   * @param milliseconds Time since the last poll that showed the earlier state: the maximum delay of the event.
   */
  onChange(milliseconds: number): void;
}

/** The polls of one schedule at one moment. */
export interface PollCounts {
  /** Watched jobs and followed lists. */
  readonly watched: number;
  /** Listeners of them together. */
  readonly listeners: number;
  /** Jobs whose state is overdue. */
  readonly stale: number;
  /** Polls without a response yet. */
  readonly running: number;
  /** Maximum number of polls per second. */
  readonly perSecond: number;
}

export const NO_POLL_OBSERVER: PollObserver = { onPoll: () => {}, onPage: () => {}, onChange: () => {} };
