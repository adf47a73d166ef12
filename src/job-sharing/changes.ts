import type { Needs } from './messages.ts';

/** What the owner does not know yet: changes of the needs of this replica, and requests. */
export class Changes<Key> {
  readonly join = new Set<string>();
  readonly leave = new Set<string>();
  readonly waiting = new Map<string, boolean>();
  readonly follow = new Map<string, Key>();
  readonly unfollow = new Set<string>();
  readonly wake = new Set<string>();
  readonly announce: Key[] = [];
  holdMilliseconds = 0;

  addJob(name: string): void {
    this.leave.delete(name);
    this.join.add(name);
  }

  removeJob(name: string): void {
    this.join.delete(name);
    this.waiting.delete(name);
    this.leave.add(name);
  }

  addList(name: string, key: Key): void {
    this.unfollow.delete(name);
    this.follow.set(name, key);
  }

  removeList(name: string): void {
    this.follow.delete(name);
    this.unfollow.add(name);
  }

  /** The requests, which concern the owner even if this replica needs nothing. */
  get requests(): Partial<Needs> {
    return {
      ...(this.wake.size > 0 && { wake: [...this.wake] }),
      ...(this.announce.length > 0 && { announce: this.announce }),
      ...(this.holdMilliseconds > 0 && { holdMilliseconds: this.holdMilliseconds }),
    };
  }

  /** The changes of needs, without the jobs to join. */
  get needs(): Partial<Needs> {
    return {
      ...(this.leave.size > 0 && { leave: [...this.leave] }),
      ...(this.waiting.size > 0 && { waiting: [...this.waiting] }),
      ...(this.follow.size > 0 && { follow: [...this.follow.values()] }),
      ...(this.unfollow.size > 0 && { unfollow: [...this.unfollow] }),
    };
  }
}
