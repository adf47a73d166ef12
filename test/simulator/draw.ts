import { seededNumbers } from '../support/draws.ts';

/** Draws from a seed. */
export interface Draw {
  /** A whole number from `min` to `max`. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  /** Some of the items, at least one if there is any, each once. */
  some<Item>(items: readonly Item[], max: number): Item[];
  /** A list of a drawn length. */
  list<Item>(min: number, max: number, item: (index: number) => Item): Item[];
}

export function createDraw(seed: number): Draw {
  const random = seededNumbers(seed);
  const int = (min: number, max: number) => min + Math.floor(random() * (max - min + 1));
  return {
    int,
    chance: (probability) => random() < probability,
    pick: (items) => items[int(0, items.length - 1)] ?? items[0],
    some(items, max) {
      const left = [...items];
      const count = Math.min(left.length, int(1, max));
      return Array.from({ length: count }, () => left.splice(int(0, left.length - 1), 1)).flat();
    },
    list: (min, max, item) => Array.from({ length: int(min, max) }, (_, index) => item(index)),
  };
}
