import { LRUCache } from 'lru-cache';
import { type Credential, tenantOf } from '../auth/credential.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { InboxOptions } from '../jobs/inbox.ts';
import { NO_POLL_OBSERVER, type PollCounts, type PollObserver } from '../jobs/observer.ts';
import type { PollGate } from '../jobs/poll-gate.ts';
import type { Progress } from '../jobs/progress.ts';
import { type Events, type JobSchedule, Schedule } from '../jobs/schedule.ts';
import { createQuota } from '../limits/quota.ts';
import type { FinishedJobs } from '../loaders/finished-jobs.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { JobKey, JobRow, WatchedKey } from '../upstream/jobs.ts';
import type { Requester } from '../upstream/observer.ts';
import type { UpstreamRegistry } from '../upstream/upstream.ts';
import type { Sleep, StartTimer } from '../util/timers.ts';
import type { JobUpdate } from './events.ts';
import { JobPolls, type JobPollsOptions, jobName, type TracePoll } from './job-polls.ts';
import type { JobProgress } from './job-progress.ts';
import { createSharedSchedules } from './shared-schedules.ts';

export interface WatchSettings {
  /** Poll intervals, in milliseconds. */
  pace: JobPollsOptions['pace'];
  /** Time between two complete reads of a followed list, in milliseconds. */
  listInterval: number;
  /** Maximum number of polls per second of one credential. */
  pollsPerSecond: number;
  /** Time for which a job is kept after its last listener has left, in milliseconds. */
  gracePeriod: number;
  /** Maximum age of a state while polls fail, in milliseconds; then its stream ends with an error. */
  maxOutage: number;
  /** Maximum time for which images of a completed prediction may be missing, in milliseconds. */
  imageGracePeriod: number;
  /** Maximum number of open streams of one credential. */
  maxStreams: number;
  /** Time for which a stream beyond that limit waits for another one to end, in milliseconds. */
  maxStreamWait: number;
}

export const defaultWatchSettings: WatchSettings = {
  pace: {
    Prediction: { fastest: 1_000, slowest: 5_000 },
    Training: { fastest: 2_000, slowest: 15_000 },
  },
  listInterval: 15_000,
  pollsPerSecond: 20,
  gracePeriod: 3_000,
  maxOutage: 600_000,
  imageGracePeriod: 10_000,
  maxStreams: 1_000,
  maxStreamWait: 60_000,
};

export interface JobWatcherOptions {
  upstreamOf: UpstreamRegistry<JobProgress>;
  settings: WatchSettings;
  /** Cache of finished jobs. */
  finishedJobs: Pick<FinishedJobs, 'get' | 'read' | 'add' | 'isDeleted'>;
  /** Spreads the polls of all credentials after an outage. */
  gate: PollGate;
  /** The other replicas, which share the polls and the limit of streams. @default this is the only one */
  cluster?: Cluster | undefined;
  /** Called when the secrets of another replica are not those of this one. */
  onUnreadable?: () => void;
  sleep: Sleep;
  startTimer: StartTimer;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  random: () => number;
  /** @default polls are not observed */
  observer?: PollObserver;
  /** @default polls are not traced */
  tracePoll?: TracePoll | undefined;
}

type JobEvents = Events<JobRow, WatchedKey>;

export interface WatchOptions {
  /** Aborts when the client disconnects or the operation ends. */
  readonly signal: AbortSignal;
  /** The request that watches, for the traces of polls. */
  readonly requester?: Requester | undefined;
}

/** Live updates of upstream jobs. */
export interface JobWatcher {
  /**
   * Opens a stream of job updates.
   *
   * @throws GraphQLError RATE_LIMITED if the credential has too many open streams.
   */
  watchJobs(credential: Credential, keys: readonly JobKey[], options: WatchOptions): Promise<JobEvents>;
  /**
   * Opens a stream of updates of all trainings of a model.
   *
   * @throws GraphQLError RATE_LIMITED if the credential has too many open streams.
   */
  watchTrainings(credential: Credential, modelId: string, options: WatchOptions): Promise<JobEvents>;
  /**
   * Opens a stream of updates of all predictions.
   *
   * @throws GraphQLError RATE_LIMITED if the credential has too many open streams.
   */
  watchPredictions(credential: Credential, options: WatchOptions): Promise<JobEvents>;
  /** Polls a job immediately after a mutation has changed it. */
  wake(credential: Credential, key: JobKey): void;
  /** Adds a job that was just started to the streams of all jobs. */
  announce(credential: Credential, key: JobKey): void;
  /** Waits until a job has finished or a timeout expires. Resolves with its last state; undefined if it could not be read. */
  waitUntilFinished(
    credential: Credential,
    key: JobKey,
    milliseconds: number,
    options: WatchOptions,
  ): Promise<JobRow | undefined>;
  progressOf(credential: Credential, row: JobRow): Progress;
  /** Blocks the polls of a credential after a `Retry-After`. */
  hold(apiKey: string, milliseconds: number): void;
  /** Number of watched jobs and followed lists. */
  readonly size: number;
  /** The polls of all credentials that this process sends. */
  readonly counts: PollCounts;
  dispose(): void;
}

/** Maximum number of idle credentials whose state is cached. */
const MAX_CREDENTIALS = 10_000;
/** Maximum time to wait for the first event before a stream is returned, in milliseconds. */
const FIRST_EVENT_TIMEOUT = 5_000;

export function createJobWatcher(options: JobWatcherOptions): JobWatcher {
  const { upstreamOf, settings, finishedJobs, gate, sleep, startTimer, now, monotonicNow, random, cluster } = options;
  const streams = createQuota(settings.maxStreams, 'streams', 'MAX_STREAMS_PER_KEY', {
    waiting: { maxWait: settings.maxStreamWait, sleep },
    cluster,
  });
  const polling = new Set<Schedule<JobRow, WatchedKey>>();
  const newSchedule = (apiKey: string, share: number, onActive?: (isActive: boolean) => void) => {
    let release: (() => void) | undefined;
    const schedule: Schedule<JobRow, WatchedKey> = new Schedule({
      ...settings,
      perSecond: settings.pollsPerSecond * share,
      concurrency: () => upstreamOf(apiKey).maxPolls,
      gate,
      startTimer,
      now,
      monotonicNow,
      random,
      observer: options.observer ?? NO_POLL_OBSERVER,
      onFinished: (row) => finishedJobs.add(apiKey, row),
      onActive(isActive) {
        release?.();
        release = isActive ? upstreamOf.keep(apiKey) : undefined;
        if (isActive) polling.add(schedule);
        else polling.delete(schedule);
        onActive?.(isActive);
      },
    });
    return schedule;
  };
  const createPolls = (apiKey: string) =>
    new JobPolls({
      ...settings,
      upstream: () => upstreamOf(apiKey),
      tenant: tenantOf({ apiKey }),
      finishedJob(key) {
        const cached = finishedJobs.get(apiKey, key);
        return cached && { state: cached.row, checkedAt: cached.checkedAt };
      },
      async findFinishedJob(key) {
        const [found] = (await finishedJobs.read(apiKey, [key])) ?? [];
        return found && { state: found.row, checkedAt: found.checkedAt };
      },
      isDeleted: (key) => finishedJobs.isDeleted(apiKey, key),
      images: { gracePeriod: settings.imageGracePeriod, now, monotonicNow },
      tracePoll: options.tracePoll,
    });
  const sharedScheduleOf =
    cluster &&
    createSharedSchedules({
      ...cluster,
      createSchedule(apiKey, share) {
        const schedule = newSchedule(apiKey, share);
        schedule.hold(stateOf(apiKey).heldUntil - monotonicNow());
        return schedule;
      },
      pollsOf: (apiKey) => stateOf(apiKey).polls,
      onUnreadable: options.onUnreadable ?? (() => {}),
      startTimer,
      now,
      monotonicNow,
    });
  const create = (apiKey: string): CredentialState => {
    const onActive = (isActive: boolean) => (isActive ? active.set(apiKey, state) : active.delete(apiKey));
    const tenant = tenantOf({ apiKey });
    const onState = (row: JobRow) => upstreamOf(apiKey).jobs.observe(row);
    const state: CredentialState = {
      tenant,
      schedule: sharedScheduleOf?.(apiKey, { onActive, onState }) ?? newSchedule(apiKey, 1, onActive),
      polls: createPolls(apiKey),
      heldUntil: Number.NEGATIVE_INFINITY,
    };
    return state;
  };
  const states = new LRUCache<string, CredentialState>({ max: MAX_CREDENTIALS, memoMethod: create });
  /** The credentials whose jobs are watched. They are never evicted. */
  const active = new Map<string, CredentialState>();
  const stateOf = (apiKey: string) => active.get(apiKey) ?? states.memo(apiKey);

  /** Opens a stream within the quota of its credential. */
  const open = async (
    tenant: string,
    { signal, requester }: WatchOptions,
    listen: (options: InboxOptions) => JobEvents,
  ): Promise<JobEvents> => {
    const release = await streams.acquireOrWait(tenant, signal);
    return listen({ release, label: requester });
  };

  return {
    watchJobs: async ({ apiKey }, keys, options) => {
      const { tenant, schedule, polls } = stateOf(apiKey);
      const jobs = () => keys.map((key) => polls.job(key));
      const events = await open(tenant, options, (inbox) => schedule.listen(jobs(), inbox));
      return await withFirstEvent(events, sleep, options.signal);
    },
    // These do not wait for a first event: an empty list emits none.
    watchTrainings: async ({ apiKey }, modelId, options) => {
      const { tenant, schedule, polls } = stateOf(apiKey);
      return await open(tenant, options, (inbox) => schedule.follow(polls.trainings(modelId), inbox));
    },
    watchPredictions: async ({ apiKey }, options) => {
      const { tenant, schedule, polls } = stateOf(apiKey);
      return await open(tenant, options, (inbox) => schedule.follow(polls.predictions(), inbox));
    },
    wake({ apiKey }, key) {
      const { tenant, schedule } = stateOf(apiKey);
      schedule.wake(jobName(tenant, key));
    },
    announce({ apiKey }, key) {
      const { schedule, polls } = stateOf(apiKey);
      schedule.announce(polls.job(key));
    },
    async waitUntilFinished({ apiKey }, key, milliseconds, { signal: caller, requester }) {
      const { schedule, polls } = stateOf(apiKey);
      const events = schedule.listen([polls.job(key)], { isWaiting: true, label: requester });
      const timer = new AbortController();
      const release = () => void events.return?.();
      caller?.addEventListener('abort', release);
      if (caller?.aborted) release();
      sleep(milliseconds, timer.signal).then(release, () => {});
      let last: JobUpdate | undefined;
      for await (const event of events) last = event;
      timer.abort();
      caller?.removeEventListener('abort', release);
      return last && 'state' in last ? last.state : undefined;
    },
    progressOf: ({ apiKey }, row) => upstreamOf(apiKey).jobs.progressOf(row),
    hold(apiKey, milliseconds) {
      const state = stateOf(apiKey);
      state.heldUntil = Math.max(state.heldUntil, monotonicNow() + milliseconds);
      state.schedule.hold(milliseconds);
    },
    get size() {
      return [...active.values()].reduce((size, { schedule }) => size + schedule.size, 0);
    },
    get counts() {
      const sum = { watched: 0, listeners: 0, stale: 0, running: 0, perSecond: 0 };
      for (const { counts } of polling) {
        sum.watched += counts.watched;
        sum.listeners += counts.listeners;
        sum.stale += counts.stale;
        sum.running += counts.running;
        sum.perSecond += counts.perSecond;
      }
      return sum;
    },
    dispose() {
      for (const { schedule } of [...active.values()]) schedule.dispose();
    },
  };
}

interface CredentialState {
  readonly tenant: string;
  readonly schedule: JobSchedule<JobRow, WatchedKey>;
  readonly polls: JobPolls;
  /** End of the last pause that the upstream has requested, by the monotonic clock, in milliseconds. */
  heldUntil: number;
}

/**
 * Waits for the first event, but not long, and only while the caller is connected. Throws authentication errors, so that they
 * become the response to the subscription; all other errors are events of the stream.
 */
async function withFirstEvent(events: JobEvents, sleep: Sleep, caller: AbortSignal): Promise<JobEvents> {
  const timer = new AbortController();
  const leave = () => void events.return();
  caller.addEventListener('abort', leave);
  if (caller.aborted) leave();
  await Promise.race([events.whenReady(), sleep(FIRST_EVENT_TIMEOUT, timer.signal).catch(() => {})]);
  timer.abort();
  caller.removeEventListener('abort', leave);
  const { first } = events;
  if (first && 'error' in first && isAuthError(first.error)) {
    await events.return();
    throw first.error;
  }
  return events;
}

const isAuthError = (error: unknown): boolean =>
  error instanceof UpstreamError && (error.status === 401 || error.status === 403);
