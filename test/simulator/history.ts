import type { JobPlan, KeyName, SubscriptionName } from './scenario.ts';

/** Times are milliseconds since the start of the simulation. */

export type Status = 'queued' | 'processing' | 'completed' | 'failed' | 'canceled';

/** A state of a job, from a time on. Its position in the history is the number of the version. */
export interface Version {
  readonly at: number;
  readonly status: Status;
}

/** A job of the upstream. */
export interface JobHistory {
  readonly key: KeyName;
  readonly id: string;
  readonly model: string | undefined;
  /** In order of time. */
  readonly versions: Version[];
  /** Time from which it can be read by its id. */
  readonly readableAt: number;
  deletedAt: number | undefined;
}

/** A request to the upstream. */
export interface RequestRecord {
  readonly sentAt: number;
  /** Number of the gateway that sent it: each restart creates another. */
  readonly epoch: number;
  readonly key: KeyName;
  readonly method: string;
  readonly path: string;
  /** Undefined while it is pending. */
  endedAt?: number;
  outcome?: number | 'reset' | 'aborted';
  /** Pause that the response requests, in milliseconds. */
  pause?: number;
  /** The jobs that a successful response contains. */
  served: readonly Served[];
}

export interface Served {
  readonly id: string;
  /** Undefined if the row has no status. */
  readonly version: number | undefined;
  /** True if the response contains all fields of the job. */
  readonly isComplete: boolean;
}

/** An event as a client received it. */
export interface ReceivedEvent {
  /** Id of the job, without its model; undefined if the event contains none. */
  readonly id?: string | undefined;
  readonly status?: string | undefined;
  readonly isFinished?: boolean | undefined;
  readonly staleSince?: number | undefined;
  readonly checkedAt?: number | undefined;
  /** The text in which the upstream wrote key, job and version. */
  readonly text?: string | undefined;
  /** Code of the first error. */
  readonly code?: string | undefined;
}

/** A line of the log. */
export type Entry = { readonly at: number } & (
  | {
      readonly type: 'subscribe';
      readonly stream: string;
      readonly client: string;
      readonly key: KeyName;
      readonly epoch: number;
      readonly operation: SubscriptionName;
      readonly targets: readonly string[];
    }
  | ({ readonly type: 'next'; readonly stream: string } & ReceivedEvent)
  /** The end of a stream: by the server, by an error message, by a broken connection, or by the client. */
  | {
      readonly type: 'complete' | 'error' | 'broken' | 'leave';
      readonly stream: string;
      readonly code?: string | undefined;
    }
  | { readonly type: 'stall' | 'resume'; readonly client: string }
  | {
      readonly type: 'write' | 'written';
      readonly epoch: number;
      readonly key: KeyName;
      readonly operation: string;
      readonly job: string;
      readonly waitSeconds: number;
      /** Code of the first error. */
      readonly code?: string | undefined;
    }
  | { readonly type: 'start' | 'stop'; readonly epoch: number }
  /** An error that the gateway logged, or that nothing handled. */
  | { readonly type: 'unexpected'; readonly message: string }
  /** What is left after all clients have left (`idle`), and after the gateway was disposed of (`disposed`). */
  | {
      readonly type: 'idle' | 'disposed';
      readonly watchedJobs: number;
      readonly timers: number;
      readonly requests: number;
    }
);

/** All that a checker sees of a simulation. */
export interface Run {
  readonly log: readonly Entry[];
  readonly jobs: readonly JobHistory[];
  readonly requests: readonly RequestRecord[];
}

const FINAL: ReadonlySet<string> = new Set<Status>(['completed', 'failed', 'canceled']);
export const isFinal = (status: string): boolean => FINAL.has(status);

/** Number of the version of a job at a time; undefined before its start. */
export function versionAt({ versions }: JobHistory, time: number): number | undefined {
  const index = versions.findLastIndex(({ at }) => at <= time);
  return index < 0 ? undefined : index;
}

/** Time at which a job reached its final state; undefined if it runs on. */
export function finishedAt({ versions }: JobHistory): number | undefined {
  const last = versions.at(-1);
  return last && isFinal(last.status) ? last.at : undefined;
}

/** The history of a job that starts at a time. */
export function historyOf({ key, id, model, steps, end, deletedAt }: JobPlan, from: number): JobHistory {
  let at = from;
  const versions = steps.map((step, index): Version => {
    const version: Version = { at, status: index === 0 ? 'queued' : 'processing' };
    at += step;
    return version;
  });
  if (end) versions.push({ at, status: end });
  return { key, id, model, versions, readableAt: from, deletedAt };
}

/** Cancels a job, unless it has finished. */
export function cancel(job: JobHistory, time: number): void {
  const version = versionAt(job, time) ?? 0;
  if (isFinal(job.versions[version]?.status ?? 'queued')) return;
  job.versions.splice(version + 1);
  job.versions.push({ at: time, status: 'canceled' });
}
