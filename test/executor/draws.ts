/** The choices of a generator. What comes first is the simplest: it is what is left of a counterexample. */
export class Draws {
  readonly #next: () => number;

  /** @param next Gives a whole number, 0 or more. */
  constructor(next: () => number) {
    this.#next = next;
  }

  /** A whole number from 0 to `most`. */
  upTo(most: number): number {
    return this.#next() % (most + 1);
  }

  /** Whether something happens that does so this often. */
  chance(percent: number): boolean {
    return this.upTo(99) >= 100 - percent;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.upTo(items.length - 1)];
    if (item === undefined) throw new RangeError('There is nothing to pick from.');
    return item;
  }
}

/** Choices that a list tells one by one; when it ends, the simplest ones follow. Shorter lists make simpler things. */
export function drawsOf(tape: readonly number[]): Draws {
  let index = 0;
  return new Draws(() => tape[index++] ?? 0);
}

/** Choices that follow from a text (FNV-1a, then mulberry32). */
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
