import { LRUCache } from 'lru-cache';
import { type Credential, tenantOf } from '../auth/credential.ts';
import { createPacer } from '../jobs/pacer.ts';
import type { PollGate } from '../jobs/poll-gate.ts';
import { createProgress, type JobFacts, type Progress } from '../jobs/progress.ts';
import { createWatch, type Events } from '../jobs/watch.ts';
import { createQuota } from '../limits/quota.ts';
import type { JobKey, JobRow, JobUpdate, WatchedKey } from '../operations/services.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { beginningWith, whenOver } from '../util/async-iterators.ts';
import type { Sleep } from '../util/timers.ts';
import { type JobSourceOptions, jobName, jobOf, trainingsOf } from './job-polls.ts';

export interface WatchSettings {
  /** How often jobs are looked at, in milliseconds. */
  pace: JobSourceOptions['pace'];
  /** How many looks a second all polls of one credential may take together. */
  perSecond: number;
  /** How long a poll goes on after its last viewer left, in milliseconds. */
  gracePeriod: number;
  /** For how long looks may fail in a row before a stream ends, in milliseconds. */
  maxOutage: number;
  /** How long images are waited for that a completed prediction lacks, in milliseconds. */
  images: number;
  /** How many streams one credential may have open at once. */
  streams: number;
  /** How long a stream beyond that waits for another one to end, in milliseconds. */
  placeWait: number;
}

export const defaultWatchSettings: WatchSettings = {
  pace: {
    Prediction: { fastest: 1_000, slowest: 5_000 },
    Training: { fastest: 2_000, slowest: 15_000 },
    list: { fastest: 15_000, slowest: 15_000 },
  },
  perSecond: 20,
  gracePeriod: 3_000,
  maxOutage: 600_000,
  images: 10_000,
  streams: 1_000,
  placeWait: 60_000,
};

export interface JobWatcherOptions {
  upstreamOf: (apiKey: string) => Upstream;
  settings: WatchSettings;
  /** Admits the polls of all credentials. */
  gate: PollGate;
  pause: Sleep;
  /** The wall clock, in milliseconds since the epoch. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  random: () => number;
}

type JobEvents = Events<JobRow, WatchedKey>;

/** The upstream's jobs as viewers see them live. */
export interface JobWatcher {
  /** @throws GraphQLError RATE_LIMITED when the credential has too many streams open. */
  jobs(credential: Credential, keys: readonly JobKey[], signal: AbortSignal): Promise<JobEvents>;
  /** @throws GraphQLError RATE_LIMITED when the credential has too many streams open. */
  trainings(credential: Credential, modelId: string, signal: AbortSignal): Promise<JobEvents>;
  /** Something was done to this through the gateway: whoever watches it is told at once. */
  wake(credential: Credential, key: WatchedKey): void;
  /** The job's state when it has finished, or when the time is up; undefined when it could not be read. */
  settled(
    credential: Credential,
    key: JobKey,
    milliseconds: number,
    caller: AbortSignal | undefined,
  ): Promise<JobRow | undefined>;
  progressOf(credential: Credential, row: JobRow): Progress;
  /** Learns from a finished job how long its kind takes. */
  learn(apiKey: string, row: JobRow): void;
  /** The upstream asks this credential for patience. */
  hold(apiKey: string, milliseconds: number): void;
  /** How many polls there are now. */
  readonly size: number;
  dispose(): void;
}

const CREDENTIALS = 10_000;
/** How long the first event is waited for before a stream begins without it, in milliseconds. */
const OPENING = 5_000;

export function createJobWatcher(options: JobWatcherOptions): JobWatcher {
  const { upstreamOf, settings, gate, pause, now, monotonicNow, random } = options;
  const watch = createWatch<JobRow, WatchedKey>({ ...settings, pause, now, monotonicNow, random });
  const progress = createProgress({ now });
  const streams = createQuota(settings.streams, 'streams', 'MAX_STREAMS_PER_KEY', {
    longest: settings.placeWait,
    pause,
  });
  const sources = new LRUCache<string, Source>({
    max: CREDENTIALS,
    memoMethod: (apiKey) => ({
      upstream: upstreamOf(apiKey),
      tenant: tenantOf({ apiKey }),
      pacer: createPacer({ perSecond: settings.perSecond, gate, pause, monotonicNow }),
      pace: settings.pace,
      images: { grace: settings.images, now, monotonicNow },
      classes: {},
    }),
  });
  const sourceOf = (apiKey: string) => sources.memo(apiKey);

  /** Counts a stream while it is open. */
  const open = async (tenant: string, signal: AbortSignal, listen: () => JobEvents): Promise<JobEvents> => {
    const leave = await streams.wait(tenant, signal);
    return whenOver(listen(), leave);
  };

  return {
    jobs: async ({ apiKey }, keys, signal) => {
      const source = sourceOf(apiKey);
      return await opened(
        await open(source.tenant, signal, () => watch.listen(keys.map((key) => jobOf(source, key)))),
        pause,
      );
    },
    // A model without trainings has no first event to wait for.
    trainings: async ({ apiKey }, modelId, signal) => {
      const source = sourceOf(apiKey);
      return await open(source.tenant, signal, () => watch.follow(trainingsOf(source, modelId)));
    },
    wake: ({ apiKey }, key) => watch.wake(jobName(sourceOf(apiKey).tenant, key)),
    async settled({ apiKey }, key, milliseconds, caller) {
      const events = watch.listen([jobOf(sourceOf(apiKey), key)]);
      const timer = new AbortController();
      const leave = () => void events.return?.();
      caller?.addEventListener('abort', leave);
      pause(milliseconds, timer.signal).then(leave, () => {});
      let last: JobUpdate | undefined;
      for await (const event of events) last = event;
      timer.abort();
      caller?.removeEventListener('abort', leave);
      return last && 'state' in last ? last.state : undefined;
    },
    progressOf: ({ apiKey }, row) => progress.of(new Facts(sourceOf(apiKey), row)),
    learn: (apiKey, row) => progress.learn(new Facts(sourceOf(apiKey), row)),
    hold: (apiKey, milliseconds) => sourceOf(apiKey).pacer.hold(milliseconds),
    get size() {
      return watch.size;
    },
    dispose: () => watch.dispose(),
  };
}

interface Source extends JobSourceOptions {
  /** Names of the classes of jobs that take about as long as each other, by what makes them. */
  readonly classes: Record<string, string>;
}

/** What the progress of a job is worked out from. Its names are written when they are asked for: most jobs are not. */
class Facts implements JobFacts {
  readonly #source: Source;
  readonly #row: JobRow;

  constructor(source: Source, row: JobRow) {
    this.#source = source;
    this.#row = row;
  }

  get name(): string {
    return jobName(this.#source.tenant, this.#row);
  }

  get class(): string {
    const { tenant, classes } = this.#source;
    const kind = this.#row.kind === 'Training' ? (this.#row.trainingSpeed ?? 'Training') : 'Prediction';
    classes[kind] ??= `${tenant} ${kind}`;
    return classes[kind];
  }

  get state(): JobFacts['state'] {
    const { status } = this.#row;
    if (status?.state === 'COMPLETED') return 'completed';
    return status?.isFinished ? 'ended' : 'running';
  }

  get createdAt() {
    return this.#row.createdAt;
  }

  get finishedAt() {
    return this.#row.finishedAt;
  }

  get reported() {
    return this.#row.progress;
  }
}

/**
 * Waits a while for the first event. A refusal of the key is thrown, so that it becomes the answer to the subscription;
 * all else is part of the stream, and a slow upstream does not keep it from beginning.
 */
async function opened(events: JobEvents, pause: Sleep): Promise<JobEvents> {
  const first = events.next();
  const timer = new AbortController();
  const begun = await Promise.race([first, pause(OPENING, timer.signal).catch(() => undefined)]);
  timer.abort();
  if (begun && !begun.done && 'error' in begun.value && isRefusal(begun.value.error)) {
    await events.return?.();
    throw begun.value.error;
  }
  return beginningWith(first, events);
}

const isRefusal = (error: unknown): boolean =>
  error instanceof UpstreamError && (error.status === 401 || error.status === 403);
