import type { JobRow } from '../upstream/jobs.ts';

export interface MissingImagesOptions {
  /** Maximum time for which images may be missing, in milliseconds. */
  gracePeriod: number;
  /** The wall clock, in milliseconds since the epoch, to compare with timestamps of the upstream. */
  now: () => number;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** Maximum age of a prediction whose images are waited for, by `finishedAt` of the upstream, in milliseconds. */
const MAX_AGE = 3_600_000;

/** Hides the completion of one prediction while its images are missing: it may be COMPLETED before they exist. */
export class MissingImages {
  readonly #options: MissingImagesOptions;
  #missingSince: number | undefined;

  constructor(options: MissingImagesOptions) {
    this.#options = options;
  }

  /** Remaining grace period, in milliseconds; undefined if no images are missing. */
  get remaining(): number | undefined {
    if (this.#missingSince === undefined) return undefined;
    return Math.max(0, this.#missingSince + this.#options.gracePeriod - this.#options.monotonicNow());
  }

  /** Returns the row, as PROCESSING during the grace period. */
  mask(row: JobRow): JobRow {
    // Malformed images are not missing: they are an error of their field.
    const hasImages = row.kind === 'Prediction' && (row.images?.length || row.malformed?.images);
    if (row.kind !== 'Prediction' || row.status?.state !== 'COMPLETED' || hasImages) {
      this.#missingSince = undefined;
      return row;
    }
    const { now, monotonicNow } = this.#options;
    this.#missingSince ??= monotonicNow();
    if (this.remaining === 0 || (row.finishedAt && now() - row.finishedAt.getTime() > MAX_AGE)) return row;
    return { ...row, status: { ...row.status, state: 'PROCESSING', isFinished: false }, finishedAt: null };
  }
}
