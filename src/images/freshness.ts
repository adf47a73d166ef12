import { LRUCache } from 'lru-cache';
import { tenantOf } from '../auth/credential.ts';
import type { ImageSource, ImageSubject } from './source.ts';

/**
 * Time for which an image counts as fresh, in seconds: images of data items can be replaced, those of predictions not.
 */
const FRESH_SECONDS = { dataItem: 60, prediction: 3_600 } as const;

/** Freshness of cached images, per credential. */
export interface Freshness {
  /** Cache key of an image. Differs between credentials, and changes when the cached data becomes stale. */
  cacheKey(apiKey: string, source: ImageSource): string;
  /** Common prefix of the cache keys of all images of a subject. */
  cacheKeyPrefix(apiKey: string, subject: ImageSubject): string;
  /** Revision of a subject: differs after each change through this gateway; undefined before the first one. */
  revisionOf(apiKey: string, subject: ImageSubject): string | undefined;
  /** Time until an image read now becomes stale, in whole seconds. */
  secondsLeft(source: ImageSource): number;
  /** Number of the current freshness period of an image. */
  periodOf(source: ImageSource): number;
  /** Records that a subject was replaced or deleted through this gateway. */
  markChanged(apiKey: string, subject: ImageSubject): void;
}

// A revision is needed while cached data of the previous image is fresh, which is at most a minute.
const MAX_REVISIONS = 100_000;
const MAX_TENANTS = 10_000;

export interface FreshnessOptions {
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

export function createFreshness({ now, monotonicNow }: FreshnessOptions): Freshness {
  // Periods follow the monotonic clock, so that none occurs twice. They start at the wall-clock time, so that no client
  // of an earlier process has the ETag of a future period.
  const origin = now() - monotonicNow();
  const seconds = () => (origin + monotonicNow()) / 1_000;
  const revisions = new LRUCache<string, number>({
    // Not `max`, which allocates all entries at once.
    maxSize: MAX_REVISIONS,
    sizeCalculation: () => 1,
  });
  const tenants = new LRUCache<string, string>({ maxSize: MAX_TENANTS, sizeCalculation: () => 1 });
  let last = 0;

  const tenant = (apiKey: string) => {
    const id = tenants.get(apiKey) ?? tenantOf({ apiKey });
    tenants.set(apiKey, id);
    return id;
  };
  // No part contains a "/": a tenant is base64url, and ids are validated.
  const cacheKeyPrefix = (apiKey: string, subject: ImageSubject) =>
    subject.kind === 'dataItem'
      ? `${tenant(apiKey)}/d/${subject.modelId}/${subject.dataId}/`
      : `${tenant(apiKey)}/p/${subject.predictionId}/`;
  const periodOf = ({ kind }: ImageSource) => Math.floor(seconds() / FRESH_SECONDS[kind]);
  const revisionOf = (apiKey: string, subject: ImageSubject) =>
    revisions.size === 0 ? undefined : revisions.get(cacheKeyPrefix(apiKey, subject))?.toString(36);

  return {
    cacheKey(apiKey, source) {
      const version = source.kind === 'dataItem' ? periodOf(source) : source.index;
      return `${cacheKeyPrefix(apiKey, source)}${revisionOf(apiKey, source) ?? ''}/${version}`;
    },
    cacheKeyPrefix,
    revisionOf,
    periodOf,
    secondsLeft({ kind }) {
      const period = FRESH_SECONDS[kind];
      return period - (Math.floor(seconds()) % period);
    },
    markChanged(apiKey, subject) {
      last = Math.max(now(), last + 1);
      revisions.set(cacheKeyPrefix(apiKey, subject), last);
    },
  };
}
