import { LRUCache } from 'lru-cache';
import type { Cluster } from '../cluster/cluster.ts';
import type { JobKey, JobRow } from '../upstream/jobs.ts';
import { isRecord, parseJson } from '../util/json.ts';
import { type CacheKey, DELETION_TIME, type FinishedJobs, type LocalFinishedJobs, nameOf } from './finished-jobs.ts';
import { createStoredJobs, type StoredJob } from './stored-jobs.ts';
import { UnsentChanges } from './unsent-changes.ts';

export interface SharingOptions {
  /** Time for which a job is cached, in milliseconds; 0 disables the cache. */
  milliseconds: number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** Maximum number of tenants whose last eviction is known. */
const MAX_EVICTIONS = 10_000;
const CHANNEL = 'finished-jobs';
/** Name of the value that is stored when all rows of a tenant are evicted: older rows are invalid. */
const EVICTION = 'eviction';

/**
 * Shares a cache with other replicas. Rows, deletions and evictions are stored. Deletions and evictions are also published, and
 * other replicas apply them to their own caches at once.
 *
 * @param local The cache of this replica. Its entries are stored under the names of tenants instead of their keys.
 */
export function shareFinishedJobs(
  local: LocalFinishedJobs,
  cluster: Cluster,
  { milliseconds, monotonicNow }: SharingOptions,
): FinishedJobs {
  const { broker, vault, tenantOf } = cluster;
  const stored = createStoredJobs(cluster);
  const deletionTime = Math.max(milliseconds, DELETION_TIME);
  const unsent = new UnsentChanges({
    milliseconds: deletionTime,
    monotonicNow,
    send(tenant, key) {
      const name = key ? nameOf(key) : EVICTION;
      const content = { tenant, key: key && vault.seal(JSON.stringify(key)) };
      const message = JSON.stringify({ from: broker.replicaId, content });
      return stored.storeDeletion(tenant, { name, milliseconds: deletionTime }, { channel: CHANNEL, message });
    },
  });
  /** Times at which the rows of tenants were evicted here, by the monotonic clock, in milliseconds. */
  const evictions = new LRUCache<string, number>({ max: MAX_EVICTIONS });
  const evict = (tenant: string) => {
    evictions.set(tenant, monotonicNow());
    local.clear(tenant);
  };

  let wasActive = false;
  /** End of the time in which reads may end that began before a missed deletion, by the monotonic clock, in milliseconds. */
  let unknownUntil = Number.NEGATIVE_INFINITY;
  cluster.subscribe(CHANNEL, {
    onActive() {
      // Deletions by others may have been missed. Jobs that are still valid are in the store.
      local.clearAll();
      if (wasActive) unknownUntil = monotonicNow() + DELETION_TIME;
      wasActive = true;
      void unsent.sendAll();
    },
    onContent({ tenant, key: sealed }) {
      if (typeof tenant !== 'string') return;
      if (sealed === undefined) evict(tenant);
      const key = typeof sealed === 'string' ? readKey(vault.open(sealed)) : undefined;
      if (key) void local.delete(tenant, key);
    },
  });

  /** Caches the stored rows that have been neither deleted nor evicted. */
  const addStored = (tenant: string, keys: readonly JobKey[], jobs: ReadonlyMap<string, StoredJob>) => {
    const evicted = jobs.get(EVICTION);
    for (const key of keys) {
      const job = jobs.get(nameOf(key));
      const isDeleted = namesOf(key).some((name) => jobs.get(name)?.row === null);
      if (!job?.row || isDeleted || (evicted && evicted.age <= job.age)) continue;
      local.add(tenant, job.row, job.age);
    }
  };
  const add = (tenant: string, row: JobRow) => {
    if (local.add(tenant, row)) stored.store(tenant, row, milliseconds);
  };
  const addUnlessDeleted = async (tenant: string, row: JobRow) => {
    const jobs = await stored.read(tenant, namesOf(row));
    if (jobs && !namesOf(row).some((name) => jobs.get(name)?.row === null)) add(tenant, row);
  };

  return {
    get: (apiKey, key) => local.get(tenantOf(apiKey), key),
    isDeleted: (apiKey, key) => local.isDeleted(tenantOf(apiKey), key),
    read(apiKey, keys) {
      if (milliseconds === 0) return undefined;
      const tenant = tenantOf(apiKey);
      const startedAt = monotonicNow();
      const reading = stored.read(tenant, [...new Set([EVICTION, ...keys.flatMap(namesOf)])]);
      return reading?.then((jobs) => {
        const isEvicted = (evictions.get(tenant) ?? Number.NEGATIVE_INFINITY) >= startedAt;
        if (jobs && !isEvicted) addStored(tenant, keys, jobs);
        return keys.map((key) => local.get(tenant, key));
      });
    },
    add(apiKey, row) {
      const tenant = tenantOf(apiKey);
      if (broker.problem || monotonicNow() >= unknownUntil) add(tenant, row);
      else void addUnlessDeleted(tenant, row);
    },
    async delete(apiKey, key) {
      const tenant = tenantOf(apiKey);
      void local.delete(tenant, key);
      await unsent.send(tenant, key);
    },
    clear(apiKey) {
      const tenant = tenantOf(apiKey);
      evict(tenant);
      void unsent.send(tenant, undefined);
    },
  };
}

/** Names of a job and, for a training, of its model: the deletion of either of them evicts the job. */
const namesOf = (key: JobKey): string[] =>
  key.kind === 'Training' ? [nameOf(key), nameOf({ kind: 'Model', id: key.modelId })] : [nameOf(key)];

/** The key in an opened message; undefined if it was altered. */
function readKey(text: string | undefined): CacheKey | undefined {
  const key = text === undefined ? undefined : parseJson(text);
  if (!isRecord(key) || typeof key.id !== 'string') return undefined;
  const { kind, id, modelId } = key;
  if (kind === 'Training') return typeof modelId === 'string' ? { kind, modelId, id } : undefined;
  return kind === 'Model' || kind === 'Prediction' ? { kind, id } : undefined;
}
