import { RecentNames } from '../util/recent-names.ts';
import type { Cluster } from './cluster.ts';

/** The jobs that any replica has created recently: the upstream may not return them yet. */
export interface CreatedJobs {
  /** @param path The path that reads the job. */
  add(apiKey: string, path: string): void;
  has(apiKey: string, path: string): boolean;
}

const CHANNEL = 'created jobs';
/** Time for which a job counts as new, in milliseconds. */
const MAX_AGE = 10_000;

/** Shares the created jobs of all replicas. @param monotonicNow The monotonic clock, in milliseconds. */
export function createCreatedJobs(cluster: Cluster, monotonicNow: () => number): CreatedJobs {
  const created = new RecentNames(MAX_AGE, monotonicNow);
  cluster.subscribe(CHANNEL, {
    onContent: ({ job }) => {
      if (typeof job === 'string') created.add(job);
    },
  });
  const nameOf = (apiKey: string, path: string) => cluster.vault.name('job', apiKey, path);
  return {
    add: (apiKey, path) => cluster.publish(CHANNEL, { job: nameOf(apiKey, path) }),
    // Names are computed only while there are any.
    has: (apiKey, path) => !created.isEmpty && created.has(nameOf(apiKey, path)),
  };
}
