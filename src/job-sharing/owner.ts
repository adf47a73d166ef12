import type { Broker, Task } from '../cluster/broker.ts';
import type { Replicas } from '../cluster/replicas.ts';
import type { Vault } from '../cluster/vault.ts';
import type { JobEvent, Listener } from '../jobs/events.ts';
import type { Schedule } from '../jobs/schedule.ts';
import type { Job, JobList } from '../jobs/source.ts';
import type { StartTimer } from '../util/timers.ts';
import { Holders } from './holders.ts';
import { digestOf, type EventCodec, type Names, type Needs, openNeeds, openOwnerMessage } from './messages.ts';
import { Publisher } from './publisher.ts';
import { isMissing } from './shared-job.ts';
import { type StoredState, StoredStates } from './stored-states.ts';

export interface OwnerOptions<State, Key> {
  broker: Broker;
  vault: Vault;
  names: Names;
  codec: EventCodec<State, Key>;
  replicas: Pick<Replicas, 'onJoin' | 'onLeave'>;
  /** The schedule that polls for all replicas. It is disposed of at the end. */
  schedule: Schedule<State, Key>;
  /** Returns the job or the list with a key. */
  sourceOf: (key: Key) => { readonly job: Job<State, Key> } | { readonly list: JobList<State, Key> };
  /** True for the last state of a job. */
  isFinished: (state: State) => boolean;
  startTimer: StartTimer;
}

/** Time between two signs of life, in milliseconds. */
const BEAT = 2_000;
/** Beats without any need after which an owner ends: longer than a reconnect of the last subscriber takes. */
const MAX_IDLE_BEATS = 2;
/** Beats without a message of a replica after which its needs are forgotten: it has missed several digests. */
const MAX_SILENT_BEATS = 15;

/** A job that is to be watched, until its stored state is read. */
interface PendingJob<State, Key> {
  readonly job: Job<State, Key>;
  readonly position: number | undefined;
  isWoken: boolean;
}

/** Polls the jobs of one credential for all replicas, as long as any of them needs one. */
export class Owner<State, Key> {
  readonly #options: OwnerOptions<State, Key>;
  readonly #publisher: Publisher<State, Key>;
  readonly #stored: StoredStates<State, Key>;
  readonly #jobs = new Holders();
  readonly #waiting = new Holders();
  readonly #lists = new Holders();
  readonly #pending = new Map<string, PendingJob<State, Key>>();
  readonly #listListeners = new Map<string, Listener<State, Key>>();
  readonly #jobListener: Listener<State, Key>;
  /** The last report of each job and list of which no state is known yet, for replicas that join later. */
  readonly #missing = new Map<string, JobEvent<State, Key>>();
  /** Beats since the last message of each replica. */
  readonly #silentBeats = new Map<string, number>();
  readonly #finish: () => void;
  /** Resolves when no replica needs anything any more, or the task was taken away. */
  readonly ended: Promise<void>;
  #stopTimer: () => void = () => {};
  #idleBeats = 0;
  #hasEnded = false;

  constructor(task: Task, options: OwnerOptions<State, Key>) {
    this.#options = options;
    this.#publisher = new Publisher(task.epoch, options);
    this.#stored = new StoredStates(options);
    this.#jobListener = {
      put: (name, event) => this.#report('', name, event),
      end: (name) => this.#endJob(name),
    };
    const { broker, vault, names, replicas } = options;
    const unsubscribe = broker.subscribe(names.needs, {
      onActive: () => this.#publisher.send('started'),
      onMessage: (sealed) => {
        const needs = openNeeds(vault, sealed);
        if (needs) this.#take(needs);
      },
    });
    const unsubscribeReports = broker.subscribe(names.reports, {
      onActive: () => {},
      onMessage: (sealed) => {
        // Another replica has become the owner.
        if ((openOwnerMessage(vault, sealed)?.epoch ?? 0) > this.#publisher.epoch) this.#finish();
      },
    });
    const removeListeners = [
      unsubscribe,
      unsubscribeReports,
      replicas.onLeave((replica) => this.#removeMissing(replica, [], [])),
      // A replica that was suspended counts as gone, and does not know it.
      replicas.onJoin(() => this.#publisher.send('started')),
    ];
    let finish = () => {};
    this.ended = new Promise((resolve) => {
      finish = resolve;
    });
    this.#finish = () => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      this.#stopTimer();
      for (const remove of removeListeners) remove();
      task.signal.removeEventListener('abort', this.#finish);
      options.schedule.dispose();
      if (!task.signal.aborted) this.#publisher.send('ended');
      finish();
    };
    task.signal.addEventListener('abort', this.#finish, { once: true });
    void this.#stored.readHold().then((milliseconds) => options.schedule.hold(milliseconds));
    if (task.signal.aborted) this.#finish();
    else this.#setTimer();
  }

  #setTimer(): void {
    this.#stopTimer = this.#options.startTimer(BEAT, () => {
      this.#forgetSilent();
      const isNeeded = this.#jobs.size + this.#lists.size > 0;
      this.#idleBeats = isNeeded ? 0 : this.#idleBeats + 1;
      if (this.#idleBeats > MAX_IDLE_BEATS) return this.#finish();
      this.#publisher.send('beat');
      this.#setTimer();
    });
  }

  #forgetSilent(): void {
    for (const [replica, beats] of this.#silentBeats) {
      this.#silentBeats.set(replica, beats + 1);
      if (beats < MAX_SILENT_BEATS) continue;
      this.#silentBeats.delete(replica);
      this.#removeMissing(replica, [], []);
    }
  }

  #take(needs: Needs): void {
    const { from, epoch, digest, leave = [], unfollow = [], waiting = [] } = needs;
    if (epoch > this.#publisher.epoch) {
      // That of an earlier owner: the store that orders epochs has lost its data, or its clock was set back.
      this.#publisher.exceed(epoch);
      this.#publisher.send('started');
    }
    this.#silentBeats.set(from, 0);
    const { schedule } = this.#options;
    const join = (needs.join ?? []).flatMap((need) => {
      const job = this.#jobOf(need.key);
      return job ? [{ ...need, job: need.isSeen ? { ...job, isKnown: true } : job }] : [];
    });
    const follow = (needs.follow ?? []).flatMap((key) => this.#listOf(key) ?? []);
    if (needs.isComplete)
      this.#removeMissing(
        from,
        join.map(({ job }) => job),
        follow,
      );
    for (const name of leave) this.#leave(name, from);
    for (const name of unfollow) this.#unfollow(name, from);
    const isUnknown = join.filter(({ job, position }) => this.#join(job, position, from));
    if (isUnknown.length > 0) void this.#watchPending(isUnknown.map(({ job }) => job));
    for (const { job, isWaiting = false } of join) this.#setWaiting(job.name, isWaiting, from);
    for (const list of follow) this.#follow(list, from);
    for (const [name, isWaiting] of waiting) this.#setWaiting(name, isWaiting, from);
    for (const name of needs.wake ?? []) this.#wake(name);
    for (const key of needs.announce ?? []) {
      const job = this.#jobOf(key);
      if (job) schedule.announce(job);
    }
    if (needs.holdMilliseconds !== undefined) schedule.hold(needs.holdMilliseconds);
    if (digest !== undefined && digest !== this.#digestOf(from)) this.#publisher.send('started');
  }

  #jobOf(value: unknown): Job<State, Key> | undefined {
    const key = this.#options.codec.decodeKey(value);
    const source = key && this.#options.sourceOf(key);
    return source && 'job' in source ? source.job : undefined;
  }

  #listOf(value: unknown): JobList<State, Key> | undefined {
    const key = this.#options.codec.decodeKey(value);
    const source = key && this.#options.sourceOf(key);
    return source && 'list' in source ? source.list : undefined;
  }

  #digestOf(replica: string): string {
    return digestOf([...this.#jobs.namesOf(replica), ...this.#lists.namesOf(replica)]);
  }

  /** Adds a job, and repeats its current event. @returns True if it is not watched yet. */
  #join(job: Job<State, Key>, position: number | undefined, replica: string): boolean {
    const { name } = job;
    if (this.#jobs.add(name, replica)) {
      this.#pending.set(name, { job, position, isWoken: false });
      return true;
    }
    const event = this.#options.schedule.eventOf(name) ?? this.#missing.get(name);
    if (event && !this.#pending.has(name)) this.#publisher.repeat('', name, event);
    return false;
  }

  /** Watches jobs with their states as stored by an earlier owner, or as finished jobs. */
  async #watchPending(jobs: readonly Job<State, Key>[]): Promise<void> {
    const [states, ends] = await Promise.all([
      this.#stored.read(jobs.map(({ name }) => name)),
      Promise.all(jobs.map((job) => job.findLastState?.())),
    ]);
    for (const [index, job] of jobs.entries()) {
      const { name } = job;
      const pending = this.#pending.get(name);
      // All replicas that needed it may have left meanwhile.
      if (this.#hasEnded || pending?.job !== job) continue;
      this.#pending.delete(name);
      const last = ends[index];
      if (last) {
        this.#report('', name, { key: job.key, ...last });
        this.#endJob(name);
      } else this.#watch(pending, states.get(name));
    }
  }

  #watch({ job, position, isWoken }: PendingJob<State, Key>, stored: StoredState<State, Key> | undefined): void {
    const { schedule } = this.#options;
    const known = stored && { state: stored.event.state, checkedAt: stored.event.checkedAt };
    schedule.join(job, this.#jobListener, { position, known });
    if (this.#waiting.has(job.name)) schedule.setWaiting(job.name, 1);
    if (isWoken) schedule.wake(job.name);
  }

  #wake(name: string): void {
    const pending = this.#pending.get(name);
    if (pending) pending.isWoken = true;
    this.#options.schedule.wake(name);
  }

  #setWaiting(name: string, isWaiting: boolean, replica: string): void {
    const isHeld = this.#jobs.isHeldBy(name, replica);
    const hasChanged = isWaiting && isHeld ? this.#waiting.add(name, replica) : this.#waiting.delete(name, replica);
    if (hasChanged && !this.#pending.has(name)) this.#options.schedule.setWaiting(name, isWaiting ? 1 : -1);
  }

  #leave(name: string, replica: string): void {
    this.#setWaiting(name, false, replica);
    if (!this.#jobs.delete(name, replica)) return;
    this.#missing.delete(name);
    this.#pending.delete(name);
    this.#options.schedule.leave(name, this.#jobListener);
    this.#publisher.forgetJob('', name);
  }

  /** Called when a job has ended for all replicas. */
  #endJob(name: string): void {
    if (this.#hasEnded) return;
    this.#waiting.clear(name);
    this.#jobs.clear(name);
    this.#missing.delete(name);
    this.#publisher.end(name);
  }

  #follow(source: JobList<State, Key>, replica: string): void {
    const { schedule } = this.#options;
    const { name } = source;
    if (this.#lists.add(name, replica)) {
      const listener = this.#listListener(name);
      this.#listListeners.set(name, listener);
      schedule.joinList(source, listener);
      return;
    }
    const repeat: Listener<State, Key> = {
      put: (job, event) => this.#publisher.repeat(name, job, event),
      end: () => {},
    };
    schedule.joinList(source, repeat);
    schedule.leaveList(name, repeat);
    const missing = this.#missing.get(name);
    if (missing) this.#publisher.repeat(name, name, missing);
  }

  #report(list: string, name: string, event: JobEvent<State, Key>): void {
    if (isMissing(event)) this.#missing.set(name, event);
    else {
      this.#missing.delete(name);
      this.#missing.delete(list);
    }
    this.#publisher.event(list, name, event);
  }

  #listListener(list: string): Listener<State, Key> {
    return {
      put: (name, event) => this.#report(list, name, event),
      end: () => {
        if (this.#hasEnded) return;
        this.#lists.clear(list);
        this.#listListeners.delete(list);
        this.#publisher.endList(list);
      },
      setGone: (name, isGone) => this.#publisher.gone(list, name, isGone),
    };
  }

  #unfollow(name: string, replica: string): void {
    if (!this.#lists.delete(name, replica)) return;
    const listener = this.#listListeners.get(name);
    if (listener) this.#options.schedule.leaveList(name, listener);
    this.#listListeners.delete(name);
    this.#missing.delete(name);
    this.#publisher.forgetList(name);
  }

  /** Removes what a replica no longer needs, according to its complete needs. */
  #removeMissing(replica: string, jobs: readonly Job<State, Key>[], lists: readonly JobList<State, Key>[]): void {
    const needed = new Set([...jobs, ...lists].map(({ name }) => name));
    for (const name of this.#jobs.namesOf(replica)) if (!needed.has(name)) this.#leave(name, replica);
    for (const name of this.#lists.namesOf(replica)) if (!needed.has(name)) this.#unfollow(name, replica);
  }
}
