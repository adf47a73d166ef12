import { LRUCache } from 'lru-cache';
import type { Broker, StoredValue } from '../cluster/broker.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { decodeJob, encodeJob } from '../upstream/job-codec.ts';
import type { JobKey, JobRow } from '../upstream/jobs.ts';
import { isRecord, parseJson } from '../util/json.ts';
import { type CacheKey, DELETION_TIME, type FinishedJobs, type LocalFinishedJobs, nameOf } from './finished-jobs.ts';
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
/** Orders the values of a job: a stored deletion is not replaced by a row. */
const VERSION = { row: '1', deletion: '2' } as const;

/**
 * Shares a cache with other replicas. Each tenant has a group of stored values: rows, the deletions of jobs and models, and the
 * time at which all rows were evicted. Other replicas apply deletions and evictions to their own caches at once.
 *
 * @param local The cache of this replica. Its entries are stored under the names of tenants instead of their keys.
 */
export function shareFinishedJobs(
  local: LocalFinishedJobs,
  cluster: Cluster,
  { milliseconds, monotonicNow }: SharingOptions,
): FinishedJobs {
  const { vault } = cluster;
  const deletionTime = Math.max(milliseconds, DELETION_TIME);
  const groupOf = (tenant: string) => `finished-jobs ${tenant}`;
  const hash = (tenant: string, name: string) => vault.name('finished job', tenant, name);
  const seal = (tenant: string, name: string, row: JobRow | null) =>
    vault.seal(JSON.stringify({ tenant, name, row: row && encodeJob(row) }));

  /** Stores and publishes a deletion, or an eviction of all rows, which has no key. @returns True if it succeeds. */
  const announce = async (tenant: string, key: CacheKey | undefined): Promise<boolean> => {
    const name = key ? nameOf(key) : EVICTION;
    const value = {
      name: hash(tenant, name),
      value: seal(tenant, name, null),
      version: key ? VERSION.deletion : '',
      milliseconds: deletionTime,
    };
    const content = { tenant, key: key && vault.seal(JSON.stringify(key)) };
    const message = JSON.stringify({ from: cluster.broker.replicaId, content });
    const store = async (broker: Broker) => {
      await broker.store(groupOf(tenant), [value], { channel: CHANNEL, message });
      return true;
    };
    return (await cluster.ask(store, { evenIfSlow: true })) ?? false;
  };
  const unsent = new UnsentChanges({ milliseconds: deletionTime, monotonicNow, send: announce });

  /** Times at which the rows of tenants were evicted here, by the monotonic clock, in milliseconds. */
  const evictions = new LRUCache<string, number>({ max: MAX_EVICTIONS });
  const clear = (tenant: string) => {
    evictions.set(tenant, monotonicNow());
    local.clear(tenant);
  };

  let wasActive = false;
  /** End of the time in which reads may end that began before a missed deletion, by the monotonic clock, in milliseconds. */
  let unknownUntil = Number.NEGATIVE_INFINITY;
  cluster.subscribe(CHANNEL, {
    onActive() {
      // Deletions by others may have been missed. What is still valid is read from the other replicas.
      local.clearAll();
      if (wasActive) unknownUntil = monotonicNow() + DELETION_TIME;
      wasActive = true;
      void unsent.sendAll();
    },
    onContent({ tenant, key: sealed }) {
      if (typeof tenant !== 'string') return;
      if (sealed === undefined) clear(tenant);
      const key = typeof sealed === 'string' ? readKey(vault.open(sealed)) : undefined;
      if (key) void local.delete(tenant, key);
    },
  });

  /** The row in a stored value; null for a deletion. Undefined if there is none, or it was stored under another name. */
  const open = (tenant: string, name: string, stored: StoredValue | undefined): JobRow | null | undefined => {
    const text = stored && vault.open(stored.value);
    const content = text === undefined ? undefined : parseJson(text);
    if (!isRecord(content) || content.tenant !== tenant || content.name !== name) return undefined;
    return content.row === null ? null : decodeJob(content.row);
  };

  /** Caches the stored rows that have been neither deleted nor evicted. */
  const addStored = (tenant: string, keys: readonly JobKey[], names: readonly string[], values: Stored) => {
    const byName = new Map(names.map((name, index) => [name, values[index]]));
    const isDeleted = (name: string) => open(tenant, name, byName.get(name)) === null;
    const evicted = byName.get(EVICTION);
    for (const key of keys) {
      const stored = byName.get(nameOf(key));
      const row = open(tenant, nameOf(key), stored);
      if (!stored || !row || (evicted && evicted.age <= stored.age)) continue;
      if (key.kind === 'Training' && isDeleted(modelNameOf(key))) continue;
      local.add(tenant, row, stored.age);
    }
  };

  /** True if the deletion of a job or its model is stored, or the store cannot be read. */
  const mayBeDeleted = async (tenant: string, row: JobRow): Promise<boolean> => {
    const names = [nameOf(row), ...(row.kind === 'Training' ? [modelNameOf(row)] : [])];
    const hashes = names.map((name) => hash(tenant, name));
    const values = await cluster.ask((broker) => broker.read(groupOf(tenant), hashes));
    return !values || names.some((name, index) => open(tenant, name, values[index]) === null);
  };
  const add = (tenant: string, row: JobRow) => {
    if (!local.add(tenant, row)) return;
    const name = nameOf(row);
    const value = { name: hash(tenant, name), value: seal(tenant, name, row), version: VERSION.row, milliseconds };
    void cluster.ask((broker) => broker.store(groupOf(tenant), [value]));
  };

  return {
    get: (apiKey, key) => local.get(cluster.tenantOf(apiKey), key),
    isDeleted: (apiKey, key) => local.isDeleted(cluster.tenantOf(apiKey), key),
    read(apiKey, keys) {
      if (milliseconds === 0) return undefined;
      const tenant = cluster.tenantOf(apiKey);
      const models = keys.flatMap((key) => (key.kind === 'Training' ? [modelNameOf(key)] : []));
      const names = [...new Set([EVICTION, ...keys.map(nameOf), ...models])];
      const hashes = names.map((name) => hash(tenant, name));
      const startedAt = monotonicNow();
      const reading = cluster.ask((broker) => broker.read(groupOf(tenant), hashes));
      return reading?.then((values) => {
        const isEvicted = (evictions.get(tenant) ?? Number.NEGATIVE_INFINITY) >= startedAt;
        if (values && !isEvicted) addStored(tenant, keys, names, values);
        return keys.map((key) => local.get(tenant, key));
      });
    },
    add(apiKey, row) {
      const tenant = cluster.tenantOf(apiKey);
      if (cluster.broker.problem || monotonicNow() >= unknownUntil) add(tenant, row);
      else void mayBeDeleted(tenant, row).then((mayBe) => mayBe || add(tenant, row));
    },
    async delete(apiKey, key) {
      const tenant = cluster.tenantOf(apiKey);
      void local.delete(tenant, key);
      await unsent.send(tenant, key);
    },
    clear(apiKey) {
      const tenant = cluster.tenantOf(apiKey);
      clear(tenant);
      void unsent.send(tenant, undefined);
    },
  };
}

type Stored = readonly (StoredValue | undefined)[];

/** Name of the value that marks the time at which all rows of a tenant were evicted. */
const EVICTION = 'eviction';

const modelNameOf = ({ modelId }: { modelId: string }): string => nameOf({ kind: 'Model', id: modelId });

/** The key in an opened message; undefined if it was altered. */
function readKey(text: string | undefined): CacheKey | undefined {
  const key = text === undefined ? undefined : parseJson(text);
  if (!isRecord(key) || typeof key.id !== 'string') return undefined;
  const { kind, id, modelId } = key;
  if (kind === 'Training') return typeof modelId === 'string' ? { kind, modelId, id } : undefined;
  return kind === 'Model' || kind === 'Prediction' ? { kind, id } : undefined;
}
