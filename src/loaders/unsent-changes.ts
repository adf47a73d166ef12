import { LRUCache } from 'lru-cache';
import { type CacheKey, nameOf } from './finished-jobs.ts';

export interface UnsentChangesOptions {
  /** Time for which a change matters, in milliseconds. */
  milliseconds: number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Sends a deletion, or the eviction of all rows of a tenant, which has no key. Returns false if that fails. */
  send: (tenant: string, key: CacheKey | undefined) => Promise<boolean>;
}

interface Change {
  readonly tenant: string;
  readonly key: CacheKey | undefined;
  readonly expiresAt: number;
}

/** Maximum number of changes that are sent later. */
const MAX_CHANGES = 10_000;

/** Changes that could not be sent to other replicas. */
export class UnsentChanges {
  readonly #options: UnsentChangesOptions;
  readonly #changes = new LRUCache<string, Change>({ max: MAX_CHANGES });

  constructor(options: UnsentChangesOptions) {
    this.#options = options;
  }

  /** Sends a change. It is sent later if that fails. */
  async send(tenant: string, key: CacheKey | undefined): Promise<void> {
    const { milliseconds, monotonicNow } = this.#options;
    await this.#send({ tenant, key, expiresAt: monotonicNow() + milliseconds });
  }

  /** Sends the changes that could not be sent before. */
  async sendAll(): Promise<void> {
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    const now = this.#options.monotonicNow();
    await Promise.all(changes.map((change) => (change.expiresAt > now ? this.#send(change) : undefined)));
  }

  async #send(change: Change): Promise<void> {
    const { tenant, key } = change;
    if (!(await this.#options.send(tenant, key))) this.#changes.set(`${tenant} ${key ? nameOf(key) : ''}`, change);
    else if (this.#changes.size > 0) await this.sendAll();
  }
}
