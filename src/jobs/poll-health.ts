import type { Block } from './budget.ts';

export interface PollHealthOptions {
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Time for which the machine was awake, in milliseconds. */
  awakeNow: () => number;
}

/** Why a state is missing or overdue. */
export interface Trouble {
  /** `hold`: the upstream has requested a pause. `outage`: it cannot be read. */
  readonly reason: 'hold' | 'outage';
  /** Time since which polls have failed or been on hold. */
  readonly since: Date;
  /** Time from which listeners without a state should know, in milliseconds. */
  readonly reportAt: number;
  /** Error of the last poll, if it failed. */
  readonly error?: unknown;
}

/** Consecutive failed polls, or one without a response. */
interface Failure extends Omit<Trouble, 'reason'> {
  /** True if the upstream has requested a pause. */
  readonly isLimited: boolean;
}

/** Time after which a missing or overdue state is reported, in milliseconds. */
export const REPORT_DELAY = 3_000;
/** Duration of a pending read that counts as a failure, in milliseconds. */
const SLOW_READ = 5_000;

/** Success and failure of the polls of one job or list, by the age of what they returned. */
export class PollHealth {
  readonly #options: PollHealthOptions;
  readonly #createdAt: number;
  /** Time of the last success, while the machine was awake, in milliseconds. */
  #checkedAt: number;
  /** Start of the outage, while the machine was awake, in milliseconds; undefined without one. */
  #outageFrom: number | undefined;
  #failure: Failure | undefined;
  #pending: Failure | undefined;
  /** Start of the first hold or outage of the credential since the last success; undefined without one. */
  #blockedSince: Date | undefined;

  /** @param age Time since the last success, if there was one before, in milliseconds. */
  constructor(options: PollHealthOptions, age = 0) {
    this.#options = options;
    this.#createdAt = options.monotonicNow();
    this.#checkedAt = options.awakeNow() - age;
  }

  /** Time since the last success, or the creation, in milliseconds. */
  get age(): number {
    return this.#options.awakeNow() - this.#checkedAt;
  }

  /**
   * Duration of the outage, in milliseconds: since the first failed poll, or since the outage of the credential. Rare polls
   * and pauses that the upstream requests are no outage.
   */
  outage(block: Block | undefined): number {
    if (block?.reason === 'hold' || (!this.#failure && !block)) this.#outageFrom = undefined;
    else this.#outageFrom ??= this.#options.awakeNow();
    return this.#outageFrom === undefined ? 0 : this.#options.awakeNow() - this.#outageFrom;
  }

  /** Called when a read starts. Of several at once, the first counts. */
  onStart(): void {
    const { now, monotonicNow } = this.#options;
    this.#pending ??= { since: new Date(now()), reportAt: monotonicNow() + SLOW_READ, isLimited: false };
  }

  /** Called when a read ends without a usable result. */
  onEnd(): void {
    this.#pending = undefined;
  }

  onSuccess(): void {
    this.#pending = undefined;
    this.#failure = undefined;
    this.#blockedSince = undefined;
    this.#checkedAt = this.#options.awakeNow();
    this.#outageFrom = undefined;
  }

  /** @param isLimited True if the upstream has requested a pause. */
  onFailure(error: unknown, isLimited: boolean): void {
    const { now, monotonicNow, awakeNow } = this.#options;
    this.#pending = undefined;
    this.#outageFrom = isLimited ? undefined : (this.#outageFrom ?? awakeNow());
    // A failure after a hold or an outage of the credential continues it: listeners have been waiting since then.
    const from = this.#blockedSince ? this.#createdAt : monotonicNow();
    this.#failure = {
      since: this.#failure?.since ?? this.#blockedSince ?? new Date(now()),
      reportAt: this.#failure?.reportAt ?? from + REPORT_DELAY,
      isLimited: isLimited || this.#failure?.isLimited === true,
      error,
    };
  }

  /** The current trouble; undefined if there is none. @param block The hold or outage that stops all polls now. It is remembered. */
  trouble(block: Block | undefined): Trouble | undefined {
    const failure = this.#failure ?? this.#pending;
    if (!block) return failure && { ...failure, reason: failure.isLimited ? 'hold' : 'outage' };
    this.#blockedSince ??= block.since;
    const isLong = block.remaining >= REPORT_DELAY;
    const reportAt = isLong ? this.#createdAt : (failure?.reportAt ?? this.#createdAt + REPORT_DELAY);
    const since = failure && failure.since < block.since ? failure.since : block.since;
    return { reason: block.reason, since, reportAt, error: failure?.error };
  }
}
