/** Source of random choices. Smaller numbers are simpler choices, so that counterexamples shrink toward them. */
export class Draws {
  readonly #next: () => number;

  /** @param next Returns a non-negative integer. */
  constructor(next: () => number) {
    this.#next = next;
  }

  /** An integer from 0 to `max`. */
  upTo(max: number): number {
    return this.#next() % (max + 1);
  }

  /** True with a probability of `percent` %. */
  chance(percent: number): boolean {
    return this.upTo(99) >= 100 - percent;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.upTo(items.length - 1)];
    if (item === undefined) throw new RangeError('Expected items to pick from, got none.');
    return item;
  }
}

/** Takes choices from a list; zeros follow its end. Shorter lists generate simpler values. */
export function drawsOf(tape: readonly number[]): Draws {
  let index = 0;
  return new Draws(() => tape[index++] ?? 0);
}

/** Pseudo-random choices with a string as the seed (FNV-1a, then mulberry32). */
export function drawsFor(text: string): Draws {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return new Draws(() => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  });
}
