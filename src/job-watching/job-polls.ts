import { isDeepStrictEqual } from 'node:util';
import type { Pacer } from '../jobs/pacer.ts';
import type { ErrorKind, Pollable } from '../jobs/poll.ts';
import type { Job, JobList } from '../jobs/watch.ts';
import { nextLastDocId } from '../upstream/decode/page.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { JobKey, JobRow, WatchedKey } from '../upstream/jobs.ts';
import type { TrainingRow } from '../upstream/trainings.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { MissingImages, type MissingImagesOptions } from './missing-images.ts';

/** Poll intervals, in milliseconds. */
export interface Pace {
  /** Interval after the first poll and after each change. */
  fastest: number;
  /** Maximum interval while the state does not change. */
  slowest: number;
}

/** Options for polling the jobs of one credential. */
export interface JobSourceOptions {
  upstream: Upstream;
  /** Unique name of the credential that does not contain it. */
  tenant: string;
  pacer: Pacer;
  pace: Readonly<Record<JobKey['kind'] | 'list', Pace>>;
  /** Options for images that a completed prediction lacks. */
  images: MissingImagesOptions;
}

/** Maximum number of pages read from a list of trainings. */
const MAX_PAGES = 5;
// Polls have a lower priority than other requests, and are not retried.
const POLL = { isPoll: true } as const;

export const jobName = (tenant: string, key: WatchedKey): string =>
  `${tenant} ${key.kind} ${'modelId' in key ? `${key.modelId}/` : ''}${key.id}`;

/** Creates the poll source of a job. */
export function jobOf(options: JobSourceOptions, key: JobKey): Job<JobRow, WatchedKey> {
  const { upstream, tenant, pacer, pace } = options;
  const images = new MissingImages(options.images);
  return {
    ...errorHandling,
    key,
    name: jobName(tenant, key),
    pacer,
    pace: pace[key.kind],
    read: async (signal) =>
      key.kind === 'Training'
        ? withStatus(await upstream.trainings.get(key, { signal, ...POLL }))
        : images.mask(withStatus(await upstream.predictions.get(key.id, { signal, ...POLL }))),
    maxWait: () => images.remaining && Math.min(images.remaining, pace[key.kind].fastest),
    isFinished: ({ status }) => status?.isFinished ?? false,
    isChange: (before, after) => !isDeepStrictEqual(comparable(before), comparable(after)),
  };
}

/** @throws UpstreamError if the row has no status. */
function withStatus<Row extends JobRow>(row: Row): Row {
  if (row.status) return row;
  throw new UpstreamError(`get${row.kind}`, 'invalid-response', 'status: expected a value, got none');
}

/** Creates the poll source of the trainings of a model, including those that were started elsewhere. */
export function trainingsOf(options: JobSourceOptions, modelId: string): JobList<JobRow, WatchedKey> {
  const { upstream, tenant, pacer, pace } = options;
  const key: WatchedKey = { kind: 'Model', id: modelId };
  return {
    ...errorHandling,
    key,
    name: jobName(tenant, key),
    pacer,
    pace: pace.list,
    read: async (signal) => {
      // By id: a row is on two pages if a training is started between the requests, and may be twice on one page.
      const rows = new Map<string, TrainingRow>();
      const requested = new Set<string | undefined>();
      let lastDocId: string | undefined;
      do {
        requested.add(lastDocId);
        const page = await upstream.trainings.list(modelId, lastDocId, { signal, ...POLL });
        for (const row of page.rows) if (!(row instanceof UpstreamError) && !rows.has(row.id)) rows.set(row.id, row);
        lastDocId = nextLastDocId(page);
        // Stops if the cursors form a cycle.
      } while (lastDocId !== undefined && !requested.has(lastDocId) && requested.size < MAX_PAGES);
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

/** The part of a row that is compared for changes. URLs of images may differ in each response, so only their number counts. */
const comparable = (row: JobRow) => (row.kind === 'Prediction' ? { ...row, images: row.images?.length } : row);

/** Classification of upstream errors. */
const errorHandling: Pick<Pollable<unknown>, 'classifyError' | 'retryAfter'> = {
  classifyError,
  retryAfter(error) {
    if (!(error instanceof UpstreamError)) return undefined;
    const { status, retryAfter = status === 429 ? 0 : undefined } = error;
    return retryAfter === undefined ? undefined : retryAfter * 1_000;
  },
};

/** Statuses that end a stream: the key is rejected, or the job is gone. */
const FINAL: readonly number[] = [401, 403, 410];
/** Client errors that end a stream if no earlier read succeeded, because a retry would fail, too. */
const FINAL_BEFORE_FIRST_READ: readonly number[] = [400, 402, 404, 422];
/** Client errors that may go away on a retry. */
const TRANSIENT: readonly number[] = [408, 409, 425, 429];

/**
 * Classifies a read error. A rejected key and a 410 are always final. After a successful read, a 404 means that the job is gone
 * if a second read confirms it; other client errors are transient. Before it, most client errors are final, some of them only
 * if a second read confirms them.
 */
function classifyError(error: unknown, wasRead: boolean): ErrorKind {
  if (!(error instanceof UpstreamError)) return 'final';
  const { failure, status } = error;
  if (failure !== 'status' || status === undefined || status >= 500) return 'transient';
  if (FINAL.includes(status)) return 'final';
  if (wasRead) return status === 404 ? 'unconfirmed' : 'transient';
  if (FINAL_BEFORE_FIRST_READ.includes(status)) return 'final';
  return TRANSIENT.includes(status) ? 'transient' : 'unconfirmed';
}
