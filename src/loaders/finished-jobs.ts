import { LRUCache } from 'lru-cache';
import type { JobKey, JobRow } from '../upstream/jobs.ts';

/** A job, or a model for all its trainings. */
export type CacheKey = JobKey | { kind: 'Model'; id: string };

/** A job as a read by id returned it, and the time of that read by the wall clock. */
export interface FinishedJob {
  readonly row: JobRow;
  readonly checkedAt: Date;
}

/** Cache of finished jobs, whose state does not change any more. Each API key has its own. */
export interface FinishedJobs {
  /** The job, if this replica has cached it. */
  get(apiKey: string, key: JobKey): FinishedJob | undefined;
  /**
   * Reads jobs that {@link get} does not find, but another replica may have cached.
   *
   * @returns The jobs in the order of their keys. Undefined, without a promise, if there is no other replica, or they cannot be
   * reached. It never rejects.
   */
  read(apiKey: string, keys: readonly JobKey[]): Promise<(FinishedJob | undefined)[]> | undefined;
  /**
   * Caches a finished job, and replaces an earlier row of it. Ignores other jobs, deleted jobs, rows with malformed fields, and
   * completed predictions without images, which may get them later.
   *
   * @param row A row with all fields, as a read by id returns it.
   */
  add(apiKey: string, row: JobRow): void;
  /**
   * Evicts a deleted job, or all trainings of a deleted model. Reads that are in flight do not add them again.
   *
   * @returns A promise if other replicas are informed, too. It never rejects.
   */
  delete(apiKey: string, key: CacheKey): Promise<void> | undefined;
  /** True for a while after a job was deleted through this gateway: its list may still contain it. */
  isDeleted(apiKey: string, key: JobKey): boolean;
  /** Evicts all jobs of a key. */
  clear(apiKey: string): void;
}

/** The cache of one replica. */
export interface LocalFinishedJobs extends FinishedJobs {
  /**
   * @param age Time since the upstream returned the row, in milliseconds. @default 0
   * @returns True if the job is cached.
   */
  add(apiKey: string, row: JobRow, age?: number): boolean;
  /** Evicts all jobs of all keys. */
  clearAll(): void;
}

export interface FinishedJobsOptions {
  /** Time for which a job is cached, in milliseconds; 0 disables the cache. */
  milliseconds: number;
  /** Maximum number of jobs. One key has at most a tenth of them. */
  max: number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
}

/** Default time for which finished jobs are cached, in milliseconds. */
export const FINISHED_JOBS_TIME = 300_000;
/** Maximum number of cached jobs. */
export const MAX_FINISHED_JOBS = 10_000;

/** Size of a usual row, in characters of JSON. A larger one counts as several jobs. */
const USUAL_ROW = 4_000;
/** Maximum size of a cached row, in usual rows: a prediction may contain its images in base64. */
const MAX_ROW = 25;
/** Minimum time for which deletions are remembered, in milliseconds: longer than a read takes. */
export const DELETION_TIME = 60_000;

interface Entry extends FinishedJob {
  /** Expiry by the monotonic clock, in milliseconds. */
  readonly expiresAt: number;
}

/** @see LocalFinishedJobs */
export function createFinishedJobs({ milliseconds, max, monotonicNow, now }: FinishedJobsOptions): LocalFinishedJobs {
  const perKey = Math.ceil(max / 10);
  /** By API key, then by name of the job. */
  const caches = new Map<string, LRUCache<string, Entry>>();
  /** Times until which deletions are remembered, by API key and name. */
  const deletions = new LRUCache<string, number>({ max });
  /** Size of all rows, in usual rows. */
  let total = 0;

  /** Changes the cache of a key. An empty one is removed. */
  const change = (apiKey: string, cache: LRUCache<string, Entry>, apply: () => void) => {
    total -= cache.calculatedSize;
    apply();
    total += cache.calculatedSize;
    if (cache.size === 0) caches.delete(apiKey);
  };
  /** Evicts the least recently used job of the key with the most jobs, so that no key displaces those of others. */
  const evict = () => {
    const [largest] = [...caches].reduce((a, b) => (b[1].calculatedSize > a[1].calculatedSize ? b : a), NONE);
    const cache = caches.get(largest);
    if (cache) change(largest, cache, () => cache.pop());
  };
  const isDeleted = (apiKey: string, key: CacheKey): boolean =>
    (deletions.get(`${apiKey} ${nameOf(key)}`) ?? 0) > monotonicNow();

  return {
    get(apiKey, key) {
      const cache = caches.get(apiKey);
      const name = nameOf(key);
      const entry = cache?.get(name);
      if (!cache || !entry) return undefined;
      if (entry.expiresAt > monotonicNow()) return entry;
      change(apiKey, cache, () => cache.delete(name));
      return undefined;
    },
    read: () => undefined,
    add(apiKey, row, age = 0) {
      if (age >= milliseconds || !isFinal(row) || isDeleted(apiKey, row)) return false;
      if (row.kind === 'Training' && isDeleted(apiKey, { kind: 'Model', id: row.modelId })) return false;
      const size = Math.ceil(JSON.stringify(row).length / USUAL_ROW);
      if (size > MAX_ROW) return false;
      const cache = caches.get(apiKey) ?? new LRUCache<string, Entry>({ maxSize: perKey });
      caches.set(apiKey, cache);
      const entry = { row, checkedAt: new Date(now() - age), expiresAt: monotonicNow() + milliseconds - age };
      change(apiKey, cache, () => cache.set(nameOf(row), entry, { size }));
      while (total > max) evict();
      return true;
    },
    delete(apiKey, key) {
      const name = nameOf(key);
      deletions.set(`${apiKey} ${name}`, monotonicNow() + Math.max(milliseconds, DELETION_TIME));
      const cache = caches.get(apiKey);
      if (!cache) return undefined;
      const isGone = (each: string) => (key.kind === 'Model' ? each.startsWith(`Training ${key.id}/`) : each === name);
      change(apiKey, cache, () => {
        for (const each of [...cache.keys()]) if (isGone(each)) cache.delete(each);
      });
      return undefined;
    },
    isDeleted,
    clear(apiKey) {
      const cache = caches.get(apiKey);
      if (cache) change(apiKey, cache, () => cache.clear());
    },
    clearAll() {
      caches.clear();
      total = 0;
    },
  };
}

const NONE: [string, { readonly calculatedSize: number }] = ['', { calculatedSize: 0 }];

/** Name of a job or a model. Ids contain neither a space nor a slash. */
export const nameOf = (key: CacheKey): string =>
  'modelId' in key ? `${key.kind} ${key.modelId}/${key.id}` : `${key.kind} ${key.id}`;

/** True if a later read would return the same row. */
function isFinal(row: JobRow): boolean {
  if (!row.status?.isFinished || row.malformed) return false;
  return row.kind === 'Training' || row.status.state !== 'COMPLETED' || (row.images?.length ?? 0) > 0;
}
