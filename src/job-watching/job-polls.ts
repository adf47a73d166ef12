import { isDeepStrictEqual } from 'node:util';
import type { Pacer } from '../jobs/pacer.ts';
import type { Pollable, Verdict } from '../jobs/poll.ts';
import type { Job, JobList } from '../jobs/watch.ts';
import type { JobKey, JobRow, WatchedKey } from '../operations/services.ts';
import { nextLastDocId } from '../upstream/decode/page.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { TrainingRow } from '../upstream/trainings.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { MissingImages, type MissingImagesOptions } from './missing-images.ts';

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
  /** How images are waited for that a completed prediction lacks. */
  images: MissingImagesOptions;
}

/** More pages of a model's trainings than anybody looks at live. */
const MOST_PAGES = 5;
// A poll comes after everybody who waits for an answer, and is itself what repeats it.
const AS_A_POLL = { isPoll: true } as const;

export const jobName = (tenant: string, key: WatchedKey): string =>
  `${tenant} ${key.kind} ${'modelId' in key ? `${key.modelId}/` : ''}${key.id}`;

/** A job to poll. */
export function jobOf(options: JobSourceOptions, key: JobKey): Job<JobRow, WatchedKey> {
  const { upstream, tenant, pacer, pace } = options;
  const images = new MissingImages(options.images);
  return {
    ...failures,
    key,
    name: jobName(tenant, key),
    pacer,
    pace: pace[key.kind],
    read: async (signal) =>
      key.kind === 'Training'
        ? withStatus(await upstream.trainings.get(key, { signal, ...AS_A_POLL }))
        : images.shown(withStatus(await upstream.predictions.get(key.id, { signal, ...AS_A_POLL }))),
    maxWait: () => images.left && Math.min(images.left, pace[key.kind].fastest),
    isFinished: ({ status }) => status?.isFinished ?? false,
    isChange: (before, after) => !isDeepStrictEqual(visible(before), visible(after)),
  };
}

/** @throws UpstreamError for a row without a status, which says nothing about the job. */
function withStatus<Row extends JobRow>(row: Row): Row {
  if (row.status) return row;
  throw new UpstreamError(`get${row.kind}`, 'invalid-response', 'status: expected a value, got none');
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
    jobOf: ({ id }) => ({ ...jobOf(options, { kind: 'Training', modelId, id }), isKnown: true }),
  };
}

/** What a viewer could see of a state. Addresses of images may be new at every look, although the images are not. */
const visible = (row: JobRow) => (row.kind === 'Prediction' ? { ...row, images: row.images?.length } : row);

/** How errors of the upstream are judged. */
const failures: Pick<Pollable<unknown>, 'judge' | 'retryAfter'> = {
  judge: (error, wasRead) => judgeError(error, wasRead),
  retryAfter(error) {
    if (!(error instanceof UpstreamError)) return undefined;
    const { status, retryAfter = status === 429 ? 0 : undefined } = error;
    return retryAfter === undefined ? undefined : retryAfter * 1_000;
  },
};

/** Statuses that end a stream: the key is refused, or the job is gone for good. */
const FINAL: readonly number[] = [401, 403, 410];
/** Statuses that refuse the request itself, which was never answered otherwise, so that repeating it would not help. */
const REFUSED: readonly number[] = [400, 402, 404, 422];
/** Statuses that pass by themselves, although they blame the request. */
const PASSING: readonly number[] = [408, 409, 425, 429];

/**
 * What an error says of a job. One that was read before is not to blame for an odd status; only a missing one is gone,
 * if a second read confirms it. Before that, a status that refuses the request ends the stream: the request was wrong.
 */
function judgeError(error: unknown, wasRead: boolean): Verdict {
  if (!(error instanceof UpstreamError)) return 'final';
  const { failure, status } = error;
  if (failure !== 'status' || status === undefined || status >= 500) return 'transient';
  if (FINAL.includes(status)) return 'final';
  if (wasRead) return status === 404 ? 'doubtful' : 'transient';
  if (REFUSED.includes(status)) return 'final';
  return PASSING.includes(status) ? 'transient' : 'doubtful';
}
