import { numberOf } from '../support/draws.ts';
import { START } from './clock.ts';
import { isFinal, type JobHistory, type Served, versionAt } from './history.ts';
import type { KeyPlan } from './scenario.ts';

const iso = (time: number) => new Date(START + time).toISOString();

/** The text that identifies key, job and version of each row. */
const textOf = ({ key, id }: JobHistory, version: number) => `${key}/${id}/${version}`;

/** A job as the upstream returns it, at a time. */
export function rowOf(
  job: JobHistory,
  time: number,
  { rows: fields, hasProgress }: Pick<KeyPlan, 'rows' | 'hasProgress'>,
): { row: object; served: Served } {
  const version = versionAt(job, time) ?? 0;
  const { id, versions, model } = job;
  if (fields === 'id only') return { row: { id }, served: { id, version: undefined, isComplete: false } };
  const { status = 'queued', at = 0 } = versions[version] ?? {};
  if (fields === 'status only') return { row: { id, status }, served: { id, version, isComplete: false } };
  const isFinished = isFinal(status);
  const row = {
    id,
    status,
    createdAt: iso(versions[0]?.at ?? 0),
    finishedAt: isFinished ? iso(at) : null,
    ...(hasProgress && { progress: status === 'completed' ? 1 : version / 20 }),
    error: textOf(job, version),
    ...(model === undefined
      ? { prompt: id, ...(status === 'completed' && { images: ['https://images.example/image.png'] }) }
      : { triggerWord: id, trainingSpeed: 'fast' }),
  };
  return { row, served: { id, version, isComplete: true } };
}

interface PageOptions {
  /** The time whose state the list shows. */
  time: number;
  /** Id of the last job of the preceding page. */
  after: string | null;
  seed: number;
}

/** A page of a list. */
export function pageOf(jobs: readonly JobHistory[], plan: KeyPlan, { time, after, seed }: PageOptions) {
  const rank = (job: JobHistory): number => {
    const createdAt = job.versions[0]?.at ?? 0;
    if (plan.order === 'by hash') return numberOf(`${seed} order ${job.key} ${job.id}`);
    return plan.order === 'newest first' ? -createdAt : createdAt;
  };
  const compare = (a: JobHistory, b: JobHistory) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1);
  const cursor = jobs.find(({ id }) => id === after);
  const left = jobs.filter((job) => isListed(job, time) && (!cursor || compare(cursor, job) < 0)).sort(compare);
  const page = left.slice(0, plan.pageSize).map((job) => rowOf(job, time, plan));
  const hasMore = left.length > plan.pageSize;
  return {
    rows: {
      items: page.map(({ row }) => row),
      end: { hasMore, nextPageCursor: hasMore ? (page.at(-1)?.served.id ?? null) : null },
    },
    served: page.map(({ served }) => served),
  };
}

const isListed = (job: JobHistory, time: number): boolean =>
  versionAt(job, time) !== undefined && (job.deletedAt === undefined || job.deletedAt > time);
