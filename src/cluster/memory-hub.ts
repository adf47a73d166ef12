import type { StartTimer } from '../util/timers.ts';
import {
  type Announcement,
  type Broker,
  BrokerError,
  type BrokerProblem,
  type NewValue,
  type StoredValue,
  type Subscriber,
  type Task,
} from './broker.ts';
import { type Limiter, memoryLimiter } from './limiter.ts';

export interface MemoryHubOptions {
  startTimer: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
}

/** A connection to a hub, which can be interrupted. */
export interface HubConnection extends Broker {
  /**
   * Interrupts the connection, as a network does.
   *
   * @param milliseconds Time after which the tasks of this replica are given to others. @default at once
   */
  disconnect(cause: string, milliseconds?: number): void;
  /** Ends the interruption. */
  reconnect(): void;
}

interface StoredEntry extends NewValue {
  readonly storedAt: number;
  readonly stopTimer: () => void;
}

interface RequestedTask {
  readonly data: string;
  /** The run; undefined while no replica offers to run tasks. */
  run?: { readonly replica: Replica; readonly stop: AbortController } | undefined;
}

type RunTask = (task: Task) => Promise<void>;

/** What the hub knows of one replica. */
interface Replica {
  readonly id: string;
  readonly subscribers: Map<string, Set<Subscriber>>;
  readonly problemListeners: Set<() => void>;
  runTask: RunTask | undefined;
  problem: BrokerProblem | undefined;
  /** Stops the timer after which its tasks are given to others. */
  stopTimer: () => void;
}

/** Connects replicas through the memory of one process. */
export class MemoryHub {
  readonly #options: MemoryHubOptions;
  readonly #replicas = new Set<Replica>();
  readonly #values = new Map<string, StoredEntry>();
  readonly #tasks = new Map<string, RequestedTask>();
  readonly #limiters = new Map<string, Limiter>();
  #lastEpoch = 0;

  constructor(options: MemoryHubOptions) {
    this.#options = options;
  }

  connect(replicaId: string): HubConnection {
    const replica: Replica = {
      id: replicaId,
      subscribers: new Map(),
      problemListeners: new Set(),
      runTask: undefined,
      problem: undefined,
      stopTimer: () => {},
    };
    this.#replicas.add(replica);
    const connected = () => {
      if (replica.problem) throw new BrokerError(replica.problem.cause);
    };
    return {
      replicaId,
      get problem() {
        return replica.problem;
      },
      onProblemChange(listener) {
        replica.problemListeners.add(listener);
        return () => void replica.problemListeners.delete(listener);
      },
      publish: (channel, message) => {
        if (!replica.problem) this.#publish({ channel, message });
      },
      subscribe: (channel, subscriber) => this.#subscribe(replica, channel, subscriber),
      read: async (group, names) => {
        connected();
        return names.map((name) => this.#read(`${group} ${name}`));
      },
      store: async (group, values, announcement) => {
        connected();
        for (const value of values) this.#store(`${group} ${value.name}`, value);
        if (announcement) this.#publish(announcement);
      },
      remove: async (group, names) => {
        connected();
        for (const name of names) this.#remove(`${group} ${name}`);
      },
      requestTask: async (name, data) => {
        connected();
        if (this.#tasks.has(name)) return;
        this.#tasks.set(name, { data });
        this.#assignTasks();
      },
      serveTasks: (run) => {
        replica.runTask = run;
        this.#assignTasks();
      },
      count: async (limit, name) => {
        connected();
        const limiter = this.#limiters.get(limit.id) ?? memoryLimiter(limit);
        this.#limiters.set(limit.id, limiter);
        return await limiter.consume(name);
      },
      disconnect: (cause, milliseconds = 0) => {
        if (replica.problem) return;
        replica.problem = { since: new Date(this.#options.now()), cause };
        this.#replicas.delete(replica);
        if (milliseconds === 0) this.#takeTasks(replica);
        else replica.stopTimer = this.#options.startTimer(milliseconds, () => this.#takeTasks(replica));
        for (const listener of [...replica.problemListeners]) listener();
      },
      reconnect: () => {
        if (!replica.problem) return;
        replica.problem = undefined;
        replica.stopTimer();
        this.#replicas.add(replica);
        for (const listener of [...replica.problemListeners]) listener();
        for (const subscribers of replica.subscribers.values())
          for (const subscriber of [...subscribers]) queueMicrotask(() => subscriber.onActive());
        this.#assignTasks();
      },
      close: async () => {
        this.#replicas.delete(replica);
        this.#takeTasks(replica);
        replica.subscribers.clear();
      },
    };
  }

  /** Loses all values and tasks, as a store without persistence does when it restarts. */
  flush(): void {
    for (const name of [...this.#values.keys()]) this.#remove(name);
    const tasks = [...this.#tasks.values()];
    this.#tasks.clear();
    for (const { run } of tasks) run?.stop.abort(new BrokerError('the task was lost'));
  }

  #subscribe(replica: Replica, channel: string, subscriber: Subscriber): () => void {
    const subscribers = replica.subscribers.get(channel) ?? new Set();
    replica.subscribers.set(channel, subscribers.add(subscriber));
    queueMicrotask(() => {
      if (subscribers.has(subscriber) && !replica.problem) subscriber.onActive();
    });
    return () => {
      subscribers.delete(subscriber);
      if (subscribers.size === 0) replica.subscribers.delete(channel);
    };
  }

  /** Delivers later, as a network does, so that senders are never called back by their own call. */
  #publish({ channel, message }: Announcement): void {
    queueMicrotask(() => {
      for (const { subscribers } of [...this.#replicas])
        for (const subscriber of [...(subscribers.get(channel) ?? [])]) subscriber.onMessage(message);
    });
  }

  #read(name: string): StoredValue | undefined {
    const entry = this.#values.get(name);
    return entry && { value: entry.value, age: this.#options.monotonicNow() - entry.storedAt };
  }

  #store(name: string, value: NewValue): void {
    const known = this.#values.get(name);
    if (known && value.version !== '' && known.version > value.version) return;
    known?.stopTimer();
    const { monotonicNow, startTimer } = this.#options;
    const stopTimer = startTimer(value.milliseconds, () => void this.#values.delete(name));
    this.#values.set(name, { ...value, storedAt: monotonicNow(), stopTimer });
  }

  #remove(name: string): void {
    this.#values.get(name)?.stopTimer();
    this.#values.delete(name);
  }

  /** Gives each task that is not running to the replica that runs the fewest. */
  #assignTasks(): void {
    const running = new Map<Replica, number>();
    for (const replica of this.#replicas) if (replica.runTask) running.set(replica, 0);
    for (const { run } of this.#tasks.values()) if (run) running.set(run.replica, (running.get(run.replica) ?? 0) + 1);
    for (const [name, task] of this.#tasks) {
      if (task.run) continue;
      const [first] = [...running].sort(([, a], [, b]) => a - b);
      if (!first) return;
      running.set(first[0], first[1] + 1);
      this.#run(name, task, first[0]);
    }
  }

  #run(name: string, task: RequestedTask, replica: Replica): void {
    const stop = new AbortController();
    this.#lastEpoch = Math.max(this.#lastEpoch + 1, this.#options.now());
    task.run = { replica, stop };
    const { data } = task;
    const epoch = this.#lastEpoch;
    queueMicrotask(async () => {
      if (stop.signal.aborted) return;
      await replica.runTask?.({ name, data, epoch, signal: stop.signal });
      if (!stop.signal.aborted && this.#tasks.get(name) === task) this.#tasks.delete(name);
    });
  }

  #takeTasks(replica: Replica): void {
    for (const task of this.#tasks.values()) {
      if (task.run?.replica !== replica) continue;
      task.run.stop.abort(new BrokerError('another replica may run the task'));
      task.run = undefined;
    }
    this.#assignTasks();
  }
}
