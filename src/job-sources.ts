import { isDeepStrictEqual } from 'node:util';
import type { Pacer } from './jobs/pacer.ts';
import type { Pollable } from './jobs/poll.ts';
import type { Job, JobList } from './jobs/watch.ts';
import type { JobKey, JobRow, WatchedKey } from './services.ts';
import { UpstreamError } from './upstream/errors.ts';
import { nextLastDocId } from './upstream/page.ts';
import type { TrainingRow } from './upstream/trainings.ts';
import type { Upstream } from './upstream/upstream.ts';

/** How often jobs are looked at, in milliseconds. */
export interface Pace {
  /** Wait after the first look and after every change. */
  fastest: number;
  /** What the wait grows to while nothing changes. */
  slowest: number;
}

/** How the jobs of one credential are read and told apart. */
export interface JobSourceOptions {
  upstream: Upstream;
  /** Tells the credential apart from every other one, without holding it. */
  tenant: string;
  pacer: Pacer;
  pace: Readonly<Record<JobKey['kind'] | 'list', Pace>>;
}

/** More pages of a model's trainings than anybody looks at live. */
const MOST_PAGES = 5;
// A poll comes after everybody who waits for an answer, and is itself what repeats it.
const AS_A_POLL = { isPoll: true } as const;

export const jobName = (tenant: string, key: WatchedKey): string =>
  `${tenant} ${key.kind} ${'modelId' in key ? `${key.modelId}/` : ''}${key.id}`;

/** A job to poll. */
export function jobOf({ upstream, tenant, pacer, pace }: JobSourceOptions, key: JobKey): Job<JobRow, WatchedKey> {
  return {
    ...failures,
    key,
    name: jobName(tenant, key),
    pacer,
    pace: pace[key.kind],
    read: (signal) =>
      key.kind === 'Training'
        ? upstream.trainings.get(key, { signal, ...AS_A_POLL })
        : upstream.predictions.get(key.id, { signal, ...AS_A_POLL }),
    isFinished: ({ status }) => status?.isFinished ?? false,
    isChange: (before, after) => !isDeepStrictEqual(visible(before), visible(after)),
  };
}

/** The trainings of a model, in which those started elsewhere appear. */
export function trainingsOf(options: JobSourceOptions, modelId: string): JobList<JobRow, WatchedKey> {
  const { upstream, tenant, pacer, pace } = options;
  const key: WatchedKey = { kind: 'Model', id: modelId };
  return {
    ...failures,
    key,
    name: jobName(tenant, key),
    pacer,
    pace: pace.list,
    read: async (signal) => {
      // By id: a row may be on two pages when a training was started between them, or twice on one.
      const rows = new Map<string, TrainingRow>();
      const requested = new Set<string | undefined>();
      let lastDocId: string | undefined;
      do {
        requested.add(lastDocId);
        const page = await upstream.trainings.list(modelId, lastDocId, { signal, ...AS_A_POLL });
        for (const row of page.rows) if (!(row instanceof UpstreamError) && !rows.has(row.id)) rows.set(row.id, row);
        lastDocId = nextLastDocId(page);
        // Pages that go round in a circle are as good as read.
      } while (lastDocId !== undefined && !requested.has(lastDocId) && requested.size < MOST_PAGES);
      return [...rows.values()];
    },
    isFinished: () => false,
    isChange: (before, after) =>
      !isDeepStrictEqual(
        before.map(({ id }) => id),
        after.map(({ id }) => id),
      ),
    jobOf: ({ id }) => jobOf(options, { kind: 'Training', modelId, id }),
  };
}

/** What a viewer could see of a state. Addresses of images may be new at every look, although the images are not. */
const visible = (row: JobRow) => (row.kind === 'Prediction' ? { ...row, images: row.images?.length } : row);

/** What a failed look means. */
const failures: Pick<Pollable<unknown>, 'isPassing' | 'retryAfter'> = {
  // A refusal of the key, or of the job's id, will not pass.
  isPassing: (error) =>
    error instanceof UpstreamError &&
    (error.failure !== 'status' ||
      error.status === undefined ||
      error.status === 408 ||
      error.status === 429 ||
      error.status >= 500),
  retryAfter: (error) =>
    error instanceof UpstreamError && error.retryAfter !== undefined ? error.retryAfter * 1_000 : undefined,
};
