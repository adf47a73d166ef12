/** What happens in a simulation. All times and durations are in milliseconds; times count from the start. */
export interface Scenario {
  readonly seed: number;
  readonly duration: number;
  /** Maximum number of polls per second of one key. */
  readonly pollsPerSecond: number;
  /** Time between two complete reads of a followed list. */
  readonly listInterval: number;
  /** Longest time that the upstream takes to respond. */
  readonly latency: number;
  /** The gateway's transport for reads: connections of the pool, or the fetch API. */
  readonly reads: 'pool' | 'fetch';
  readonly keys: readonly KeyPlan[];
  readonly jobs: readonly JobPlan[];
  readonly clients: readonly ClientPlan[];
  readonly writes: readonly WritePlan[];
  readonly faults: readonly FaultPlan[];
  /** Times at which the gateway is stopped and started again. */
  readonly restarts: readonly number[];
  /** The replicas of the gateway. Undefined: a single gateway. */
  readonly cluster?: ClusterPlan;
}

export interface ClusterPlan {
  readonly replicas: number;
  readonly faults: readonly ClusterFault[];
}

export const CLUSTER_FAULTS = ['kill', 'stop', 'partition', 'flush', 'outage'] as const;
/** Faults of a Redis server: it restarts without its data, is suspended, or another one takes its place. */
export const SERVER_FAULTS = ['restart', 'freeze', 'failover'] as const;

/**
 * A fault of a replica or the broker: a replica is killed or stopped and starts again; it loses its connection to the
 * broker; the broker loses its data; all replicas lose the connection.
 */
export interface ClusterFault {
  readonly at: number;
  readonly lasts: number;
  readonly what: (typeof CLUSTER_FAULTS | typeof SERVER_FAULTS)[number];
  /** The replica that a fault of one replica concerns. */
  readonly replica: number;
}

/** Jobs of different keys have equal ids, so that a mix-up of keys shows. */
export type KeyName = 'A' | 'B' | 'C';

/** The lists of one key. */
export interface KeyPlan {
  readonly key: KeyName;
  readonly order: 'newest first' | 'oldest first' | 'by hash';
  readonly pageSize: number;
  /** Fields of their rows. */
  readonly rows: 'full' | 'status only' | 'id only';
  /** Time by which lists lag behind the jobs. */
  readonly lag: number;
  /** True if rows show the progress of jobs. Without it, an older row cannot be told by its content. */
  readonly hasProgress: boolean;
}

export interface JobPlan {
  readonly key: KeyName;
  readonly id: string;
  /** The trained model; undefined for a prediction. */
  readonly model?: string;
  /** Negative for a job that was started before the simulation. */
  readonly startsAt: number;
  /** Durations of its states, the first of which is QUEUED. */
  readonly steps: readonly number[];
  /** The state after the last step; undefined if the job runs on. */
  readonly end?: 'completed' | 'failed' | 'canceled';
  readonly deletedAt?: number;
}

export interface ClientPlan {
  readonly name: string;
  readonly key: KeyName;
  readonly transport: 'WebSocket' | 'server-sent events';
  readonly subscriptions: readonly SubscriptionPlan[];
  /** Times at which it stops reading, and for how long. */
  readonly stalls: readonly { readonly at: number; readonly lasts: number }[];
  /** Times at which its connections break. */
  readonly drops: readonly number[];
}

export type SubscriptionName =
  | 'trainingUpdated'
  | 'predictionUpdated'
  | 'jobsUpdated'
  | 'trainingsUpdated'
  | 'predictionsUpdated';

export interface SubscriptionPlan {
  readonly at: number;
  readonly operation: SubscriptionName;
  /** Ids of jobs; of a model for `trainingsUpdated`; empty for `predictionsUpdated`. */
  readonly targets: readonly string[];
  /** Time at which the client unsubscribes; undefined if it stays. */
  readonly leavesAt?: number;
}

export interface WritePlan {
  readonly at: number;
  readonly key: KeyName;
  readonly operation: 'createPrediction' | 'startTraining' | 'cancelTraining' | 'deletePrediction';
  /** The job, which the first two operations create. */
  readonly job: string;
  readonly waitSeconds: number;
  /** The new job. Its `startsAt` is ignored. */
  readonly creates?: JobPlan;
  /** Time for which reads of the new job return 404. */
  readonly hiddenFor: number;
}

export const FAULTS = ['500', '503', 'hang', 'reset', 'rate', 'redirect', 'malformed', 'slow'] as const;

export interface FaultPlan {
  readonly at: number;
  readonly lasts: number;
  readonly what: (typeof FAULTS)[number];
  /** The key whose requests fail; undefined for all keys. */
  readonly key?: KeyName;
  /** The requests that fail. */
  readonly scope: 'all' | 'lists' | 'jobs';
  /** The share of these requests that fail, up to 1. */
  readonly share: number;
  /** `Retry-After` of `rate`, in seconds. */
  readonly retryAfter: number;
}
