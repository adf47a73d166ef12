import type { Broker } from '../cluster/broker.ts';
import type { Vault } from '../cluster/vault.ts';
import type { Job, JobList } from '../jobs/source.ts';
import type { StartTimer } from '../util/timers.ts';
import type { Feed, FeedOptions, FeedReader } from './feed.ts';
import {
  type EventCodec,
  type Names,
  type Need,
  type Needs,
  type OwnerMessage,
  openMessage,
  type Report,
  sealMessage,
} from './messages.ts';
import { StoredStates } from './stored-states.ts';

export interface RemoteFeedOptions<State, Key> {
  broker: Broker;
  vault: Vault;
  names: Names;
  codec: EventCodec<State, Key>;
  /** Name of the task that polls, and the data that it needs. */
  task: { readonly name: string; readonly data: () => string };
  startTimer: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Called when an owner reports: at first, after an interruption, and when another replica has become the owner. */
  onAvailable: () => void;
  /** Called when no owner can be reached. */
  onUnavailable: () => void;
}

/** Delays of the requests for an owner until one is heard, in milliseconds. The last one is repeated. */
const REQUEST_DELAYS = [0, 50, 100, 200, 400, 800, 1_600];
/** Silence of the owner after which it is requested again, in milliseconds: longer than its beat. */
const SUSPICIOUS_SILENCE = 3_000;
/** Silence of the owner after which this replica polls, in milliseconds: longer than a change of the owner takes. */
const MAX_SILENCE = 8_000;
/** The same while the broker reports a problem. */
const MAX_PROBLEM = 1_500;

/** A job that this replica needs. */
interface NeededJob<State, Key> {
  readonly job: Job<State, Key>;
  readonly position: number;
  isWaiting: boolean;
}

/** The feed of the owner: the replica that polls the jobs of this credential for all. */
export class RemoteFeed<State, Key> implements Feed<State, Key> {
  readonly #reader: FeedReader<State, Key>;
  readonly #options: RemoteFeedOptions<State, Key>;
  readonly #stored: StoredStates<State, Key>;
  readonly #jobs = new Map<string, NeededJob<State, Key>>();
  readonly #lists = new Map<string, JobList<State, Key>>();
  /** Versions of the last events, by job, or list and job. */
  readonly #versions = new Map<string, number>();
  #changes: Changes<Key> = noChanges();
  #isFlushRequested = false;
  #unsubscribe: (() => void) | undefined;
  #isSubscribed = false;
  #epoch = 0;
  /** True if the last message of an owner was not its end. */
  #hasOwner = false;
  #isUnavailable = false;
  #heardAt = 0;
  /** Number of requests for an owner since one was heard. */
  #requests = 0;
  #heldUntil = Number.NEGATIVE_INFINITY;
  #stopTimer: () => void = () => {};

  constructor(reader: FeedReader<State, Key>, options: RemoteFeedOptions<State, Key>) {
    this.#reader = reader;
    this.#options = options;
    this.#stored = new StoredStates(options);
  }

  join(job: Job<State, Key>, { position, isWaiting }: FeedOptions<State>): void {
    this.#jobs.set(job.name, { job, position, isWaiting });
    this.#changes.leave.delete(job.name);
    this.#changes.join.add(job.name);
    this.#requestFlush();
  }

  leave(name: string): void {
    if (!this.#jobs.delete(name)) return;
    this.#versions.delete(name);
    this.#changes.leave.add(name);
    this.#changes.join.delete(name);
    this.#requestFlush();
  }

  setWaiting(name: string, isWaiting: boolean): void {
    const needed = this.#jobs.get(name);
    if (!needed) return;
    needed.isWaiting = isWaiting;
    this.#changes.waiting.set(name, isWaiting);
    this.#requestFlush();
  }

  follow(list: JobList<State, Key>): void {
    this.#lists.set(list.name, list);
    this.#changes.unfollow.delete(list.name);
    this.#changes.follow.set(list.name, list.key);
    this.#requestFlush();
  }

  unfollow(name: string): void {
    if (!this.#lists.delete(name)) return;
    for (const key of [...this.#versions.keys()]) if (key.startsWith(`${name}\n`)) this.#versions.delete(key);
    this.#changes.unfollow.add(name);
    this.#changes.follow.delete(name);
    this.#requestFlush();
  }

  wake(name: string): void {
    this.#changes.wake.add(name);
    this.#requestFlush();
  }

  announce(job: Job<State, Key>): void {
    this.#changes.announce.push(job.key);
    this.#requestFlush();
  }

  hold(milliseconds: number): void {
    const until = this.#options.monotonicNow() + milliseconds;
    if (until <= this.#heldUntil) return;
    this.#heldUntil = until;
    this.#changes.hold = milliseconds;
    this.#stored.storeHold(milliseconds);
    this.#requestFlush();
  }

  dispose(): void {
    for (const name of [...this.#jobs.keys()]) this.leave(name);
    for (const name of [...this.#lists.keys()]) this.unfollow(name);
    this.#flush();
  }

  get #isNeeded(): boolean {
    return this.#jobs.size + this.#lists.size > 0;
  }

  /** Sends all changes of the current task at once. */
  #requestFlush(): void {
    if (this.#isFlushRequested) return;
    this.#isFlushRequested = true;
    queueMicrotask(() => {
      if (this.#isFlushRequested) this.#flush();
    });
  }

  #flush(): void {
    this.#isFlushRequested = false;
    const changes = this.#changes;
    this.#changes = noChanges();
    if (this.#isNeeded && !this.#unsubscribe) this.#subscribe();
    // A new subscription sends everything once it is active.
    if (this.#isSubscribed || !this.#isNeeded) {
      this.#send({
        join: [...changes.join].flatMap((name) => this.#needOf(name) ?? []),
        leave: [...changes.leave],
        waiting: [...changes.waiting],
        follow: [...changes.follow.values()],
        unfollow: [...changes.unfollow],
        ...effectsOf(changes),
      });
      this.#readStored(changes.join);
    } else {
      const effects = effectsOf(changes);
      if (Object.keys(effects).length > 0) this.#send(effects);
    }
    if (!this.#isNeeded) this.#end();
  }

  #send(needs: Omit<Needs<Key>, 'from' | 'epoch'>): void {
    const { broker, vault, names } = this.#options;
    const message: Needs<Key> = { from: broker.replicaId, epoch: this.#epoch, ...needs };
    broker.publish(names.needs, sealMessage(vault, message));
  }

  #sendAll(): void {
    const join = [...this.#jobs.keys()].flatMap((name) => this.#needOf(name) ?? []);
    const follow = [...this.#lists.values()].map(({ key }) => key);
    const hold = this.#heldUntil - this.#options.monotonicNow();
    this.#send({ isComplete: true, join, follow, ...(hold > 0 && { holdMilliseconds: hold }) });
  }

  #needOf(name: string): Need<Key> | undefined {
    const needed = this.#jobs.get(name);
    return needed && { key: needed.job.key, position: needed.position, isWaiting: needed.isWaiting };
  }

  #subscribe(): void {
    const { broker, vault, names, monotonicNow } = this.#options;
    this.#heardAt = monotonicNow();
    this.#requests = 0;
    const unsubscribe = broker.subscribe(names.reports, {
      onActive: () => {
        this.#isSubscribed = true;
        this.#sendAll();
        this.#readStored(this.#jobs.keys());
        this.#requests = 0;
        this.#watchOwner();
      },
      onMessage: (sealed) => {
        const message = openMessage<OwnerMessage>(vault, sealed);
        if (message) this.#onMessage(message);
      },
    });
    const removeListener = broker.onProblemChange(() => this.#watchOwner());
    this.#unsubscribe = () => {
      unsubscribe();
      removeListener();
    };
    this.#watchOwner();
  }

  #end(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#isSubscribed = false;
    this.#hasOwner = false;
    this.#isUnavailable = false;
    this.#stopTimer();
    this.#stopTimer = () => {};
    this.#versions.clear();
  }

  #onMessage({ epoch, type, reports = [] }: OwnerMessage): void {
    // A replica that was the owner before may still report.
    if (epoch < this.#epoch) return;
    const isNew = epoch > this.#epoch;
    this.#heardAt = this.#options.monotonicNow();
    this.#epoch = epoch;
    if (isNew) this.#versions.clear();
    if (type === 'ended') {
      this.#hasOwner = false;
      this.#requests = 0;
      this.#watchOwner();
      return;
    }
    if (isNew || !this.#hasOwner || this.#isUnavailable) {
      this.#hasOwner = true;
      this.#isUnavailable = false;
      this.#options.onAvailable();
    }
    if (type === 'started' || isNew) this.#sendAll();
    this.#watchOwner();
    for (const report of reports) this.#take(report);
  }

  #take(report: Report): void {
    const { name } = report;
    if (report.type === 'gone') this.#reader.onGone(report.list, name, report.isGone);
    else if (report.type === 'end') {
      if (report.list === undefined) this.#reader.onEnd(name);
      else this.#reader.onListEnd(report.list);
    } else {
      const { list, version } = report;
      if (list === undefined ? !this.#jobs.has(name) : !this.#lists.has(list)) return;
      const key = list === undefined ? name : `${list}\n${name}`;
      if (version <= (this.#versions.get(key) ?? -1)) return;
      const event = this.#options.codec.decode(report.event);
      if (!event) return;
      this.#versions.set(key, version);
      if (list === undefined) this.#reader.onEvent(name, event);
      else this.#reader.onListEvent(list, name, event);
    }
  }

  /** Reports the stored states of jobs of which nothing was reported yet. */
  #readStored(names: Iterable<string>): void {
    const unknown = [...names].filter((name) => this.#jobs.has(name) && !this.#versions.has(name));
    if (unknown.length === 0) return;
    void this.#stored.read(unknown).then((states) => {
      for (const [name, { epoch, version, event }] of states) {
        if (!this.#jobs.has(name) || this.#versions.has(name) || epoch < this.#epoch || this.#isUnavailable) continue;
        if (epoch === this.#epoch) this.#versions.set(name, version);
        this.#reader.onStored(name, event);
      }
    });
  }

  /** Requests an owner while none is heard, and reports if that takes too long. Sets the timer for the next check. */
  #watchOwner(): void {
    this.#stopTimer();
    if (!this.#unsubscribe) return;
    const { broker, startTimer, monotonicNow, onUnavailable } = this.#options;
    const silence = monotonicNow() - this.#heardAt;
    const limit = broker.problem ? MAX_PROBLEM : MAX_SILENCE;
    if (silence >= limit && !this.#isUnavailable) {
      this.#isUnavailable = true;
      onUnavailable();
    }
    const isMissing = !this.#hasOwner || silence >= SUSPICIOUS_SILENCE;
    const delay = REQUEST_DELAYS[Math.min(this.#requests, REQUEST_DELAYS.length - 1)] ?? 0;
    if (isMissing && this.#isSubscribed && !broker.problem) this.#requestOwner();
    const untilUnavailable = this.#isUnavailable ? Number.POSITIVE_INFINITY : limit - silence;
    const next = isMissing ? Math.max(50, delay) : SUSPICIOUS_SILENCE - silence;
    this.#stopTimer = startTimer(Math.max(1, Math.min(next, untilUnavailable)), () => this.#watchOwner());
  }

  #requestOwner(): void {
    const { broker, task } = this.#options;
    this.#requests++;
    // The broker reports its own problems.
    broker.requestTask(task.name, task.data()).catch(() => {});
  }
}

/** Changes that the owner does not know yet. */
interface Changes<Key> {
  readonly join: Set<string>;
  readonly leave: Set<string>;
  readonly waiting: Map<string, boolean>;
  readonly follow: Map<string, Key>;
  readonly unfollow: Set<string>;
  readonly wake: Set<string>;
  readonly announce: Key[];
  hold: number;
}

const noChanges = <Key>(): Changes<Key> => ({
  join: new Set(),
  leave: new Set(),
  waiting: new Map(),
  follow: new Map(),
  unfollow: new Set(),
  wake: new Set(),
  announce: [],
  hold: 0,
});

/** The changes that concern the owner, not the needs of this replica. */
const effectsOf = <Key>({ wake, announce, hold }: Changes<Key>) => ({
  ...(wake.size > 0 && { wake: [...wake] }),
  ...(announce.length > 0 && { announce }),
  ...(hold > 0 && { holdMilliseconds: hold }),
});
