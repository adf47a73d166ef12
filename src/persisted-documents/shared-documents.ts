import { LRUCache } from 'lru-cache';
import type { Cluster } from '../cluster/cluster.ts';
import { hashOf } from './hash.ts';

/** Documents that clients have registered at any replica, by their hashes. */
export interface SharedDocuments {
  /** Stores a valid document for the other replicas. */
  store(hash: string, text: string): void;
  /** The document with this hash. Undefined, without a promise, while the other replicas cannot be reached. */
  find(hash: string): Promise<string | undefined> | undefined;
}

/** Time for which a document is stored after its last registration, in milliseconds: a day. */
const STORED_TIME = 86_400_000;
/**
 * Time for which a document is not stored again, in milliseconds. Clients register it again when a replica does not find it,
 * for example because the store has lost it.
 */
const MIN_INTERVAL = 60_000;
/** Maximum number of documents whose last storing is known. */
const MAX_STORED = 10_000;
/** Number of groups over which documents are spread. */
const GROUPS = 64;

/** @param monotonicNow The monotonic clock, in milliseconds. */
export function createSharedDocuments(cluster: Cluster, monotonicNow: () => number): SharedDocuments {
  const { vault } = cluster;
  const storedAt = new LRUCache<string, number>({ max: MAX_STORED });
  const groupOf = (hash: string) => `documents ${Number.parseInt(hash.slice(0, 8), 16) % GROUPS}`;
  const nameOf = (hash: string) => vault.name('document', hash);

  const find = async (hash: string, reading: Promise<({ value: string } | undefined)[] | undefined>) => {
    const [stored] = (await reading) ?? [];
    const text = stored && vault.open(stored.value);
    return text !== undefined && hashOf(text) === hash ? text : undefined;
  };

  return {
    store(hash, text) {
      const last = storedAt.get(hash);
      if (last !== undefined && monotonicNow() - last < MIN_INTERVAL) return;
      const value = { name: nameOf(hash), value: vault.seal(text), version: '', milliseconds: STORED_TIME };
      const storing = cluster.ask(async (broker) => {
        await broker.store(groupOf(hash), [value]);
        return true;
      });
      if (!storing) return;
      storedAt.set(hash, monotonicNow());
      void storing.then((isStored) => isStored || storedAt.delete(hash));
    },
    find(hash) {
      const reading = cluster.ask((broker) => broker.read(groupOf(hash), [nameOf(hash)]));
      return reading && find(hash, reading);
    },
  };
}
