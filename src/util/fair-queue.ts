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

/** Round-robin queue: takes one item of each owner in turn. All operations are O(1). */
export class FairQueue<Owner, Item> {
  readonly #queues = new Map<Owner, OwnerQueue<Owner, Item>>();
  /** Owners with items, the next one first. */
  readonly #order = new LinkedList<OwnerQueue<Owner, Item>>();

  add(owner: Owner, item: Item): void {
    let queue = this.#queues.get(owner);
    if (!queue) {
      queue = new OwnerQueue(owner);
      this.#queues.set(owner, queue);
      this.#order.add(queue);
    }
    queue.push(item);
  }

  /** Removes and returns the next item; undefined if the queue is empty. */
  take(): Item | undefined {
    const queue = this.#order.first;
    if (!queue) return undefined;
    const item = queue.shift();
    queue.leaveList();
    if (queue.isEmpty) this.#queues.delete(queue.owner);
    else this.#order.add(queue);
    return item;
  }
}
