/**
 * A list node that can be removed in O(1). For entries that are added and removed with each request: Sets, Maps and objects leave
 * old hash tables behind as they grow and shrink, and V8 keeps their entries alive until the next major garbage collection.
 */
export abstract class LinkedNode {
  #previous: LinkedNode = this;
  #next: LinkedNode = this;

  /** Removes the node from its list, if it is in one. Also clears its references, so that it keeps no other nodes alive. */
  leaveList(): void {
    this.#previous.#next = this.#next;
    this.#next.#previous = this.#previous;
    this.#previous = this;
    this.#next = this;
  }

  /** Appends a node. */
  static add(list: Sentinel, last: LinkedNode): void {
    last.#previous = list.#previous;
    last.#next = list;
    list.#previous.#next = last;
    list.#previous = last;
  }

  /** The next node; the sentinel after the last one. */
  get next(): LinkedNode {
    return this.#next;
  }
}

/** Sentinel before the first and after the last node. */
class Sentinel extends LinkedNode {}

/** A doubly linked list, in insertion order. */
export class LinkedList<Item extends LinkedNode> {
  readonly #end = new Sentinel();

  add(item: Item): void {
    LinkedNode.add(this.#end, item);
  }

  /** The first item; undefined if the list is empty. */
  get first(): Item | undefined {
    const { next } = this.#end;
    // All nodes but the sentinel are items.
    return next === this.#end ? undefined : (next as Item);
  }

  /** All items, in order. */
  toArray(): Item[] {
    const items: Item[] = [];
    for (let { next } = this.#end; next !== this.#end; { next } = next) items.push(next as Item);
    return items;
  }
}
