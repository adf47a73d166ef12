/**
 * Connects the replicas of one gateway. Everything that it carries can be lost: replicas hold what they need in memory,
 * and send it again when {@link Subscriber.onActive} is called.
 */
export interface Broker {
  /** Random id of this replica. */
  readonly replicaId: string;
  /** Why the other replicas cannot be reached; undefined while they can. */
  readonly problem: BrokerProblem | undefined;
  /** Calls a listener when {@link problem} appears or disappears. @returns Removes it. */
  onProblemChange(listener: () => void): () => void;
  /** Sends a message to all subscribers of a channel, also to those of this replica. Without a connection, does nothing. */
  publish(channel: string, message: string): void;
  /** Receives the messages of a channel, in the order of each sender. @returns Ends the subscription. */
  subscribe(channel: string, subscriber: Subscriber): () => void;
  /**
   * Reads values.
   *
   * @returns The values in the order of their names; undefined for those that are missing.
   * @throws BrokerError if the store cannot be reached.
   */
  read(group: string, names: readonly string[]): Promise<(StoredValue | undefined)[]>;
  /**
   * Stores values of one group, each unless a newer version of it is stored, then sends a message, in one step.
   *
   * @throws BrokerError if the store cannot be reached.
   */
  store(group: string, values: readonly NewValue[], announcement?: Announcement): Promise<void>;
  /** Removes values. @throws BrokerError if the store cannot be reached. */
  remove(group: string, names: readonly string[]): Promise<void>;
  /**
   * Makes one of the replicas run a task. Does nothing while one of them runs it. If that replica dies, another one runs
   * it from the start.
   *
   * @param data Passed to the run that it starts.
   * @throws BrokerError if the store cannot be reached.
   */
  requestTask(name: string, data: string): Promise<void>;
  /** Offers to run tasks. A task has ended for all replicas when `run` resolves, unless its signal has aborted before. */
  serveTasks(run: (task: Task) => Promise<void>): void;
  /**
   * Counts a request against a limit of all replicas.
   *
   * @returns 0 if it is within the limit, otherwise the time until the next one is, in milliseconds.
   * @throws BrokerError if the store cannot be reached.
   */
  count(limit: SharedLimit, name: string): Promise<number>;
  /** Returns its tasks to other replicas, and disconnects. */
  close(): Promise<void>;
}

/** Why the other replicas cannot be reached. */
export interface BrokerProblem {
  /** Time since which they cannot. */
  readonly since: Date;
  /** Cause, without credentials. */
  readonly cause: string;
}

export interface Subscriber {
  /** Called when the subscription becomes active, again after each interruption: earlier messages may be missing. */
  onActive(): void;
  onMessage(message: string): void;
}

/** A message for a channel. */
export interface Announcement {
  readonly channel: string;
  readonly message: string;
}

export interface NewValue {
  readonly name: string;
  readonly value: string;
  /** Orders the values of a name, by character codes. An empty one replaces any other, and is replaced by any other. */
  readonly version: string;
  /** Time for which it is stored, in milliseconds. */
  readonly milliseconds: number;
}

export interface StoredValue {
  readonly value: string;
  /** Time since it was stored, in milliseconds, by the clock of the store. */
  readonly age: number;
}

/** One run of a task, which only one replica runs at a time. */
export interface Task {
  readonly name: string;
  readonly data: string;
  /** Larger than that of each earlier run, unless the store has lost its data or its clock was set back. */
  readonly epoch: number;
  /** Aborts when another replica may run the task. */
  readonly signal: AbortSignal;
}

/** A rate limit that all replicas share: `burst` requests at once, and `perSecond` in the long run. */
export interface SharedLimit {
  readonly id: string;
  readonly perSecond: number;
  readonly burst: number;
}

/** The other replicas cannot be reached. */
export class BrokerError extends Error {
  override name = 'BrokerError' as const;
}
