/**
 * Something that is in a list for a while, and leaves it at once wherever it stands. For what comes and goes with every
 * request: a Set, a Map or an object with a key for each leaves old tables behind as it grows and shrinks, and V8 keeps
 * what was in them alive until the next full collection of garbage.
 */
export abstract class LinkedNode {
  #previous: LinkedNode = this;
  #next: LinkedNode = this;

  /** Leaves its list, if it is in one, and lets go of its neighbours: when it is gone, it must keep nobody alive. */
  leaveList(): void {
    this.#previous.#next = this.#next;
    this.#next.#previous = this.#previous;
    this.#previous = this;
    this.#next = this;
  }

  /** Adds one at the end. */
  static add(list: End, last: LinkedNode): void {
    last.#previous = list.#previous;
    last.#next = list;
    list.#previous.#next = last;
    list.#previous = last;
  }

  /** What stands behind it: the end of the list behind the last. */
  get next(): LinkedNode {
    return this.#next;
  }
}

/** Before the first and behind the last of a list. */
class End extends LinkedNode {}

/** A list of what leaves it again, in the order in which it came. */
export class LinkedList<Item extends LinkedNode> {
  readonly #end = new End();

  add(item: Item): void {
    LinkedNode.add(this.#end, item);
  }

  /** The first; undefined in an empty list. */
  get first(): Item | undefined {
    const { next } = this.#end;
    // Only items are added.
    return next === this.#end ? undefined : (next as Item);
  }

  /** Everything that is in it now. */
  toArray(): Item[] {
    const items: Item[] = [];
    for (let { next } = this.#end; next !== this.#end; { next } = next) items.push(next as Item);
    return items;
  }
}
