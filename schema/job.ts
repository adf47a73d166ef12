import { z } from 'zod';
import type { Progress } from '../src/jobs/progress.ts';
import type { JobRow } from '../src/operations/services.ts';
import { type MalformedField, malformedError } from '../src/upstream/errors.ts';
import { builder } from './builder.ts';
import { whenKnown } from './known.ts';

const JobStatus = builder.enumType('JobStatus', {
  description: 'Where a job stands. COMPLETED, FAILED and CANCELED are final.',
  values: {
    QUEUED: { description: 'Accepted; it has not begun.' },
    PROCESSING: { description: 'Under way.' },
    COMPLETED: { description: 'Finished, with its result.' },
    FAILED: { description: 'Finished, without a result; `failureReason` may say why.' },
    CANCELED: { description: 'Stopped on request. What had run was charged for.' },
    UNKNOWN: {
      description: 'The upstream used a word that this gateway does not know; see `upstreamStatus`. Not final.',
    },
  } as const,
});

/** Progress as it is shown. */
interface ShownProgress extends Progress {
  /** What is wrong with the upstream's figure, where the fraction depends on it. */
  readonly malformed?: MalformedField;
}

const JobProgress = builder.objectRef<ShownProgress>('JobProgress').implement({
  description: 'How far a job has come.',
  fields: (t) => ({
    fraction: t.float({
      description:
        'Share of the work done, from 0 to 1; 1 only when the job is completed; null when nothing supports a figure. An estimate never moves backwards.',
      resolve: ({ fraction, malformed }) => {
        if (malformed) throw malformedError(malformed);
        return fraction;
      },
    }),
    isEstimated: t.exposeBoolean('isEstimated', {
      nullable: false,
      description:
        'True when the gateway worked the figure out from how long such jobs took; false when the upstream reported it, and when there is none.',
    }),
    estimatedCompletionAt: t.expose('estimatedCompletionAt', {
      type: 'DateTime',
      description:
        'When the job will probably be over; null when it is, or when nothing supports a time. Between events, move progress bars towards it: a moved estimate is no event.',
    }),
  }),
});

export const Job = builder.interfaceRef<JobRow>('Job');

Job.implement({
  description: 'Something that the upstream works on over time. Trainings and predictions are jobs.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    status: t.field({
      type: JobStatus,
      nullable: false,
      description: 'Where the job stands.',
      resolve: (job, _, { loaders }) => whenKnown(loaders.required(job, 'status'), ({ state }) => state),
    }),
    upstreamStatus: t.string({
      nullable: false,
      description: 'The word that the upstream used for the status, untouched.',
      resolve: (job, _, { loaders }) => whenKnown(loaders.required(job, 'status'), ({ word }) => word),
    }),
    isFinished: t.boolean({
      nullable: false,
      description: 'Whether the status is final: COMPLETED, FAILED or CANCELED.',
      resolve: (job, _, { loaders }) => whenKnown(loaders.required(job, 'status'), ({ isFinished }) => isFinished),
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When the job was started; null when the upstream does not say.',
      resolve: (job, _, { loaders }) => loaders.field(job, 'createdAt'),
    }),
    finishedAt: t.field({
      type: 'DateTime',
      description: 'When the job ended, in whatever way; null before that, or when the upstream does not say.',
      resolve: (job, _, { loaders }) => loaders.field(job, 'finishedAt'),
    }),
    failureReason: t.string({
      description: 'Why the job failed, in the upstream’s words.',
      resolve: (job, _, { loaders }) => loaders.field(job, 'error'),
    }),
    progress: t.field({
      type: JobProgress,
      nullable: false,
      description: 'How far the job has come.',
      resolve: async (job, _, ctx): Promise<ShownProgress> => {
        const { state } = await ctx.loaders.required(job, 'status');
        await Promise.all([ctx.loaders.complete(job, 'progress'), ctx.loaders.complete(job, 'createdAt')]);
        const known = ctx.loaders.get(job);
        const progress = ctx.progressOf(known);
        const malformed = known.progress === undefined ? known.malformed?.progress : undefined;
        // The fraction of a completed job does not depend on the figure.
        if (!malformed || state === 'COMPLETED') return progress;
        return { ...progress, fraction: null, isEstimated: false, malformed };
      },
    }),
    staleSince: t.field({
      type: 'DateTime',
      description:
        'In an event of a subscription: when the job was last seen like this, while the upstream cannot be read; null when the state is fresh.',
      resolve: (job, _, ctx) => ctx.staleSince(job),
    }),
  }),
});

/**
 * What is known of a job that was just started, should reading it fail: that it is there. It may have cost money, so a
 * failed read must not take its id from the caller.
 */
export const acceptedJob = {
  fallback: { status: { state: 'UNKNOWN', word: '', isFinished: false }, progress: null, createdAt: null },
} as const;

/** The longest that a mutation holds its answer for a job, in seconds. */
const LONGEST_WAIT = 60;

/** Arguments of mutations that start a job. */
export const waitSeconds = {
  validate: z.int().min(0, 'Wait 0 to 60 seconds.').max(LONGEST_WAIT, 'Wait 0 to 60 seconds.').nullish(),
  description:
    'Holds the answer until the job has finished or so many seconds have passed, from 0 to 60, so that scripts need no subscription.',
};

export const idempotencyKey = {
  validate: z
    .string()
    .min(1, 'Give a key of 1 to 255 characters.')
    .max(255, 'Give a key of 1 to 255 characters.')
    .nullish(),
  description:
    'Makes it safe to repeat the request: for a day, the same key with the same input gives the first answer and sends nothing. Of your own choice, for example a UUID.',
};
