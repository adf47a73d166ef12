import { DONE } from '../util/async-iterators.ts';

/**
 * Event stream of one listener. Buffers only the newest event of each job, so that a slow reader takes little memory and
 * always reads the newest state next. The last event of a job is never replaced.
 */
export class Inbox<Event> implements AsyncIterableIterator<Event, undefined> {
  readonly #pending = new Map<string, Event>();
  readonly #open: Set<string>;
  readonly #onClose: () => void;
  #waiting: ((result: IteratorResult<Event, undefined>) => void)[] = [];
  #isClosed = false;

  /**
   * @param names Names of the jobs.
   * @param onClose Called once, when the reader has returned or has read all events.
   */
  constructor(names: Iterable<string>, onClose: () => void) {
    this.#open = new Set(names);
    this.#onClose = onClose;
  }

  /** Emits an event of a job. Replaces its buffered event. */
  put(name: string, event: Event): void {
    if (this.#isClosed) return;
    const waiting = this.#waiting.shift();
    if (waiting) waiting({ value: event, done: false });
    else this.#pending.set(name, event);
  }

  /** Ends the events of a job. The stream completes once all jobs have ended and all events are read. */
  end(name: string): void {
    this.#open.delete(name);
    this.#closeWhenDone();
  }

  next(): Promise<IteratorResult<Event, undefined>> {
    for (const [name, event] of this.#pending) {
      this.#pending.delete(name);
      this.#closeWhenDone();
      return Promise.resolve({ value: event, done: false });
    }
    if (this.#isClosed) return Promise.resolve(DONE);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Closes the stream and drops buffered events. Pending reads resolve as done. */
  return(): Promise<IteratorResult<Event, undefined>> {
    this.#pending.clear();
    this.#close();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #closeWhenDone(): void {
    if (this.#open.size === 0 && this.#pending.size === 0) this.#close();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const waiting of this.#waiting.splice(0)) waiting(DONE);
    this.#onClose();
  }
}
