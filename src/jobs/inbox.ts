/**
 * What one listener has not taken yet: the newest event of each job it listens to, never a queue. A slow reader
 * therefore costs no memory, and always sees the newest state next.
 */
export class Inbox<Event> implements AsyncIterableIterator<Event, undefined> {
  readonly #pending = new Map<string, Event>();
  readonly #open: Set<string>;
  readonly #onClose: () => void;
  #waiting: ((result: IteratorResult<Event, undefined>) => void)[] = [];
  #closed = false;

  /** @param jobs The jobs it listens to. @param onClose Called once, when the reader leaves or has taken all there is. */
  constructor(jobs: Iterable<string>, onClose: () => void) {
    this.#open = new Set(jobs);
    this.#onClose = onClose;
    if (this.#open.size === 0) this.#close();
  }

  /** Replaces what the reader has not taken of this job. */
  put(job: string, event: Event): void {
    if (this.#closed) return;
    const waiting = this.#waiting.shift();
    if (waiting) waiting({ value: event, done: false });
    else this.#pending.set(job, event);
  }

  /** No event of this job will follow. The stream completes when that is so for all of them and all was taken. */
  end(job: string): void {
    this.#open.delete(job);
    if (this.#open.size === 0 && this.#pending.size === 0) this.#close();
  }

  next(): Promise<IteratorResult<Event, undefined>> {
    for (const [job, event] of this.#pending) {
      this.#pending.delete(job);
      if (this.#open.size === 0 && this.#pending.size === 0) this.#close();
      return Promise.resolve({ value: event, done: false });
    }
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The reader leaves: what it waits for ends at once. */
  return(): Promise<IteratorResult<Event, undefined>> {
    this.#pending.clear();
    this.#close();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const waiting of this.#waiting.splice(0)) waiting({ value: undefined, done: true });
    this.#onClose();
  }
}
