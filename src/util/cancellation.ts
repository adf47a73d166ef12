import type { StartTimer } from './timers.ts';

export type { Sleep, StartTimer } from './timers.ts';

/** An operation that can be aborted. `abort` does not throw. */
export interface Abortable {
  abort(reason: unknown): void;
}

/**
 * A lightweight alternative to AbortSignal: notifies {@link Abortable}s only, at a fraction of the cost. One is created for
 * each operation.
 */
export class AbortScope {
  /** An array, because it has few entries and a Set costs more to create. */
  #abortables: Abortable[] = [];
  #isAborted = false;
  #reason: unknown;

  get aborted(): boolean {
    return this.#isAborted;
  }

  /** The abort reason. */
  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#isAborted) throw this.#reason;
  }

  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    const abortables = this.#abortables;
    this.#abortables = [];
    for (const abortable of abortables) abortable.abort(reason);
  }

  add(abortable: Abortable): void {
    this.#abortables.push(abortable);
  }

  delete(abortable: Abortable): void {
    const index = this.#abortables.indexOf(abortable);
    const last = index === -1 ? undefined : this.#abortables.pop();
    if (last && last !== abortable) this.#abortables[index] = last;
  }
}

const abortablesOf = new WeakMap<AbortSignal, { abortables: Set<Abortable>; onAbort: () => void }>();

/**
 * Aborts an abortable when a signal or scope aborts. All abortables of a signal share one listener, which is removed with the
 * last of them: a signal may live for hours, and listeners are expensive.
 */
export function onAbort(caller: AbortSignal | AbortScope, abortable: Abortable): void {
  if (caller instanceof AbortScope) {
    caller.add(abortable);
    return;
  }
  const known = abortablesOf.get(caller);
  if (known) {
    known.abortables.add(abortable);
    return;
  }
  const abortables = new Set([abortable]);
  const onAbort = () => {
    for (const each of abortables) each.abort(caller.reason);
  };
  abortablesOf.set(caller, { abortables, onAbort });
  caller.addEventListener('abort', onAbort);
}

/** Removes an abortable, if it is still registered. */
export function offAbort(caller: AbortSignal | AbortScope, abortable: Abortable): void {
  if (caller instanceof AbortScope) {
    caller.delete(abortable);
    return;
  }
  const known = abortablesOf.get(caller);
  if (!known?.abortables.delete(abortable) || known.abortables.size > 0) return;
  abortablesOf.delete(caller);
  caller.removeEventListener('abort', known.onAbort);
}

export interface CancellationOptions {
  /** Timeout of the whole operation, in milliseconds. */
  timeout: number;
  startTimer: StartTimer;
  /** Aborts the operation. @default only the deadline and `abort` do */
  caller?: AbortSignal | AbortScope | undefined;
}

/** Aborts an operation at its deadline or when its caller aborts, whichever comes first. */
export class Cancellation implements Abortable {
  /** The running part of the operation, which is aborted with it. */
  running: Abortable | undefined;
  readonly #milliseconds: number;
  readonly #caller: AbortSignal | AbortScope | undefined;
  readonly #stopTimer: () => void;
  #cause: 'deadline' | 'caller' | undefined;
  #reason: unknown;
  #controller: AbortController | undefined;

  /** @throws The caller's reason if it has already aborted. */
  constructor({ timeout: milliseconds, startTimer, caller }: CancellationOptions) {
    caller?.throwIfAborted();
    this.#milliseconds = milliseconds;
    this.#caller = caller;
    if (caller) onAbort(caller, this);
    this.#stopTimer = startTimer(milliseconds, () => this.#timeOut());
  }

  /** Source of the abort; undefined while the operation is not aborted. */
  get cause(): 'deadline' | 'caller' | undefined {
    return this.#cause;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Aborts with the operation; for APIs that require an AbortSignal. Created on first use. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#cause) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** @throws The reason, if the operation is aborted. */
  throwIfAborted(): void {
    if (this.#cause) throw this.#reason;
  }

  /** Aborts the operation on behalf of the caller. */
  abort(reason: unknown): void {
    this.#cancel('caller', reason);
  }

  /** Stops the timer and unregisters from the caller. The running part is not aborted. */
  end(): void {
    this.#stopTimer();
    if (this.#caller) offAbort(this.#caller, this);
    this.running = undefined;
  }

  #timeOut(): void {
    const message = `No complete response within ${this.#milliseconds} ms.`;
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
