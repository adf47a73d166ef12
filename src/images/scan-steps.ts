/**
 * What the walk through a picture wants next.
 *
 * - `take`: so many bytes, which are handed to it; a few hundred at most, because they are kept until all are there.
 * - `skip`: to go on after so many bytes.
 * - `search`: to go on after something that `search` finds.
 * - `size`: nothing; it tells the picture's width and height in pixels.
 */
export type Step =
  | { readonly take: number }
  | { readonly skip: number }
  | { readonly search: Search }
  | { readonly size: { readonly width: number; readonly height: number } };

/** Looks at bytes from a position on. Returns the position after what it found, or -1 to look at the next bytes as well. */
export type Search = (bytes: Uint8Array, from: number) => number;

/** The way through a picture to its end, whatever the pieces in which the bytes come. */
export type Scan<Result = void> = Generator<Step, Result, Uint8Array>;

/** The next `count` bytes, as a copy. */
export function* take(count: number): Scan<DataView> {
  const { buffer } = yield { take: count };
  return new DataView(buffer);
}

/** Leads a walk past bytes as they come, and keeps none but the few that it is taking. */
export class StepScanner {
  readonly #walk: Scan;
  readonly #onSize: (width: number, height: number) => void;
  #step: IteratorResult<Step, void>;
  #taken = NO_BYTES;
  /** How much of the step is done, in bytes. */
  #progress = 0;

  /** @param onSize Told the width and height in pixels; what it throws ends the walk. */
  constructor(walk: Scan, onSize: (width: number, height: number) => void) {
    this.#walk = walk;
    this.#onSize = onSize;
    this.#step = walk.next(NO_BYTES);
  }

  /** Whether the walk has come to its end. */
  get isDone(): boolean {
    return this.#step.done === true;
  }

  /** @throws What the walk throws. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (!this.#step.done) {
      const step = this.#step.value;
      if ('size' in step) {
        this.#onSize(step.size.width, step.size.height);
        this.#next(NO_BYTES);
        continue;
      }
      const after = this.#go(step, bytes, at);
      if (after < 0) return;
      at = after;
    }
  }

  /** Does a step as far as the bytes go. Returns the position after it, or -1 when it needs more. */
  #go(step: Exclude<Step, { size: unknown }>, bytes: Uint8Array, at: number): number {
    if ('search' in step) {
      const after = step.search(bytes, at);
      if (after >= 0) this.#next(NO_BYTES);
      return after;
    }
    const wanted = 'take' in step ? step.take : step.skip;
    const after = Math.min(at + wanted - this.#progress, bytes.byteLength);
    if ('take' in step) {
      if (this.#progress === 0) this.#taken = new Uint8Array(wanted);
      this.#taken.set(bytes.subarray(at, after), this.#progress);
    }
    this.#progress += after - at;
    if (this.#progress < wanted) return -1;
    this.#next('take' in step ? this.#taken : NO_BYTES);
    return after;
  }

  #next(taken: Uint8Array): void {
    this.#progress = 0;
    this.#step = this.#walk.next(taken);
  }
}

const NO_BYTES = new Uint8Array(0);
