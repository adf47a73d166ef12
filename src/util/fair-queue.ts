import { LinkedList, LinkedNode } from './linked-list.ts';

interface Node<Item> {
  readonly item: Item;
  next: Node<Item> | undefined;
}

/** The items of one owner, first in, first out. */
class OwnerQueue<Owner, Item> extends LinkedNode {
  readonly owner: Owner;
  #first: Node<Item> | undefined;
  #last: Node<Item> | undefined;

  constructor(owner: Owner) {
    super();
    this.owner = owner;
  }

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  push(item: Item): void {
    const node: Node<Item> = { item, next: undefined };
    if (this.#last) this.#last.next = node;
    else this.#first = node;
    this.#last = node;
  }

  shift(): Item | undefined {
    const node = this.#first;
    this.#first = node?.next;
    if (!this.#first) this.#last = undefined;
    return node?.item;
  }
}

/** Items of many owners. Owners take turns: one item of each, in the order in which they were added. All in O(1). */
export class FairQueue<Owner, Item> {
  readonly #queues = new Map<Owner, OwnerQueue<Owner, Item>>();
  /** The owners that have items, the next one first. */
  readonly #turns = new LinkedList<OwnerQueue<Owner, Item>>();

  add(owner: Owner, item: Item): void {
    let queue = this.#queues.get(owner);
    if (!queue) {
      queue = new OwnerQueue(owner);
      this.#queues.set(owner, queue);
      this.#turns.add(queue);
    }
    queue.push(item);
  }

  /** Removes and returns the next item; undefined when there is none. */
  take(): Item | undefined {
    const queue = this.#turns.first;
    if (!queue) return undefined;
    const item = queue.shift();
    queue.leaveList();
    if (queue.isEmpty) this.#queues.delete(queue.owner);
    else this.#turns.add(queue);
    return item;
  }
}
