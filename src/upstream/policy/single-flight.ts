import { type Abortable, type AbortScope, type Cancellation, offAbort, onAbort } from '../../util/cancellation.ts';
import type { Callbacks } from './request-runner.ts';

export interface SingleFlightOptions {
  /** Starts the time of a read. */
  startTime: () => Cancellation;
  /** A number that nobody ever had. */
  nextGeneration: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/**
 * For how long others join a read that is under way, in milliseconds. What they get is as much older than what they would
 * have read themselves, and their time is as much shorter.
 */
const JOINABLE = 1_000;

/**
 * Reads of one credential that are under way. Whoever asks for the same meanwhile shares the answer. A read goes on for
 * as long as somebody wants it; nothing is kept once it has ended, well or not.
 */
export class ReadSingleFlight {
  readonly #startTime: () => Cancellation;
  readonly #nextEra: () => number;
  readonly #monotonicNow: () => number;
  /**
   * No Map: one that things pass through all the time leaves a chain of old tables behind, each of which keeps what was
   * in it alive until the next full collection of garbage. That cost a third of a read.
   */
  #joinable: Record<string, SharedRead<unknown>> = Object.create(null);
  #era: number;

  constructor({ startTime, nextGeneration: nextEra, monotonicNow }: SingleFlightOptions) {
    this.#monotonicNow = monotonicNow;
    this.#startTime = startTime;
    this.#nextEra = nextEra;
    this.#era = nextEra();
  }

  /** The time between two writes. */
  get generation(): number {
    return this.#era;
  }

  /** A write has ended, in whatever way: who asks from now on shares nothing that was asked for before. */
  startGeneration(): void {
    this.#era = this.#nextEra();
    this.#joinable = Object.create(null);
  }

  /**
   * The result of the read under this name, which is begun unless it is under way.
   *
   * @param name Names what is read, and how.
   * @param caller Aborts when this one does not want it any more.
   * @throws What the read fails with; the caller's reason when it leaves first.
   */
  join<Result>(
    name: string,
    caller: AbortSignal | AbortScope | undefined,
    read: (cancellation: Cancellation, done: Callbacks<Result>) => void,
  ): Promise<Result> {
    if (caller?.aborted) return Promise.reject(caller.reason);
    // Whatever is under a name was read in the way that the name tells.
    const known = this.#joinable[name] as SharedRead<Result> | undefined;
    if (known && this.#monotonicNow() - known.begunAt <= JOINABLE) return known.join(caller);
    const cancellation = this.#startTime();
    const shared = new SharedRead<Result>({ reads: this.#joinable, name, cancellation, begunAt: this.#monotonicNow() });
    this.#joinable[name] = shared;
    // First, because what fails at once is told to who has joined by then.
    const result = shared.join(caller);
    read(cancellation, shared);
    return result;
  }
}

interface SharedReadOptions {
  /** Where others find it, and join it. */
  readonly reads: Record<string, SharedRead<unknown>>;
  readonly name: string;
  readonly cancellation: Cancellation;
  /** By the monotonic clock, in milliseconds. */
  readonly begunAt: number;
}

/**
 * A read and everybody who waits for it. Once it is over it holds nothing: the tables in which it was found may outlive it
 * (see {@link ReadSingleFlight}).
 */
class SharedRead<Result> implements Callbacks<Result> {
  #options: SharedReadOptions | undefined;
  #members: Member<Result>[] = [];

  constructor(options: SharedReadOptions) {
    this.#options = options;
  }

  get begunAt(): number {
    return this.#options?.begunAt ?? Number.NEGATIVE_INFINITY;
  }

  join(caller: AbortSignal | AbortScope | undefined): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const member = new Member<Result>({ read: this, caller, resolve, reject });
      this.#members.push(member);
      if (caller) onAbort(caller, member);
    });
  }

  resolve(result: Result): void {
    for (const member of this.#close()) member.stay().resolve(result);
  }

  reject(error: unknown): void {
    for (const member of this.#close()) member.stay().reject(error);
  }

  /** One of those who wait does not want it any more. */
  lose(member: Member<Result>, reason: unknown): void {
    this.#members.splice(this.#members.indexOf(member), 1);
    if (this.#members.length > 0) return;
    const cancellation = this.#options?.cancellation;
    this.#close();
    cancellation?.abort(reason);
  }

  /** Sees to it that nobody joins any more. @returns Those who wait. */
  #close(): readonly Member<Result>[] {
    const members = this.#members;
    const { reads, name } = this.#options ?? {};
    if (reads && name !== undefined && reads[name] === this) delete reads[name];
    this.#options = undefined;
    this.#members = [];
    return members;
  }
}

interface MemberOptions<Result> {
  readonly read: SharedRead<Result>;
  readonly caller: AbortSignal | AbortScope | undefined;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Somebody who waits for a read. */
class Member<Result> implements Abortable {
  readonly #options: MemberOptions<Result>;

  constructor(options: MemberOptions<Result>) {
    this.#options = options;
  }

  abort(reason: unknown): void {
    this.stay().reject(reason);
    this.#options.read.lose(this, reason);
  }

  /** It leaves no more, and is told what has become of the read. */
  stay(): Pick<MemberOptions<Result>, 'resolve' | 'reject'> {
    if (this.#options.caller) offAbort(this.#options.caller, this);
    return this.#options;
  }
}
