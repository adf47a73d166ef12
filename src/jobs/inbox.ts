import { DONE } from '../util/async-iterators.ts';

type Resolve<Event> = (result: IteratorResult<Event, undefined>) => void;

export interface InboxOptions {
  /** Identifies the subscription, for the traces of polls. @default unknown */
  readonly label?: unknown;
  /** Called once, when the reader has returned or has read all events. */
  readonly release?: (() => void) | undefined;
}

/**
 * Event stream of one listener. Buffers only the newest event of each job, so that a slow reader takes little memory and
 * always reads the newest state next. The last event of a job is never replaced. There are many, of which most wait for an
 * event, so its parts are created on first use.
 */
export class Inbox<Event> implements AsyncIterableIterator<Event, undefined> {
  /** Names of the jobs. */
  readonly names: readonly string[];
  readonly #label: unknown;
  readonly #release: (() => void) | undefined;
  readonly #onClose: (inbox: Inbox<Event>) => void;
  #open: readonly string[];
  /** The unread events by job. */
  #pending: Map<string, Event> | undefined;
  #waiting: Resolve<Event>[] | undefined;
  #onReady: (() => void) | undefined;
  #isClosed = false;

  /** @param onClose Called once, before `release`. */
  constructor(names: readonly string[], onClose: (inbox: Inbox<Event>) => void, options: InboxOptions = {}) {
    this.names = names;
    this.#open = names;
    this.#onClose = onClose;
    this.#label = options.label;
    this.#release = options.release;
  }

  /** Identify its subscription, for the traces of polls. */
  get labels(): readonly unknown[] {
    return [this.#label];
  }

  /** Emits an event of a job. Replaces its buffered event. */
  put(name: string, event: Event): void {
    if (this.#isClosed) return;
    const waiting = this.#waiting?.shift();
    if (waiting) {
      waiting({ value: event, done: false });
      return;
    }
    this.#pending ??= new Map();
    this.#pending.set(name, event);
    this.#onReady?.();
  }

  /** Ends the events of a job. The stream completes once all jobs have ended and all events are read. */
  end(name: string): void {
    this.#open = this.#open.filter((open) => open !== name);
    this.#closeWhenDone();
  }

  /** Resolves once an event is buffered, or the stream is closed. */
  whenReady(): Promise<void> {
    if (this.#pending || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onReady = resolve;
    });
  }

  /** The first buffered event, which remains the next to be read. */
  get first(): Event | undefined {
    return this.#pending?.values().next().value;
  }

  next(): Promise<IteratorResult<Event, undefined>> {
    for (const [name, event] of this.#pending ?? []) {
      this.#pending?.delete(name);
      if (this.#pending?.size === 0) this.#pending = undefined;
      this.#closeWhenDone();
      return Promise.resolve({ value: event, done: false });
    }
    if (this.#isClosed) return Promise.resolve(DONE);
    return new Promise((resolve) => {
      if (this.#waiting) this.#waiting.push(resolve);
      else this.#waiting = [resolve];
    });
  }

  /** Closes the stream and drops buffered events. Pending reads resolve as done. */
  return(): Promise<IteratorResult<Event, undefined>> {
    this.#pending = undefined;
    this.#close();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #closeWhenDone(): void {
    if (this.#open.length === 0 && !this.#pending) this.#close();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const waiting of this.#waiting ?? []) waiting(DONE);
    this.#waiting = undefined;
    this.#onReady?.();
    this.#onClose(this);
    this.#release?.();
  }
}
