import { type Job, Queue, Worker } from 'bullmq';
import type { Sleep, StartTimer } from '../util/timers.ts';
import { BrokerError, type Task } from './broker.ts';
import type { RedisConnection } from './redis-connection.ts';
import type { RedisHealth } from './redis-health.ts';
import { TaskLocks } from './task-locks.ts';

export interface RedisTasksOptions {
  connection: RedisConnection;
  health: RedisHealth;
  replicaId: string;
  startTimer: StartTimer;
  sleep: Sleep;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Called when a run rejects, which ends the task as well. */
  onRunError: (error: unknown) => void;
}

type RunTask = (task: Task) => Promise<void>;
type TaskJob = Job<string, null, string>;

/** Time for which a replica owns a task without renewing its lock, in milliseconds. */
const LOCK_TIME = 2_000;
/**
 * Interval between searches for tasks of dead replicas, in milliseconds. One finds such a task first, and a later one,
 * once its lock has expired, gives it to another replica: after at most twice this interval and {@link LOCK_TIME}.
 */
const STALLED_TIME = 1_000;
/** Maximum time for which the end of the last fetch is awaited, in milliseconds. */
const CLOSE_TIME = 1_200;
/** Pause after a failure, in milliseconds. */
const PAUSE = 100;

const QUEUE = 'tasks';
/** All keys are in one slot of a Cluster. */
const KEYS = {
  prefix: '{flair}',
  // Without the warning that BullMQ prints for eviction policies.
  skipVersionCheck: true,
};
const EPOCH_KEY = 'flair:{flair}:epoch';

/**
 * Tasks as jobs of BullMQ. The jobs are fetched one by one instead of by BullMQ's own loop, so that a run can end with
 * its lock, and that nothing is fetched while Redis does not work.
 */
export class RedisTasks {
  readonly #options: RedisTasksOptions;
  readonly #queue: Queue<string, null, string>;
  readonly #closing = new AbortController();
  /** Runs, which include the end of their jobs. */
  readonly #runs = new Set<Promise<void>>();
  /** Jobs that are being removed, by the name of the task. */
  readonly #ending = new Map<string, Promise<boolean>>();
  #worker: Worker<string, null, string> | undefined;
  #locks: TaskLocks | undefined;
  #serving: Promise<void> | undefined;

  constructor(options: RedisTasksOptions) {
    this.#options = options;
    const { connection, health } = options;
    this.#queue = new Queue(QUEUE, { connection, ...KEYS, streams: { events: { maxLen: 100 } } });
    this.#queue.on('error', () => health.suspect());
  }

  /** @throws BrokerError if Redis does not work. */
  async request(name: string, data: string): Promise<void> {
    await this.#ending.get(name);
    await this.#options.health.run(() =>
      this.#queue.add(name, data, { jobId: jobIdOf(name), removeOnComplete: true, removeOnFail: true }),
    );
  }

  serve(run: RunTask): void {
    const { connection, health, startTimer, monotonicNow } = this.#options;
    const worker = new Worker<string, null, string>(QUEUE, null, {
      connection,
      ...KEYS,
      autorun: false,
      lockDuration: LOCK_TIME,
      stalledInterval: STALLED_TIME,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      drainDelay: 1,
    });
    worker.on('error', () => health.suspect());
    this.#worker = worker;
    this.#locks = new TaskLocks({ worker, lockTime: LOCK_TIME, startTimer, monotonicNow });
    this.#serving = this.#serve(worker, this.#locks, run);
  }

  /** Waits for tasks over a new connection, because the old one may be broken. */
  async reconnect(): Promise<void> {
    const client = await this.#worker?.getBackend().blockingClient;
    if (client?.status === 'ready') client.disconnect(true);
  }

  /** Aborts all runs, and returns their tasks to other replicas. */
  async close(): Promise<void> {
    this.#closing.abort(new BrokerError('this replica stops'));
    this.#locks?.close(this.#closing.signal.reason);
    await Promise.all(this.#runs);
    await this.#worker?.close(true);
    // A job that is being fetched now arrives in time. BullMQ may wait forever for a connection that is closed.
    const late = new AbortController();
    await Promise.race([this.#serving, this.#options.sleep(CLOSE_TIME, late.signal).catch(() => {})]);
    late.abort();
    await Promise.all(this.#runs);
    await this.#queue.close().catch(() => {});
  }

  async #serve(worker: Worker<string, null, string>, locks: TaskLocks, run: RunTask): Promise<void> {
    const { health, replicaId } = this.#options;
    const { signal } = this.#closing;
    void worker.startStalledCheckTimer();
    for (let count = 0; !signal.aborted; count++) {
      await this.#whileBroken();
      const token = `${replicaId} ${count}`;
      const job = await this.#fetch(worker, token);
      if (!job) continue;
      const running = this.#run(job, token, locks, run).catch(() => health.suspect());
      this.#runs.add(running);
      void running.finally(() => this.#runs.delete(running));
    }
  }

  /** Waits up to a second for a job. @returns Undefined if there is none, or after a failure and a pause. */
  async #fetch(worker: Worker<string, null, string>, token: string): Promise<TaskJob | undefined> {
    const { health, sleep } = this.#options;
    const { signal } = this.#closing;
    try {
      // Looks without waiting first: the notification that ends the wait may have been lost.
      const job = await worker.getNextJob(token, { block: false });
      return job ?? (signal.aborted ? undefined : await worker.getNextJob(token, { block: true }));
    } catch {
      health.suspect();
      await sleep(PAUSE, signal).catch(() => {});
      return undefined;
    }
  }

  /** Waits until Redis works, or this replica stops. */
  async #whileBroken(): Promise<void> {
    const { health } = this.#options;
    const { signal } = this.#closing;
    if (!health.problem || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        remove();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const remove = health.onChange(end);
      signal.addEventListener('abort', end);
    });
  }

  async #run(job: TaskJob, token: string, locks: TaskLocks, run: RunTask): Promise<void> {
    const lock = locks.hold(job.id ?? '', token);
    const { signal } = lock;
    const aborted = new Promise<false>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    try {
      const epoch = await this.#nextEpoch();
      if (!signal.aborted) {
        const end = () => this.#end(job, token, signal);
        // The end begins in the turn in which the run resolves: a request that follows must start a new run.
        const ended = run({ name: job.name, data: job.data, epoch, signal }).then(end, (error: unknown) => {
          this.#report(error, signal);
          return end();
        });
        if (await Promise.race([ended, aborted])) return;
      }
    } catch {
      // The epoch could not be read, so the run has not begun.
      await this.#options.sleep(PAUSE, signal).catch(() => {});
    } finally {
      lock.release();
    }
    // Fails if the lock is lost: then the search for tasks of dead replicas returns it.
    await job.moveToWait(token).catch(() => {});
  }

  #report(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) this.#options.onRunError(error);
  }

  async #nextEpoch(): Promise<number> {
    return Number(await this.#options.health.run(() => this.#options.connection.flairEpoch(EPOCH_KEY)));
  }

  /** Removes the job of a task that has ended. @returns False if its signal aborts before. */
  async #end(job: TaskJob, token: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    const ending = this.#remove(job, token, signal);
    this.#ending.set(job.name, ending);
    const isRemoved = await ending;
    if (this.#ending.get(job.name) === ending) this.#ending.delete(job.name);
    return isRemoved;
  }

  async #remove(job: TaskJob, token: string, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      try {
        await job.moveToCompleted(null, token, false);
        return true;
      } catch (error) {
        // The lock is lost: another replica runs the task.
        if (error instanceof Error && /^Missing (lock|key)/.test(error.message)) return false;
        this.#options.health.suspect();
        await this.#options.sleep(PAUSE, signal).catch(() => {});
      }
    }
    return false;
  }
}

/** The id of the job of a task: BullMQ accepts neither colons nor numbers. */
const jobIdOf = (name: string): string => `t-${encodeURIComponent(name)}`;
