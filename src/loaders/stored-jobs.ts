import type { Announcement, NewValue, StoredValue } from '../cluster/broker.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { decodeJob, encodeJob } from '../upstream/job-codec.ts';
import type { JobRow } from '../upstream/jobs.ts';
import { isRecord, parseJson } from '../util/json.ts';
import { nameOf } from './finished-jobs.ts';

/** A stored row; null for a deletion or eviction. */
export interface StoredJob {
  readonly row: JobRow | null;
  /** Time since it was stored, in milliseconds. */
  readonly age: number;
}

/** Finished jobs in the store of all replicas: a group for each tenant. All values are sealed. */
export interface StoredJobs {
  /** Reads values by their names. Undefined, at once or later, if the store cannot be reached. It never rejects. */
  read(tenant: string, names: readonly string[]): Promise<ReadonlyMap<string, StoredJob> | undefined> | undefined;
  /** Stores a row, unless its deletion is stored. */
  store(tenant: string, row: JobRow, milliseconds: number): void;
  /** Stores the deletion of a job or a model, and announces it. Returns true if it succeeds. */
  storeDeletion(tenant: string, deletion: Deletion, announcement: Announcement): Promise<boolean>;
}

interface Deletion {
  readonly name: string;
  /** Time for which it is stored, in milliseconds. */
  readonly milliseconds: number;
}

/** Orders the values of a name: a deletion is not replaced by a row, but by a later deletion. */
const VERSION = { row: '1', deletion: '2' } as const;

export function createStoredJobs(cluster: Cluster): StoredJobs {
  const { vault } = cluster;
  const groupOf = (tenant: string) => `finished-jobs ${tenant}`;
  const hash = (tenant: string, name: string) => vault.name('finished job', tenant, name);

  // The sealed text contains its name, because the store could return the value of another name.
  const newValue = (tenant: string, name: string, row: JobRow | null, milliseconds: number): NewValue => ({
    name: hash(tenant, name),
    value: vault.seal(JSON.stringify({ tenant, name, row: row && encodeJob(row) })),
    version: row ? VERSION.row : VERSION.deletion,
    milliseconds,
  });
  const unseal = (tenant: string, name: string, stored: StoredValue | undefined): StoredJob | undefined => {
    const text = stored && vault.open(stored.value);
    const content = text === undefined ? undefined : parseJson(text);
    if (!stored || !isRecord(content) || content.tenant !== tenant || content.name !== name) return undefined;
    const row = content.row === null ? null : decodeJob(content.row);
    return row === undefined ? undefined : { row, age: stored.age };
  };

  return {
    read(tenant, names) {
      const hashes = names.map((name) => hash(tenant, name));
      const reading = cluster.ask((broker) => broker.read(groupOf(tenant), hashes));
      return reading?.then((values) => {
        if (!values) return undefined;
        const jobs = new Map<string, StoredJob>();
        for (const [index, name] of names.entries()) {
          const job = unseal(tenant, name, values[index]);
          if (job) jobs.set(name, job);
        }
        return jobs;
      });
    },
    store(tenant, row, milliseconds) {
      const value = newValue(tenant, nameOf(row), row, milliseconds);
      void cluster.ask((broker) => broker.store(groupOf(tenant), [value]));
    },
    async storeDeletion(tenant, { name, milliseconds }, announcement) {
      const value = newValue(tenant, name, null, milliseconds);
      const storing = cluster.ask(
        async (broker) => {
          await broker.store(groupOf(tenant), [value], announcement);
          return true;
        },
        { evenIfSlow: true },
      );
      return (await storing) ?? false;
    },
  };
}
