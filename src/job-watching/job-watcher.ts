import { LRUCache } from 'lru-cache';
import { type Credential, tenantOf } from '../auth/credential.ts';
import { createPacer } from '../jobs/pacer.ts';
import type { PollGate } from '../jobs/poll-gate.ts';
import { createProgress, type Progress } from '../jobs/progress.ts';
import { createWatch, type Events } from '../jobs/watch.ts';
import { createQuota } from '../limits/quota.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { JobKey, JobRow, WatchedKey } from '../upstream/jobs.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { onStreamEnd, prependFirst } from '../util/async-iterators.ts';
import type { Sleep } from '../util/timers.ts';
import type { JobUpdate } from './events.ts';
import { RowFacts } from './job-facts.ts';
import { type JobSourceOptions, jobName, jobOf, trainingsOf } from './job-polls.ts';

export interface WatchSettings {
  /** Poll intervals, in milliseconds. */
  pace: JobSourceOptions['pace'];
  /** Maximum number of polls per second of one credential. */
  pollsPerSecond: number;
  /** Time for which a poll continues after its last listener has left, in milliseconds. */
  gracePeriod: number;
  /** Maximum duration of consecutive failures before a stream ends, in milliseconds. */
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
    list: { fastest: 15_000, slowest: 15_000 },
  },
  pollsPerSecond: 20,
  gracePeriod: 3_000,
  maxOutage: 600_000,
  imageGracePeriod: 10_000,
  maxStreams: 1_000,
  maxStreamWait: 60_000,
};

export interface JobWatcherOptions {
  upstreamOf: (apiKey: string) => Upstream;
  settings: WatchSettings;
  /** Admits the polls of all credentials. */
  gate: PollGate;
  sleep: Sleep;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  random: () => number;
}

type JobEvents = Events<JobRow, WatchedKey>;

/** Live updates of upstream jobs. */
export interface JobWatcher {
  /**
   * Opens a stream of job updates.
   *
   * @throws GraphQLError RATE_LIMITED if the credential has too many open streams.
   */
  watchJobs(credential: Credential, keys: readonly JobKey[], signal: AbortSignal): Promise<JobEvents>;
  /**
   * Opens a stream of updates of all trainings of a model.
   *
   * @throws GraphQLError RATE_LIMITED if the credential has too many open streams.
   */
  watchTrainings(credential: Credential, modelId: string, signal: AbortSignal): Promise<JobEvents>;
  /** Polls a job or list immediately after a mutation has changed it. */
  wake(credential: Credential, key: WatchedKey): void;
  /** Waits until a job has finished or a timeout expires. Resolves with its last state; undefined if it could not be read. */
  waitUntilFinished(
    credential: Credential,
    key: JobKey,
    milliseconds: number,
    caller: AbortSignal | undefined,
  ): Promise<JobRow | undefined>;
  progressOf(credential: Credential, row: JobRow): Progress;
  /** Records the phase of a job as read now, and its duration once it has completed, for estimates. */
  recordDuration(apiKey: string, row: JobRow): void;
  /** Blocks the polls of a credential after a `Retry-After`. */
  hold(apiKey: string, milliseconds: number): void;
  /** Number of active polls. */
  readonly size: number;
  dispose(): void;
}

/** Maximum number of credentials whose state is cached. */
const MAX_CREDENTIALS = 10_000;
/** Maximum time to wait for the first event before a stream is returned, in milliseconds. */
const FIRST_EVENT_TIMEOUT = 5_000;

export function createJobWatcher(options: JobWatcherOptions): JobWatcher {
  const { upstreamOf, settings, gate, sleep, now, monotonicNow, random } = options;
  const watch = createWatch<JobRow, WatchedKey>({ ...settings, sleep, now, monotonicNow, random });
  const progress = createProgress({ now, monotonicNow });
  const streams = createQuota(settings.maxStreams, 'streams', 'MAX_STREAMS_PER_KEY', {
    maxWait: settings.maxStreamWait,
    sleep,
  });
  const states = new LRUCache<string, JobSourceOptions>({
    max: MAX_CREDENTIALS,
    memoMethod: (apiKey) => ({
      upstream: upstreamOf(apiKey),
      tenant: tenantOf({ apiKey }),
      pacer: createPacer({ perSecond: settings.pollsPerSecond, gate, sleep, monotonicNow }),
      pace: settings.pace,
      images: { gracePeriod: settings.imageGracePeriod, now, monotonicNow },
    }),
  });
  const stateOf = (apiKey: string) => states.memo(apiKey);

  /** Opens a stream within the quota of its credential. */
  const open = async (tenant: string, signal: AbortSignal, listen: () => JobEvents): Promise<JobEvents> => {
    const release = await streams.acquireOrWait(tenant, signal);
    return onStreamEnd(listen(), release);
  };

  return {
    watchJobs: async ({ apiKey }, keys, signal) => {
      const state = stateOf(apiKey);
      return await withFirstEvent(
        await open(state.tenant, signal, () => watch.listen(keys.map((key) => jobOf(state, key)))),
        sleep,
      );
    },
    // Does not wait for a first event: a model without trainings emits none.
    watchTrainings: async ({ apiKey }, modelId, signal) => {
      const state = stateOf(apiKey);
      return await open(state.tenant, signal, () => watch.follow(trainingsOf(state, modelId)));
    },
    wake: ({ apiKey }, key) => watch.wake(jobName(stateOf(apiKey).tenant, key)),
    async waitUntilFinished({ apiKey }, key, milliseconds, caller) {
      const events = watch.listen([jobOf(stateOf(apiKey), key)]);
      const timer = new AbortController();
      const release = () => void events.return?.();
      caller?.addEventListener('abort', release);
      sleep(milliseconds, timer.signal).then(release, () => {});
      let last: JobUpdate | undefined;
      for await (const event of events) last = event;
      timer.abort();
      caller?.removeEventListener('abort', release);
      return last && 'state' in last ? last.state : undefined;
    },
    progressOf: ({ apiKey }, row) => progress.progressOf(new RowFacts(stateOf(apiKey).tenant, row)),
    recordDuration: (apiKey, row) => progress.recordDuration(new RowFacts(stateOf(apiKey).tenant, row)),
    hold: (apiKey, milliseconds) => stateOf(apiKey).pacer.hold(milliseconds),
    get size() {
      return watch.size;
    },
    dispose: () => watch.dispose(),
  };
}

/**
 * Waits for the first event, but not long. Throws authentication errors, so that they become the response to the subscription;
 * all other errors are events of the stream.
 */
async function withFirstEvent(events: JobEvents, sleep: Sleep): Promise<JobEvents> {
  const first = events.next();
  const timer = new AbortController();
  const firstResult = await Promise.race([first, sleep(FIRST_EVENT_TIMEOUT, timer.signal).catch(() => undefined)]);
  timer.abort();
  if (firstResult && !firstResult.done && 'error' in firstResult.value && isAuthError(firstResult.value.error)) {
    await events.return?.();
    throw firstResult.value.error;
  }
  return prependFirst(first, events);
}

const isAuthError = (error: unknown): boolean =>
  error instanceof UpstreamError && (error.status === 401 || error.status === 403);
