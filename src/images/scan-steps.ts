/**
 * Next step of a scan.
 *
 * - `take`: receives the given number of bytes; a few hundred at most, because they are buffered.
 * - `skip`: skips the given number of bytes.
 * - `search`: skips bytes up to the end of a match.
 * - `size`: reports the width and height of the image in pixels.
 */
export type Step =
  | { readonly take: number }
  | { readonly skip: number }
  | { readonly search: Search }
  | { readonly size: { readonly width: number; readonly height: number } };

/** Searches bytes from a position on. Returns the position after the match, or -1 to continue with the next bytes. */
export type Search = (bytes: Uint8Array, from: number) => number;

/** Scan of an image to its end, independent of how its bytes are split into chunks. */
export type Scan<Result = void> = Generator<Step, Result, Uint8Array>;

/** The next `count` bytes, as a copy. */
export function* take(count: number): Scan<DataView> {
  const { buffer } = yield { take: count };
  return new DataView(buffer);
}

/** Runs a scan incrementally over chunks of bytes. Buffers only the bytes of the current `take` step. */
export class StepScanner {
  readonly #scan: Scan;
  readonly #onSize: (width: number, height: number) => void;
  #step: IteratorResult<Step, void>;
  #taken = NO_BYTES;
  /** Number of processed bytes of the current step. */
  #progress = 0;

  /** @param onSize Called with the width and height in pixels. An error that it throws ends the scan. */
  constructor(scan: Scan, onSize: (width: number, height: number) => void) {
    this.#scan = scan;
    this.#onSize = onSize;
    this.#step = scan.next(NO_BYTES);
  }

  /** True once the scan has reached the end of the image. */
  get isDone(): boolean {
    return this.#step.done === true;
  }

  /** Processes the next bytes. @throws The error of the scan. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (!this.#step.done) {
      const step = this.#step.value;
      if ('size' in step) {
        this.#onSize(step.size.width, step.size.height);
        this.#next(NO_BYTES);
        continue;
      }
      const after = this.#advance(step, bytes, at);
      if (after < 0) return;
      at = after;
    }
  }

  /** Executes a step. Returns the position after it, or -1 when it needs more bytes. */
  #advance(step: Exclude<Step, { size: unknown }>, bytes: Uint8Array, at: number): number {
    if ('search' in step) {
      const after = step.search(bytes, at);
      if (after >= 0) this.#next(NO_BYTES);
      return after;
    }
    const length = 'take' in step ? step.take : step.skip;
    const after = Math.min(at + length - this.#progress, bytes.byteLength);
    if ('take' in step) {
      if (this.#progress === 0) this.#taken = new Uint8Array(length);
      this.#taken.set(bytes.subarray(at, after), this.#progress);
    }
    this.#progress += after - at;
    if (this.#progress < length) return -1;
    this.#next('take' in step ? this.#taken : NO_BYTES);
    return after;
  }

  #next(taken: Uint8Array): void {
    this.#progress = 0;
    this.#step = this.#scan.next(taken);
  }
}

const NO_BYTES = new Uint8Array(0);
