import type { JobRow } from '../upstream/jobs.ts';

/** Maximum number of requests whose classes are kept for one kind of job. */
const MAX_REQUESTS = 1_000;

/**
 * Classes of one kind of job. The same texts serve all tenants and jobs: a text that was looked up before is found many times
 * faster than a new one that is equal.
 */
class KindClasses {
  readonly wide: readonly string[];
  readonly #narrow = new Map<number | string | null, readonly string[]>();

  constructor(kind: string) {
    this.wide = [kind];
  }

  /** @param request The part of the request that determines the duration. */
  of(request: number | string | null): readonly string[] {
    const known = this.#narrow.get(request);
    if (known) return known;
    const classes = [`${this.wide[0]} ${request}`, ...this.wide];
    if (this.#narrow.size === MAX_REQUESTS) this.#narrow.clear();
    this.#narrow.set(request, classes);
    return classes;
  }
}

const TRAININGS = {
  fast: new KindClasses('fast'),
  high_quality: new KindClasses('high_quality'),
  other: new KindClasses('Training'),
};

const PREDICTIONS = new KindClasses('Prediction');

/**
 * The classes of a job, from the narrowest to the widest: jobs of the same kind with the same request, and all of the kind. The
 * narrow one is omitted if the row does not contain all of that part of the request. Null means that the request left the
 * upstream's default.
 */
export function classesOf(row: JobRow): readonly string[] {
  if (row.kind === 'Training') {
    const classes = TRAININGS[row.trainingSpeed ?? 'other'];
    return row.trainingStrength === undefined ? classes.wide : classes.of(row.trainingStrength);
  }
  const { image_size: size, num_images: count, num_inference_steps: steps } = row;
  if (size === undefined || count === undefined || steps === undefined) return PREDICTIONS.wide;
  return PREDICTIONS.of(`${size?.width}x${size?.height} ${count} ${steps}`);
}
