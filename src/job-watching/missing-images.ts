import type { JobRow } from '../operations/services.ts';

export interface MissingImagesOptions {
  /** How long images are waited for, in milliseconds. */
  grace: number;
  /** The current time, in milliseconds since the epoch, to compare with the upstream's timestamps. */
  now: () => number;
  /** The time by a clock that never goes back, in milliseconds. */
  monotonicNow: () => number;
}

/** A prediction that finished longer ago, by the upstream's own clock, gets no images any more. In milliseconds. */
const LONG_AGO = 3_600_000;

/** Waits for the images of one prediction, which may be COMPLETED a moment before they exist. */
export class MissingImages {
  readonly #options: MissingImagesOptions;
  #missingSince: number | undefined;

  constructor(options: MissingImagesOptions) {
    this.#options = options;
  }

  /** How much longer images are waited for, in milliseconds; undefined when they are not. */
  get left(): number | undefined {
    if (this.#missingSince === undefined) return undefined;
    return Math.max(0, this.#missingSince + this.#options.grace - this.#options.monotonicNow());
  }

  /** What viewers see of a row: a prediction whose images are waited for is still PROCESSING. */
  shown(row: JobRow): JobRow {
    // Malformed images exist, and are an error of their field.
    const hasImages = row.kind === 'Prediction' && (row.images?.length || row.malformed?.images);
    if (row.kind !== 'Prediction' || row.status?.state !== 'COMPLETED' || hasImages) {
      this.#missingSince = undefined;
      return row;
    }
    const { now, monotonicNow } = this.#options;
    this.#missingSince ??= monotonicNow();
    if (this.left === 0 || (row.finishedAt && now() - row.finishedAt.getTime() > LONG_AGO)) return row;
    return { ...row, status: { ...row.status, state: 'PROCESSING', isFinished: false }, finishedAt: null };
  }
}
