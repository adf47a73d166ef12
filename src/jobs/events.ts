/** An event of a job or list. All its listeners receive the same object, so that derived results can be cached by it. */
export type JobEvent<State, Key> = StateEvent<State, Key> | ErrorEvent<Key>;

export interface StateEvent<State, Key> {
  readonly key: Key;
  readonly state: State;
  /** Time of the last successful poll. */
  readonly checkedAt: Date;
  /** The same time, if the state is overdue because polls fail or are on hold. */
  readonly staleSince?: Date;
}

export interface ErrorEvent<Key> {
  readonly key: Key;
  /** The last event of a job or list, unless it is a {@link NotReadYetError} or a {@link ListTooLongError}. */
  readonly error: unknown;
  /** True if an earlier poll succeeded, or a list contained the job. */
  readonly wasSeen: boolean;
}

/** Receives the events of jobs. */
export interface Listener<State, Key> {
  /** Identify the subscriptions that it serves, for the traces of polls. @default they are unknown */
  readonly labels?: Iterable<unknown>;
  put(name: string, event: JobEvent<State, Key>): void;
  /** Number of subscribers behind it. @default 1 */
  readonly subscribers?: number;
  /** Called after the last event of a job. */
  end(name: string): void;
  /** Called when a followed list no longer contains a job that has ended, or contains it again. */
  setGone?(name: string, isGone: boolean): void;
}

/** The labels of several listeners. */
export function* labelsOf(listeners: Iterable<Pick<Listener<never, never>, 'labels'>>): Generator<unknown, undefined> {
  for (const { labels } of listeners) if (labels) yield* labels;
}

/** No state is known yet, because polls fail or are on hold. The stream continues. */
export class NotReadYetError extends Error {
  override name = 'NotReadYetError' as const;
  /** `hold`: the upstream has requested a pause. `outage`: it cannot be read. */
  readonly reason: 'hold' | 'outage';
  /** Time since which polls have failed or been on hold. */
  readonly since: Date;
  /** Time until the next poll, in milliseconds. */
  readonly wait: number;

  constructor(reason: 'hold' | 'outage', since: Date, wait: number) {
    super('expected to read a job, but polls fail or are on hold');
    this.reason = reason;
    this.since = since;
    this.wait = wait;
  }
}

/** Polls failed for longer than the limit. */
export class OutageTooLongError extends Error {
  override name = 'OutageTooLongError' as const;
}

/** A followed list contains more jobs than are followed. The stream continues. */
export class ListTooLongError extends Error {
  override name = 'ListTooLongError' as const;
  /** Number of followed jobs. */
  readonly followed: number;

  constructor(followed: number) {
    super(`the list contains more than the ${followed} jobs that are followed`);
    this.followed = followed;
  }
}
