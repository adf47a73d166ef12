/** Waits for a number of milliseconds, or rejects with the signal's reason when it aborts first. Passed in, so that tests turn the clock. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Calls back after a number of milliseconds, unless it is called off before, by what is returned. Passed in as {@link Wait} is. */
export type Alarm = (milliseconds: number, ring: () => void) => () => void;

/** Something that ends early when it is told to. It throws nothing. */
export interface Leaver {
  leave(reason: unknown): void;
}

/**
 * Whoever waits for what is read, and may leave. It tells of that as an AbortSignal does, to leavers alone and at a
 * fraction of its cost: one is made for every answer.
 */
export class Caller {
  /** A few at a time, so that a list is less work than a Set, which is made anew for each answer. */
  #leavers: Leaver[] = [];
  #hasLeft = false;
  #reason: unknown;

  get aborted(): boolean {
    return this.#hasLeft;
  }

  /** Why it left. */
  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#hasLeft) throw this.#reason;
  }

  leave(reason: unknown): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#reason = reason;
    const leavers = this.#leavers;
    this.#leavers = [];
    for (const leaver of leavers) leaver.leave(reason);
  }

  add(leaver: Leaver): void {
    this.#leavers.push(leaver);
  }

  delete(leaver: Leaver): void {
    const at = this.#leavers.indexOf(leaver);
    const last = at === -1 ? undefined : this.#leavers.pop();
    if (last && last !== leaver) this.#leavers[at] = last;
  }
}

const leaversOf = new WeakMap<AbortSignal, { leavers: Set<Leaver>; onAbort: () => void }>();

/**
 * Tells a leaver when a caller leaves. However many leave with one signal, it has one listener, and none once all of them
 * were forgotten: a signal may live for hours, and its listeners cost more than what they wait for.
 */
export function leaveWith(caller: AbortSignal | Caller, leaver: Leaver): void {
  if (caller instanceof Caller) {
    caller.add(leaver);
    return;
  }
  const known = leaversOf.get(caller);
  if (known) {
    known.leavers.add(leaver);
    return;
  }
  const leavers = new Set([leaver]);
  const onAbort = () => {
    for (const each of leavers) each.leave(caller.reason);
  };
  leaversOf.set(caller, { leavers, onAbort });
  caller.addEventListener('abort', onAbort);
}

/** Forgets a leaver, which may have been told or forgotten already. */
export function stayWith(caller: AbortSignal | Caller, leaver: Leaver): void {
  if (caller instanceof Caller) {
    caller.delete(leaver);
    return;
  }
  const known = leaversOf.get(caller);
  if (!known?.leavers.delete(leaver) || known.leavers.size > 0) return;
  leaversOf.delete(caller);
  caller.removeEventListener('abort', known.onAbort);
}

export interface CancellationOptions {
  /** Time for the whole operation, in milliseconds. */
  milliseconds: number;
  alarm: Alarm;
  /** Whoever waits for the operation. @default it is told by `leave` */
  caller?: AbortSignal | Caller | undefined;
}

/** Ends an operation early: when its time is up, or when its caller leaves, whichever comes first. */
export class Cancellation implements Leaver {
  /** What is under way, and is ended together with the operation. */
  underWay: Leaver | undefined;
  readonly #milliseconds: number;
  readonly #caller: AbortSignal | Caller | undefined;
  readonly #callOff: () => void;
  #cause: 'deadline' | 'caller' | undefined;
  #reason: unknown;
  #controller: AbortController | undefined;

  /** @throws The caller's reason when it has left already. */
  constructor({ milliseconds, alarm, caller }: CancellationOptions) {
    caller?.throwIfAborted();
    this.#milliseconds = milliseconds;
    this.#caller = caller;
    if (caller) leaveWith(caller, this);
    this.#callOff = alarm(milliseconds, () => this.#timeOut());
  }

  /** Why the operation is over; undefined while it is not. */
  get cause(): 'deadline' | 'caller' | undefined {
    return this.#cause;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** For what knows signals only: it aborts when the operation is over. Made on first use. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#cause) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** @throws The reason when the operation is over. */
  throwIfOver(): void {
    if (this.#cause) throw this.#reason;
  }

  /** The caller does not want it any more. */
  leave(reason: unknown): void {
    this.#cancel('caller', reason);
  }

  /** Lets go of the clock and the caller. What is under way goes on. */
  end(): void {
    this.#callOff();
    if (this.#caller) stayWith(this.#caller, this);
    this.underWay = undefined;
  }

  #timeOut(): void {
    const message = `No complete answer within ${this.#milliseconds} ms.`;
    this.#cancel('deadline', new DOMException(message, 'TimeoutError'));
  }

  #cancel(cause: 'deadline' | 'caller', reason: unknown): void {
    if (this.#cause) return;
    this.#cause = cause;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.underWay?.leave(reason);
  }
}
