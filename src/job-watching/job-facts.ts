import type { JobPhase } from '../jobs/job-history.ts';
import type { JobFacts } from '../jobs/progress.ts';
import type { JobRow } from '../upstream/jobs.ts';
import { hashOf } from '../util/hash.ts';
import { classesOf } from './job-classes.ts';
import { jobName } from './job-polls.ts';

/** The credential to which jobs belong. All facts about them share it. */
export class JobOwner {
  /** Unique name of the credential that does not contain it. */
  readonly tenant: string;
  #hash: number | undefined;

  constructor(tenant: string) {
    this.tenant = tenant;
  }

  get hash(): number {
    this.#hash ??= hashOf(this.tenant);
    return this.#hash;
  }
}

/** Adapts a row for progress estimates. Builds names on demand, because most rows need none. */
export class RowFacts implements JobFacts {
  readonly #owner: JobOwner;
  readonly #row: JobRow;
  #hash: number | undefined;

  constructor(owner: JobOwner, row: JobRow) {
    this.#owner = owner;
    this.#row = row;
  }

  get name(): string {
    return jobName(this.#owner.tenant, this.#row);
  }

  get hash(): number {
    this.#hash ??= hashOfRow(this.#owner, this.#row);
    return this.#hash;
  }

  get classes(): readonly string[] {
    return classesOf(this.#row);
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

function hashOfRow(owner: JobOwner, row: JobRow): number {
  const ofModel = row.kind === 'Training' ? hashOf(row.modelId, owner.hash) : owner.hash;
  return hashOf(row.id, hashOf(row.kind, ofModel));
}
