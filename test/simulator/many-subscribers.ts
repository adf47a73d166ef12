import type { ClusterPlan, JobPlan, KeyName, Scenario } from './scenario.ts';

const KEYS: readonly KeyName[] = ['A', 'B', 'C'];
const JOBS_PER_KEY = 10;

export interface LoadOptions {
  /** Maximum duration, in milliseconds. */
  duration: number;
  /** Duration of the longest job, in milliseconds. The others are up to a third shorter. */
  jobs: number;
  subscribers: number;
  /** Undefined: a single gateway. */
  cluster?: ClusterPlan;
}

/** Many subscribers of ten jobs of each of three keys. Each has a socket of its own and follows one job. */
export function manySubscribers({ duration, jobs: longest, subscribers, cluster }: LoadOptions): Scenario {
  const jobs = KEYS.flatMap((key) =>
    Array.from({ length: JOBS_PER_KEY }, (_, index): JobPlan => {
      const total = longest * (1 - index / (3 * JOBS_PER_KEY));
      const end = index === 0 ? 'failed' : index === 1 ? 'canceled' : 'completed';
      return { key, id: `p${index}`, startsAt: -500, steps: [0.25, 0.25, 0.25, 0.25].map((part) => part * total), end };
    }),
  );
  return {
    seed: 1,
    duration,
    pollsPerSecond: 20,
    listInterval: 15_000,
    latency: 20,
    reads: 'pool',
    keys: KEYS.map((key) => ({
      key,
      order: 'newest first',
      pageSize: 20,
      // Each job is polled by itself, so that there are enough polls for a comparison.
      rows: 'id only',
      lag: 0,
      hasProgress: true,
    })),
    jobs,
    clients: Array.from({ length: subscribers }, (_, index) => {
      const { key, id } = jobs[index % jobs.length] as JobPlan;
      return {
        name: `${key}${index}`,
        key,
        transport: 'WebSocket',
        subscriptions: [{ at: index, operation: 'predictionUpdated', targets: [id] }],
        stalls: [],
        drops: [],
      };
    }),
    writes: [],
    faults: [],
    restarts: [],
    ...(cluster && { cluster }),
  };
}
