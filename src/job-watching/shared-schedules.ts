import type { Task } from '../cluster/broker.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { createNames } from '../job-sharing/messages.ts';
import { Owner } from '../job-sharing/owner.ts';
import { SharedJobs } from '../job-sharing/shared-jobs.ts';
import type { JobSchedule, Schedule } from '../jobs/schedule.ts';
import type { JobRow, WatchedKey } from '../upstream/jobs.ts';
import type { StartTimer } from '../util/timers.ts';
import { createEventCodec } from './event-codec.ts';
import type { JobPolls } from './job-polls.ts';

export interface SharedSchedulesOptions extends Pick<Cluster, 'broker' | 'vault' | 'replicas'> {
  /** Creates a schedule of a credential. @param share Its part of the credential's budget, from 0 to 1. */
  createSchedule: (apiKey: string, share: number) => Schedule<JobRow, WatchedKey>;
  pollsOf: (apiKey: string) => JobPolls;
  startTimer: StartTimer;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Called when a task cannot be read, because its secret is not among those of this replica. */
  onUnreadable: () => void;
}

/** Reactions to what the schedule of a credential does on this replica. */
export interface ScheduleEvents {
  onState: (row: JobRow) => void;
  onActive: (isActive: boolean) => void;
}

/** Returns the schedule of a credential that all replicas share. */
export type SharedScheduleOf = (apiKey: string, events: ScheduleEvents) => JobSchedule<JobRow, WatchedKey>;

/** Shares the schedules of all credentials, and offers to poll for the other replicas. */
export function createSharedSchedules(options: SharedSchedulesOptions): SharedScheduleOf {
  const { broker, vault, replicas, createSchedule, pollsOf, startTimer, now, monotonicNow, onUnreadable } = options;
  const codec = createEventCodec(now);
  const common = { broker, vault, codec, startTimer };

  broker.serveTasks(async (task: Task) => {
    const apiKey = vault.open(task.data);
    if (apiKey === undefined) return onUnreadable();
    const polls = pollsOf(apiKey);
    const owner = new Owner<JobRow, WatchedKey>(task, {
      ...common,
      names: createNames(vault, task.name),
      replicas,
      schedule: createSchedule(apiKey, 1),
      sourceOf: (key) => polls.source(key),
      isFinished: ({ status }) => status?.isFinished ?? false,
    });
    await owner.ended;
  });

  return (apiKey, events) => {
    const group = vault.name('jobs', apiKey);
    return new SharedJobs<JobRow, WatchedKey>({
      ...common,
      ...events,
      names: createNames(vault, group),
      task: { name: group, data: () => vault.seal(apiKey) },
      createSchedule: () => createSchedule(apiKey, 1 / replicas.count),
      now,
      monotonicNow,
    });
  };
}
