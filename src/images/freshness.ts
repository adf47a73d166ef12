import { LRUCache } from 'lru-cache';
import { tenantOf } from '../auth/credential.ts';
import type { ImageSource, ImageSubject } from './source.ts';

/** For how long a picture is taken to be unchanged, in seconds: a data item's can be replaced, a prediction's not. */
const FRESH_SECONDS = { dataItem: 60, prediction: 3_600 } as const;

/** Knows how long what was read of a picture may be shown. */
export interface Freshness {
  /**
   * Names a picture as it is now, for one credential. What was read under another name is of somebody else, or too old.
   */
  cacheKey(apiKey: string, source: ImageSource): string;
  /** How the names of all pictures of a subject begin, for one credential. */
  cacheKeyPrefix(apiKey: string, subject: ImageSubject): string;
  /** Changes with every change made through this gateway; undefined before the first. */
  revisionOf(apiKey: string, subject: ImageSubject): string | undefined;
  /** For how long what is read now may be shown, in whole seconds. */
  secondsLeft(source: ImageSource): number;
  /** Changes when that time is over. */
  periodOf(source: ImageSource): number;
  /** Notes that a subject was replaced or deleted through this gateway. */
  markChanged(apiKey: string, subject: ImageSubject): void;
}

// A revision matters for as long as a copy of the picture before is somewhere, which is a minute.
const MAX_REVISIONS = 100_000;
const MAX_TENANTS = 10_000;

export interface FreshnessOptions {
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

export function createFreshness({ now, monotonicNow }: FreshnessOptions): Freshness {
  // Periods follow the monotonic clock, so that none comes twice. They begin at the time of the wall clock, so that no
  // client of an earlier process holds the tag of a period that is still to come.
  const origin = now() - monotonicNow();
  const seconds = () => (origin + monotonicNow()) / 1_000;
  const revisions = new LRUCache<string, number>({ max: MAX_REVISIONS });
  const tenants = new LRUCache<string, string>({ max: MAX_TENANTS });
  let last = 0;

  const tenant = (apiKey: string) => {
    const known = tenants.get(apiKey) ?? tenantOf({ apiKey });
    tenants.set(apiKey, known);
    return known;
  };
  // No part of it holds a "/": a tenant is base64url, and ids obey the rule for ids.
  const prefixOf = (apiKey: string, subject: ImageSubject) =>
    subject.kind === 'dataItem'
      ? `${tenant(apiKey)}/d/${subject.modelId}/${subject.dataId}/`
      : `${tenant(apiKey)}/p/${subject.predictionId}/`;
  const periodOf = ({ kind }: ImageSource) => Math.floor(seconds() / FRESH_SECONDS[kind]);
  const revisionOf = (apiKey: string, subject: ImageSubject) =>
    revisions.size === 0 ? undefined : revisions.get(prefixOf(apiKey, subject))?.toString(36);

  return {
    cacheKey(apiKey, source) {
      const version = source.kind === 'dataItem' ? periodOf(source) : source.index;
      return `${prefixOf(apiKey, source)}${revisionOf(apiKey, source) ?? ''}/${version}`;
    },
    cacheKeyPrefix: prefixOf,
    revisionOf,
    periodOf,
    secondsLeft({ kind }) {
      const period = FRESH_SECONDS[kind];
      return period - (Math.floor(seconds()) % period);
    },
    markChanged(apiKey, subject) {
      last = Math.max(now(), last + 1);
      revisions.set(prefixOf(apiKey, subject), last);
    },
  };
}
