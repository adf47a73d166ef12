import type { Vault } from '../cluster/vault.ts';
import type { Job, JobList } from '../jobs/source.ts';
import { Changes } from './changes.ts';
import type { Feed, FeedOptions, FeedReader } from './feed.ts';
import {
  digestOf,
  type EventCodec,
  type Names,
  type Need,
  type Needs,
  type OwnerMessage,
  openOwnerMessage,
  type Report,
  sealNeeds,
} from './messages.ts';
import { OwnerSearch, type OwnerSearchOptions, SUSPICIOUS_SILENCE } from './owner-search.ts';
import { StoredStates } from './stored-states.ts';

export interface RemoteFeedOptions<State, Key> extends OwnerSearchOptions {
  vault: Vault;
  names: Names;
  codec: EventCodec<State, Key>;
  /** Called when an owner reports: at first, after an interruption, and when another replica has become the owner. */
  onAvailable: () => void;
}

/** Beats of the owner between two digests of the needs of this replica. */
const BEATS_PER_DIGEST = 5;
/** Number of versions from which those of jobs that are gone are forgotten. */
const MAX_VERSIONS = 20_000;

/** A job that this replica needs. */
interface NeededJob<State, Key> {
  readonly job: Job<State, Key>;
  readonly position: number;
  isWaiting: boolean;
}

/** The connection to the owner, while this replica needs anything. */
interface Connection {
  readonly unsubscribe: () => void;
  readonly search: OwnerSearch;
  isActive: boolean;
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
  #changes = new Changes<Key>();
  #isFlushRequested = false;
  #connection: Connection | undefined;
  #epoch = 0;
  /** Epoch of an owner of another version of the gateway, whose events cannot be read. */
  #unreadableEpoch = -1;
  /** Number of the last message of the owner. */
  #number = 0;
  #beats = 0;
  #heldUntil = Number.NEGATIVE_INFINITY;

  constructor(reader: FeedReader<State, Key>, options: RemoteFeedOptions<State, Key>) {
    this.#reader = reader;
    this.#options = options;
    this.#stored = new StoredStates(options);
  }

  /** True while no owner can be reached, although this replica needs one. */
  get isUnavailable(): boolean {
    return this.#connection?.search.isUnavailable ?? false;
  }

  join(job: Job<State, Key>, { position, isWaiting }: FeedOptions<State>): void {
    this.#jobs.set(job.name, { job, position, isWaiting });
    this.#changes.addJob(job.name);
    this.#requestFlush();
  }

  leave(name: string): void {
    if (!this.#jobs.delete(name)) return;
    this.#versions.delete(name);
    this.#changes.removeJob(name);
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
    this.#changes.addList(list.name, list.key);
    this.#requestFlush();
  }

  unfollow(name: string): void {
    if (!this.#lists.delete(name)) return;
    for (const key of [...this.#versions.keys()]) if (key.startsWith(`${name}\n`)) this.#versions.delete(key);
    this.#changes.removeList(name);
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
    if (!(milliseconds > 0) || until <= this.#heldUntil) return;
    this.#heldUntil = until;
    this.#changes.holdMilliseconds = milliseconds;
    void this.#stored.storeHold(milliseconds);
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
    this.#changes = new Changes();
    const wasConnected = this.#connection !== undefined;
    if (this.#isNeeded && !this.#connection) this.#connection = this.#connect();
    // A new connection sends everything that is needed once it is active.
    const isKnown = this.#connection?.isActive || (wasConnected && !this.#isNeeded);
    const join = isKnown ? [...changes.join].flatMap((name) => this.#needOf(name) ?? []) : [];
    const message = { ...(join.length > 0 && { join }), ...(isKnown && changes.needs), ...changes.requests };
    if (Object.keys(message).length > 0) this.#send(message);
    if (this.#connection?.isActive) this.#readStored(changes.join);
    if (!this.#isNeeded) this.#disconnect();
  }

  #send(needs: Partial<Needs>): void {
    const { broker, vault, names } = this.#options;
    broker.publish(names.needs, sealNeeds(vault, { from: broker.replicaId, epoch: this.#epoch, ...needs }));
  }

  /** Sends everything that is needed. The owner repeats the current events. */
  #sendAll(): void {
    if (!this.#connection?.isActive) return;
    const join = [...this.#jobs.keys()].flatMap((name) => this.#needOf(name) ?? []);
    const follow = [...this.#lists.values()].map(({ key }) => key);
    const hold = this.#heldUntil - this.#options.monotonicNow();
    this.#send({ isComplete: true, join, follow, ...(hold > 0 && { holdMilliseconds: hold }) });
  }

  #needOf(name: string): Need | undefined {
    const needed = this.#jobs.get(name);
    if (!needed) return undefined;
    const { job, position, isWaiting } = needed;
    return { key: job.key, position, isWaiting, isSeen: this.#reader.isSeen(name) };
  }

  #connect(): Connection {
    const { broker, vault, names } = this.#options;
    const search = new OwnerSearch(this.#options);
    const unsubscribe = broker.subscribe(names.reports, {
      onActive: () => {
        connection.isActive = true;
        this.#sendAll();
        this.#readStored(this.#jobs.keys());
        search.restart();
      },
      onMessage: (sealed) => {
        const message = openOwnerMessage(vault, sealed);
        if (message) this.#onMessage(message, search);
      },
    });
    const connection = { unsubscribe, search, isActive: false };
    return connection;
  }

  #disconnect(): void {
    this.#connection?.unsubscribe();
    this.#connection?.search.stop();
    this.#connection = undefined;
    this.#versions.clear();
  }

  #onMessage({ epoch, number, type, reports = [] }: OwnerMessage, search: OwnerSearch): void {
    if (epoch === this.#unreadableEpoch) return;
    if (epoch < this.#epoch) {
      // A replica that was the owner before, or a new one that does not know the epochs of earlier ones.
      if (search.silence >= SUSPICIOUS_SILENCE) this.#sendAll();
      return;
    }
    const isNew = epoch > this.#epoch;
    const isComplete = !isNew && number === this.#number + 1;
    this.#epoch = epoch;
    this.#number = number;
    if (type === 'ended') {
      search.restart();
      return;
    }
    const isFirst = search.onHeard() || isNew;
    if (isFirst) {
      this.#versions.clear();
      this.#options.onAvailable();
    }
    if (type === 'started' || isFirst || !isComplete) this.#sendAll();
    else if (type === 'beat' && ++this.#beats % BEATS_PER_DIGEST === 0) this.#send({ digest: this.#digest() });
    for (const report of reports) this.#take(report, search);
  }

  #digest(): string {
    return digestOf([...this.#jobs.keys(), ...this.#lists.keys()]);
  }

  #take(report: Report, search: OwnerSearch): void {
    const { name, list } = report;
    if (report.type === 'gone') this.#takeGone(report.list, name, report.isGone);
    else if (report.type === 'event') this.#takeEvent(report, search);
    else if (search.isUnavailable) return;
    else if (list === undefined) this.#reader.onEnd(name);
    else this.#reader.onListEnd(list);
  }

  #takeEvent({ name, list, version, event }: Report & { type: 'event' }, search: OwnerSearch): void {
    if (list === undefined ? !this.#jobs.has(name) : !this.#lists.has(list)) return;
    const key = list === undefined ? name : `${list}\n${name}`;
    if (version <= (this.#versions.get(key) ?? -1)) return;
    const decoded = this.#options.codec.decode(event);
    if (!decoded) {
      this.#unreadableEpoch = this.#epoch;
      search.giveUp();
      return;
    }
    this.#versions.set(key, version);
    if (list === undefined) this.#reader.onEvent(name, decoded);
    else this.#reader.onListEvent(list, name, decoded);
  }

  #takeGone(list: string, name: string, isGone: boolean): void {
    if (isGone && this.#versions.size > MAX_VERSIONS) this.#versions.delete(`${list}\n${name}`);
    this.#reader.onGone(list, name, isGone);
  }

  /** Reports the stored states of jobs of which nothing was reported yet. */
  #readStored(names: Iterable<string>): void {
    const unknown = [...names].filter((name) => this.#jobs.has(name) && !this.#versions.has(name));
    if (unknown.length === 0) return;
    void this.#stored.read(unknown).then((states) => {
      for (const [name, { epoch, version, event }] of states) {
        if (!this.#jobs.has(name) || this.#versions.has(name) || epoch < this.#epoch || this.isUnavailable) continue;
        if (epoch === this.#epoch) this.#versions.set(name, version);
        this.#reader.onStored(name, event);
      }
    });
  }
}
