import type { JobPhase } from '../jobs/job-history.ts';
import type { JobFacts } from '../jobs/progress.ts';
import type { JobRow } from '../upstream/jobs.ts';
import { hashOf } from '../util/hash.ts';
import { jobName } from './job-polls.ts';

/** Adapts a row for progress estimates. Builds names on demand, because most rows need none. */
export class RowFacts implements JobFacts {
  readonly #tenant: string;
  readonly #row: JobRow;

  /** @param tenant Unique name of the credential that does not contain it. */
  constructor(tenant: string, row: JobRow) {
    this.#tenant = tenant;
    this.#row = row;
  }

  get name(): string {
    return jobName(this.#tenant, this.#row);
  }

  get hash(): number {
    const row = this.#row;
    const ofModel = row.kind === 'Training' ? hashOf(row.modelId, hashOf(this.#tenant)) : hashOf(this.#tenant);
    return hashOf(row.id, hashOf(row.kind, ofModel));
  }

  get classes(): readonly string[] {
    const [kind, request] = classOf(this.#row);
    const wide = `${this.#tenant} ${kind}`;
    return request === undefined ? [wide] : [`${wide} ${request}`, wide];
  }

  get phase(): JobPhase {
    const { status } = this.#row;
    if (!status) return 'unknown';
    if (status.isFinished) return status.state === 'COMPLETED' ? 'completed' : 'ended';
    if (status.state === 'QUEUED') return 'queued';
    return status.state === 'PROCESSING' ? 'running' : 'unknown';
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
 * The kind of a job, and the part of its request that determines its duration; undefined if the row does not contain all of that
 * part. Null means that the request left the upstream's default.
 */
function classOf(row: JobRow): [kind: string, request: string | undefined] {
  if (row.kind === 'Training') {
    const { trainingSpeed, trainingStrength } = row;
    return [trainingSpeed ?? 'Training', trainingStrength === undefined ? undefined : `${trainingStrength}`];
  }
  const { image_size: size, num_images: count, num_inference_steps: steps } = row;
  const isComplete = size !== undefined && count !== undefined && steps !== undefined;
  return ['Prediction', isComplete ? `${size?.width}x${size?.height} ${count} ${steps}` : undefined];
}
