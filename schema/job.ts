import * as z from 'zod';
import type { Progress } from '../src/jobs/progress.ts';
import type { Context } from '../src/operations/context.ts';
import { type MalformedField, malformedError } from '../src/upstream/errors.ts';
import type { JobKey, JobRow } from '../src/upstream/jobs.ts';
import { mapMaybePromise } from '../src/util/promises.ts';
import { builder } from './builder.ts';
import { FREE } from './costs.ts';
import { upstreamId } from './upstream-ids.ts';

export const JobStatus = builder.enumType('JobStatus', {
  description: 'State of a job. COMPLETED, FAILED and CANCELED are final.',
  values: {
    QUEUED: { description: 'Accepted, but not started.' },
    PROCESSING: { description: 'Running.' },
    COMPLETED: { description: 'Finished successfully.' },
    FAILED: { description: 'Finished without a result; `failureReason` may contain the reason.' },
    CANCELED: { description: 'Stopped on request. The part that ran was charged.' },
    UNKNOWN: {
      description: 'The upstream reported a status unknown to this gateway; see `upstreamStatus`. Not final.',
    },
  } as const,
});

/** Progress, or the error in its place. */
interface ProgressResult extends Progress {
  /** The malformed value that the upstream reported, if the fraction depends on it. */
  readonly malformed?: MalformedField;
}

const JobProgress = builder.objectRef<ProgressResult>('JobProgress').implement({
  description: 'Progress of a job: the completed fraction, the estimated time of completion, and a later bound.',
  extensions: { cost: FREE },
  fields: (t) => ({
    fraction: t.float({
      description:
        'Completed fraction of the work, from 0 to 1; 1 only when the job is COMPLETED; null if it is neither reported nor can be estimated. An estimate never decreases. It stays the same while the time of completion cannot be estimated.',
      resolve: ({ fraction, malformed }) => {
        if (malformed) throw malformedError(malformed);
        return fraction;
      },
    }),
    isEstimated: t.exposeBoolean('isEstimated', {
      nullable: false,
      description:
        'True if the gateway estimated `fraction` from the duration of earlier jobs; false if the upstream reported it, or if it is null.',
    }),
    estimatedCompletionAt: t.expose('estimatedCompletionAt', {
      type: 'DateTime',
      description:
        'Estimated time of completion: half of the earlier jobs with the same settings that took this long had ended by then. Null before the job is PROCESSING, after it has finished, and if such an estimate would often be wrong: earlier jobs are unknown, differ too much, or took less time. Animate progress bars towards it between events: a changed estimate alone does not emit an event.',
    }),
    likelyCompletedBy: t.expose('likelyCompletedBy', {
      type: 'DateTime',
      description:
        'A later bound: 9 of 10 earlier jobs with the same settings that took this long had ended by then. May be known if the time of completion cannot be estimated. Null before the job is PROCESSING, after it has finished, and if fewer than 9 earlier jobs took this long.',
    }),
  }),
});

export const Job = builder.interfaceRef<JobRow>('Job');

Job.implement({
  description: 'A long-running task of the upstream. Trainings and predictions are jobs.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    upstreamId: t.exposeString('id', upstreamId),
    status: t.field({
      type: JobStatus,
      nullable: false,
      description: 'State of the job.',
      extensions: { cost: FREE },
      resolve: (job, _, { loaders }) => mapMaybePromise(loaders.required(job, 'status'), ({ state }) => state),
    }),
    upstreamStatus: t.string({
      nullable: false,
      description: 'The status exactly as the upstream reported it.',
      extensions: { cost: FREE },
      resolve: (job, _, { loaders }) => mapMaybePromise(loaders.required(job, 'status'), ({ word }) => word),
    }),
    isFinished: t.boolean({
      nullable: false,
      description: 'True if the status is final: COMPLETED, FAILED or CANCELED.',
      extensions: { cost: FREE },
      resolve: (job, _, { loaders }) =>
        mapMaybePromise(loaders.required(job, 'status'), ({ isFinished }) => isFinished),
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'Time at which the job was started; null if the upstream does not report it.',
      extensions: { cost: FREE },
      resolve: (job, _, { loaders }) => loaders.field(job, 'createdAt'),
    }),
    finishedAt: t.field({
      type: 'DateTime',
      description:
        'Time at which the job completed, failed or was canceled; null before that, or if the upstream does not report it.',
      extensions: { cost: FREE },
      resolve: (job, _, { loaders }) => loaders.field(job, 'finishedAt'),
    }),
    failureReason: t.string({
      description: 'Reason for the failure, as reported by the upstream; null if there is none.',
      extensions: { cost: FREE },
      resolve: (job, _, { loaders }) => loaders.field(job, 'error'),
    }),
    progress: t.field({
      type: JobProgress,
      nullable: false,
      description: 'Progress of the job, reported by the upstream or estimated by the gateway.',
      extensions: { cost: FREE },
      resolve: async (job, _, ctx): Promise<ProgressResult> => {
        const { state } = await ctx.loaders.required(job, 'status');
        await Promise.all([ctx.loaders.complete(job, 'progress'), ctx.loaders.complete(job, 'createdAt')]);
        const row = ctx.loaders.get(job);
        const progress = ctx.jobs.progressOf(row);
        const malformed = row.progress === undefined ? row.malformed?.progress : undefined;
        // The fraction of a completed job does not depend on the reported progress.
        if (!malformed || state === 'COMPLETED') return progress;
        return { ...progress, fraction: null, isEstimated: false, malformed };
      },
    }),
    checkedAt: t.field({
      type: 'DateTime',
      description: 'Time at which the upstream last reported this state; null if it never did.',
      extensions: { cost: FREE },
      resolve: (job, _, ctx) =>
        ctx.jobs.checkedAt(job) ??
        mapMaybePromise(ctx.loaders.complete(job, 'status'), () => ctx.loaders.checkedAt(job)),
    }),
    staleSince: t.field({
      type: 'DateTime',
      description:
        'In subscription events, while the upstream cannot be read: time of the last successful read of this state. Null if the state is current.',
      extensions: { cost: FREE },
      resolve: (job, _, ctx) => ctx.jobs.staleSince(job),
    }),
  }),
});

/**
 * Fallback fields of a job that was just started, used if reading it fails. The job may have cost money, so a failed
 * read must not prevent the mutation from returning its id.
 */
export const acceptedJob = {
  fallback: { status: { state: 'UNKNOWN', word: '', isFinished: false }, progress: null, createdAt: null },
} as const;

/** Waits for a job that was just started, if the client requested it, and caches its last state. */
export async function waitForJob(ctx: Context, key: JobKey, seconds: number | null | undefined): Promise<void> {
  const row = seconds ? await ctx.jobs.waitUntilFinished(key, seconds) : undefined;
  if (row) ctx.loaders.mergeRead<JobRow>(row);
}

/** Maximum time that a mutation waits for a job before it responds, in seconds. */
export const MAX_WAIT_SECONDS = 60;
const waitError = `Expected 0 to ${MAX_WAIT_SECONDS} seconds.`;
/** Maximum length of an idempotency key, in characters. */
export const MAX_KEY_LENGTH = 255;
const keyError = `Expected a key of 1 to ${MAX_KEY_LENGTH} characters.`;

/** Arguments of mutations that start a job. */
export const waitSeconds = {
  validate: z.int().min(0, waitError).max(MAX_WAIT_SECONDS, waitError).nullish(),
  description: `Delays the response until the job has finished, or for this number of seconds at most, from 0 to ${MAX_WAIT_SECONDS}. Lets scripts do without a subscription.`,
};

/** An idempotency key that must not be omitted. */
export const requiredKey = z.string().min(1, keyError).max(MAX_KEY_LENGTH, keyError);

export const idempotencyKey = {
  validate: requiredKey.nullish(),
  description: `Makes a retry safe: for 24 hours, a request with the same key and the same input returns the first result and is not sent to the upstream again. Any text of 1 to ${MAX_KEY_LENGTH} characters, for example a UUID.`,
};
