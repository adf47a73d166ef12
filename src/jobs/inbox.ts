/**
 * What one listener has not taken yet: the newest event of each job it listens to, never a queue. A slow reader
 * therefore costs no memory, and always sees the newest state next. The last event of a job is never replaced, because
 * none follows it.
 */
export class Inbox<Event> implements AsyncIterableIterator<Event, undefined> {
  readonly #pending = new Map<string, Event>();
  readonly #open: Set<string>;
  readonly #onClose: () => void;
  #waiting: ((result: IteratorResult<Event, undefined>) => void)[] = [];
  #isClosed = false;

  /**
   * @param names What it listens to; more may be opened.
   * @param onClose Called once, when the reader leaves or has taken all there will be.
   */
  constructor(names: Iterable<string>, onClose: () => void) {
    this.#open = new Set(names);
    this.#onClose = onClose;
  }

  /** Listens to one more. */
  open(name: string): void {
    this.#open.add(name);
  }

  /** Replaces what the reader has not taken of this one. */
  put(name: string, event: Event): void {
    if (this.#isClosed) return;
    const waiting = this.#waiting.shift();
    if (waiting) waiting({ value: event, done: false });
    else this.#pending.set(name, event);
  }

  /** No event of this one will follow. The stream completes when that is so for all of them and all was taken. */
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
    if (this.#isClosed) return Promise.resolve({ value: undefined, done: true });
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

  #closeWhenDone(): void {
    if (this.#open.size === 0 && this.#pending.size === 0) this.#close();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const waiting of this.#waiting.splice(0)) waiting({ value: undefined, done: true });
    this.#onClose();
  }
}
