/** Waits for a number of milliseconds, or rejects with the signal's reason when it aborts first. Passed in, so that tests turn the clock. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Calls back after a number of milliseconds, unless it is called off before, by what is returned. Passed in as {@link Sleep} is. */
export type StartTimer = (milliseconds: number, ring: () => void) => () => void;

/** Something that ends early when it is told to. It throws nothing. */
export interface Abortable {
  abort(reason: unknown): void;
}

/**
 * Whoever waits for what is read, and may leave. It tells of that as an AbortSignal does, to leavers alone and at a
 * fraction of its cost: one is made for every answer.
 */
export class AbortScope {
  /** A few at a time, so that a list is less work than a Set, which is made anew for each answer. */
  #leavers: Abortable[] = [];
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

  abort(reason: unknown): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#reason = reason;
    const leavers = this.#leavers;
    this.#leavers = [];
    for (const leaver of leavers) leaver.abort(reason);
  }

  add(leaver: Abortable): void {
    this.#leavers.push(leaver);
  }

  delete(leaver: Abortable): void {
    const at = this.#leavers.indexOf(leaver);
    const last = at === -1 ? undefined : this.#leavers.pop();
    if (last && last !== leaver) this.#leavers[at] = last;
  }
}

const abortablesOf = new WeakMap<AbortSignal, { leavers: Set<Abortable>; onAbort: () => void }>();

/**
 * Tells a leaver when a caller leaves. However many leave with one signal, it has one listener, and none once all of them
 * were forgotten: a signal may live for hours, and its listeners cost more than what they wait for.
 */
export function onAbort(caller: AbortSignal | AbortScope, leaver: Abortable): void {
  if (caller instanceof AbortScope) {
    caller.add(leaver);
    return;
  }
  const known = abortablesOf.get(caller);
  if (known) {
    known.leavers.add(leaver);
    return;
  }
  const leavers = new Set([leaver]);
  const onAbort = () => {
    for (const each of leavers) each.abort(caller.reason);
  };
  abortablesOf.set(caller, { leavers, onAbort });
  caller.addEventListener('abort', onAbort);
}

/** Forgets a leaver, which may have been told or forgotten already. */
export function offAbort(caller: AbortSignal | AbortScope, leaver: Abortable): void {
  if (caller instanceof AbortScope) {
    caller.delete(leaver);
    return;
  }
  const known = abortablesOf.get(caller);
  if (!known?.leavers.delete(leaver) || known.leavers.size > 0) return;
  abortablesOf.delete(caller);
  caller.removeEventListener('abort', known.onAbort);
}

export interface CancellationOptions {
  /** Time for the whole operation, in milliseconds. */
  milliseconds: number;
  alarm: StartTimer;
  /** Whoever waits for the operation. @default it is told by `leave` */
  caller?: AbortSignal | AbortScope | undefined;
}

/** Ends an operation early: when its time is up, or when its caller leaves, whichever comes first. */
export class Cancellation implements Abortable {
  /** What is under way, and is ended together with the operation. */
  running: Abortable | undefined;
  readonly #milliseconds: number;
  readonly #caller: AbortSignal | AbortScope | undefined;
  readonly #callOff: () => void;
  #cause: 'deadline' | 'caller' | undefined;
  #reason: unknown;
  #controller: AbortController | undefined;

  /** @throws The caller's reason when it has left already. */
  constructor({ milliseconds, alarm, caller }: CancellationOptions) {
    caller?.throwIfAborted();
    this.#milliseconds = milliseconds;
    this.#caller = caller;
    if (caller) onAbort(caller, this);
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
  abort(reason: unknown): void {
    this.#cancel('caller', reason);
  }

  /** Lets go of the clock and the caller. What is under way goes on. */
  end(): void {
    this.#callOff();
    if (this.#caller) offAbort(this.#caller, this);
    this.running = undefined;
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
    this.running?.abort(reason);
  }
}
