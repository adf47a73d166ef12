import type { Broker, Task } from '../cluster/broker.ts';
import type { Replicas } from '../cluster/replicas.ts';
import type { Vault } from '../cluster/vault.ts';
import type { JobEvent, Listener } from '../jobs/events.ts';
import type { Schedule } from '../jobs/schedule.ts';
import type { Job, JobList } from '../jobs/source.ts';
import type { StartTimer } from '../util/timers.ts';
import { Holders } from './holders.ts';
import { type EventCodec, type Names, type Need, type Needs, openMessage } from './messages.ts';
import { Publisher } from './publisher.ts';
import { isMissing } from './shared-job.ts';
import { StoredStates } from './stored-states.ts';

export interface OwnerOptions<State, Key> {
  broker: Broker;
  vault: Vault;
  names: Names;
  codec: EventCodec<State, Key>;
  replicas: Pick<Replicas, 'onLeave'>;
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

/** Polls the jobs of one credential for all replicas, as long as any of them needs one. */
export class Owner<State, Key> {
  readonly #options: OwnerOptions<State, Key>;
  readonly #publisher: Publisher<State, Key>;
  readonly #stored: StoredStates<State, Key>;
  readonly #jobs = new Holders();
  readonly #waiting = new Holders();
  readonly #lists = new Holders();
  readonly #listListeners = new Map<string, Listener<State, Key>>();
  readonly #jobListener: Listener<State, Key>;
  /** The last report of each job and list of which no state is known yet, for replicas that join later. */
  readonly #missing = new Map<string, JobEvent<State, Key>>();
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
        const needs = openMessage<Needs<Key>>(vault, sealed);
        if (needs) this.#take(needs);
      },
    });
    const removeListener = replicas.onLeave((replica) => this.#removeReplica(replica));
    let finish = () => {};
    this.ended = new Promise((resolve) => {
      finish = resolve;
    });
    this.#finish = () => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      this.#stopTimer();
      unsubscribe();
      removeListener();
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
      this.#idleBeats = this.#isNeeded ? 0 : this.#idleBeats + 1;
      if (this.#idleBeats > MAX_IDLE_BEATS) return this.#finish();
      this.#publisher.send('beat');
      this.#setTimer();
    });
  }

  get #isNeeded(): boolean {
    return this.#jobs.size + this.#lists.size > 0;
  }

  #take(needs: Needs<Key>): void {
    const { from, epoch, join = [], leave = [], follow = [], unfollow = [], waiting = [] } = needs;
    this.#publisher.exceed(epoch);
    if (needs.isComplete) this.#removeMissing(from, join, follow);
    for (const name of leave) this.#leave(name, from);
    for (const name of unfollow) this.#unfollow(name, from);
    const unknown = join.filter((need) => !this.#join(need, from));
    if (unknown.length > 0) void this.#joinUnknown(unknown, from);
    for (const key of follow) this.#follow(key, from);
    for (const [name, isWaiting] of waiting) this.#setWaiting(name, isWaiting, from);
    const { schedule, sourceOf } = this.#options;
    for (const name of needs.wake ?? []) schedule.wake(name);
    for (const key of needs.announce ?? []) {
      const source = sourceOf(key);
      if ('job' in source) schedule.announce(source.job);
    }
    if (needs.holdMilliseconds !== undefined) schedule.hold(needs.holdMilliseconds);
  }

  /** Adds a job that is watched already. @returns False if it is not. */
  #join({ key, isWaiting = false }: Need<Key>, replica: string): boolean {
    const { sourceOf, schedule } = this.#options;
    const source = sourceOf(key);
    if (!('job' in source)) return true;
    const { name } = source.job;
    if (this.#jobs.add(name, replica)) return false;
    const event = schedule.eventOf(name) ?? this.#missing.get(name);
    if (event) this.#publisher.repeat('', name, event);
    this.#setWaiting(name, isWaiting, replica);
    return true;
  }

  /** Adds jobs that are not watched yet, with their states as stored by an earlier owner. */
  async #joinUnknown(needs: readonly Need<Key>[], replica: string): Promise<void> {
    const { sourceOf, schedule } = this.#options;
    const jobs = needs.flatMap((need) => {
      const source = sourceOf(need.key);
      return 'job' in source ? [{ ...need, job: source.job }] : [];
    });
    const [states, ends] = await Promise.all([
      this.#stored.read(jobs.map(({ job }) => job.name)),
      Promise.all(jobs.map(({ job }) => job.findLastState?.())),
    ]);
    for (const [index, { job, position, isWaiting = false }] of jobs.entries()) {
      // All replicas that needed it may have left meanwhile.
      if (this.#hasEnded || !this.#jobs.has(job.name)) continue;
      const last = ends[index];
      if (last) {
        this.#report('', job.name, { key: job.key, ...last });
        this.#endJob(job.name);
        continue;
      }
      const event = states.get(job.name)?.event;
      const known = event && { state: event.state, checkedAt: event.checkedAt };
      schedule.join(job, this.#jobListener, { position, known });
      this.#setWaiting(job.name, isWaiting, replica);
    }
  }

  #setWaiting(name: string, isWaiting: boolean, replica: string): void {
    const { schedule } = this.#options;
    if (!isWaiting && this.#waiting.delete(name, replica)) schedule.setWaiting(name, -1);
    if (isWaiting && this.#jobs.has(name) && this.#waiting.add(name, replica)) schedule.setWaiting(name, 1);
  }

  #leave(name: string, replica: string): void {
    this.#setWaiting(name, false, replica);
    if (!this.#jobs.delete(name, replica)) return;
    this.#missing.delete(name);
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

  #follow(key: Key, replica: string): void {
    const { sourceOf, schedule } = this.#options;
    const source = sourceOf(key);
    if (!('list' in source)) return;
    const { name } = source.list;
    if (this.#lists.add(name, replica)) {
      const listener = this.#listListener(name);
      this.#listListeners.set(name, listener);
      schedule.joinList(source.list, listener);
      return;
    }
    const repeat: Listener<State, Key> = {
      put: (job, event) => this.#publisher.repeat(name, job, event),
      end: () => {},
    };
    schedule.joinList(source.list, repeat);
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
  #removeMissing(replica: string, join: readonly Need<Key>[], follow: readonly Key[]): void {
    const needed = new Set([...join.map(({ key }) => key), ...follow].map((key) => this.#nameOf(key)));
    for (const name of this.#jobs.namesOf(replica)) if (!needed.has(name)) this.#leave(name, replica);
    for (const name of this.#lists.namesOf(replica)) if (!needed.has(name)) this.#unfollow(name, replica);
  }

  #nameOf(key: Key): string {
    const source = this.#options.sourceOf(key);
    return 'job' in source ? source.job.name : source.list.name;
  }

  #removeReplica(replica: string): void {
    this.#removeMissing(replica, [], []);
  }
}
