import type { JobRow } from '../src/context.ts';
import { builder } from './builder.ts';

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

const JobProgress = builder.objectRef<{ fraction: number | null }>('JobProgress').implement({
  description: 'How far a job has come.',
  fields: (t) => ({
    fraction: t.exposeFloat('fraction', {
      description: 'Share of the work done, from 0 to 1; null when nothing supports a figure.',
    }),
    isEstimated: t.boolean({
      nullable: false,
      description: 'False when the upstream reported the figure, true when the gateway worked it out.',
      resolve: () => false,
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
      resolve: async (job, _, { loaders }) => (await loaders.required(job, 'status')).state,
    }),
    upstreamStatus: t.string({
      nullable: false,
      description: 'The word that the upstream used for the status, untouched.',
      resolve: async (job, _, { loaders }) => (await loaders.required(job, 'status')).word,
    }),
    isFinished: t.boolean({
      nullable: false,
      description: 'Whether the status is final: COMPLETED, FAILED or CANCELED.',
      resolve: async (job, _, { loaders }) => (await loaders.required(job, 'status')).isFinished,
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
      resolve: async (job, _, { loaders }) => ({ fraction: (await loaders.field(job, 'progress')) ?? null }),
    }),
  }),
});

/**
 * What is known of a job that was just started, should reading it fail: that it is there. It may have cost money, so a
 * failed read must not take its id from the caller.
 */
export const acceptedJob = { otherwise: { status: { state: 'UNKNOWN', word: '', isFinished: false } } } as const;
