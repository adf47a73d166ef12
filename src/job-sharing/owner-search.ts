import type { Broker } from '../cluster/broker.ts';
import type { StartTimer } from '../util/timers.ts';

export interface OwnerSearchOptions {
  broker: Broker;
  /** Name of the task that polls, and the data that it needs. */
  task: { readonly name: string; readonly data: () => string };
  startTimer: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Called when no owner has been heard for too long, until one is. */
  onUnavailable: () => void;
}

/** Delays of the requests for an owner until one is heard, in milliseconds. The last one is repeated. */
const REQUEST_DELAYS = [50, 50, 100, 200, 400, 800, 1_600];
/** Silence of the owner after which it is requested again, in milliseconds: longer than its beat. */
export const SUSPICIOUS_SILENCE = 3_000;
/** Silence of the owner after which this replica polls, in milliseconds: longer than a change of the owner takes. */
const MAX_SILENCE = 8_000;
/** Duration of a problem of the broker after which this replica polls, in milliseconds. */
const MAX_PROBLEM = 1_500;

/** Requests an owner while none is heard. */
export class OwnerSearch {
  readonly #options: OwnerSearchOptions;
  readonly #removeListener: () => void;
  #heardAt: number;
  /** Start of the problem of the broker, in milliseconds. */
  #problemAt: number | undefined;
  #hasOwner = false;
  #isUnavailable = false;
  /** Number of requests since an owner was heard. */
  #requests = 0;
  #stopTimer: () => void = () => {};

  constructor(options: OwnerSearchOptions) {
    this.#options = options;
    this.#heardAt = options.monotonicNow();
    this.#removeListener = options.broker.onProblemChange(() => this.check());
    this.check();
  }

  /** Time since an owner was heard, or the start, in milliseconds. */
  get silence(): number {
    return this.#options.monotonicNow() - this.#heardAt;
  }

  get isUnavailable(): boolean {
    return this.#isUnavailable;
  }

  /** Called with each message of an owner. @returns True if there was none before. */
  onHeard(): boolean {
    const isFirst = !this.#hasOwner || this.#isUnavailable;
    this.#heardAt = this.#options.monotonicNow();
    this.#hasOwner = true;
    this.#isUnavailable = false;
    this.#requests = 0;
    this.check();
    return isFirst;
  }

  /** Called when the owner has ended, or the connection is back: it is requested at once. */
  restart(): void {
    this.#hasOwner = false;
    this.#requests = 0;
    this.check();
  }

  /** Called when the messages of the owner cannot be used. */
  giveUp(): void {
    if (this.#isUnavailable) return;
    this.#isUnavailable = true;
    this.#options.onUnavailable();
  }

  stop(): void {
    this.#stopTimer();
    this.#removeListener();
  }

  /** Requests an owner, or gives up. Sets the timer for the next check. */
  check(): void {
    this.#stopTimer();
    const { broker, startTimer, monotonicNow } = this.#options;
    this.#problemAt = broker.problem ? (this.#problemAt ?? monotonicNow()) : undefined;
    const left = this.#timeLeft();
    if (left <= 0) this.giveUp();
    const isMissing = !this.#hasOwner || this.silence >= SUSPICIOUS_SILENCE;
    if (isMissing && !broker.problem) this.#request();
    const delay = REQUEST_DELAYS[Math.min(this.#requests, REQUEST_DELAYS.length - 1)] ?? 0;
    const next = isMissing ? delay : SUSPICIOUS_SILENCE - this.silence;
    this.#stopTimer = startTimer(Math.max(1, this.#isUnavailable ? next : Math.min(next, left)), () => this.check());
  }

  /** Time until this replica polls, in milliseconds. */
  #timeLeft(): number {
    const left = MAX_SILENCE - this.silence;
    return this.#problemAt === undefined
      ? left
      : Math.min(left, MAX_PROBLEM - (this.#options.monotonicNow() - this.#problemAt));
  }

  #request(): void {
    const { broker, task } = this.#options;
    this.#requests++;
    // The broker reports its own problems.
    broker.requestTask(task.name, task.data()).catch(() => {});
  }
}
