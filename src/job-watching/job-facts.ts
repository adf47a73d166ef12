import type { JobPhase } from '../jobs/job-history.ts';
import type { JobFacts } from '../jobs/progress.ts';
import type { JobRow } from '../upstream/jobs.ts';
import { hashOf } from '../util/hash.ts';
import { jobName } from './job-polls.ts';

/** Maximum number of class names of a tenant that are kept. */
const MAX_NAMES = 100;

/** What the jobs of one tenant have in common, so that it is made once for many of them. */
export class TenantFacts {
  readonly name: string;
  #hash: number | undefined;
  /** Class names, by kind and request. Looking up a text is fast only if the same text was looked up before. */
  #classes: Map<string, readonly string[]> | undefined;

  /** @param name Unique name of the credential that does not contain it. */
  constructor(name: string) {
    this.name = name;
  }

  get hash(): number {
    this.#hash ??= hashOf(this.name);
    return this.#hash;
  }

  /** The names of the classes of a job, from the narrowest to the widest. */
  classesOf(row: JobRow): readonly string[] {
    const [kind, request] = classOf(row);
    const own = request === undefined ? kind : `${kind} ${request}`;
    this.#classes ??= new Map();
    const known = this.#classes.get(own);
    if (known) return known;
    const wide = `${this.name} ${kind}`;
    const classes = request === undefined ? [wide] : [`${this.name} ${own}`, wide];
    if (this.#classes.size === MAX_NAMES) this.#classes.clear();
    this.#classes.set(own, classes);
    return classes;
  }
}

/** Adapts a row for progress estimates. Builds names on demand, because most rows need none. */
export class RowFacts implements JobFacts {
  readonly #tenant: TenantFacts;
  readonly #row: JobRow;

  constructor(tenant: TenantFacts, row: JobRow) {
    this.#tenant = tenant;
    this.#row = row;
  }

  get name(): string {
    return jobName(this.#tenant.name, this.#row);
  }

  get hash(): number {
    const row = this.#row;
    const { hash } = this.#tenant;
    const ofModel = row.kind === 'Training' ? hashOf(row.modelId, hash) : hash;
    return hashOf(row.id, hashOf(row.kind, ofModel));
  }

  get classes(): readonly string[] {
    return this.#tenant.classesOf(this.#row);
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
function classOf(row: JobRow): readonly [kind: string, request: string | undefined] {
  if (row.kind === 'Training') {
    const { trainingSpeed, trainingStrength } = row;
    return [trainingSpeed ?? 'Training', trainingStrength === undefined ? undefined : `${trainingStrength}`];
  }
  const { image_size: size, num_images: count, num_inference_steps: steps } = row;
  const isComplete = size !== undefined && count !== undefined && steps !== undefined;
  return ['Prediction', isComplete ? `${size?.width}x${size?.height} ${count} ${steps}` : undefined];
}
