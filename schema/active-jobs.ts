import { publicError } from '../src/errors.ts';
import { builder } from './builder.ts';
import {
  ACTIVE_MODEL_PAGES,
  ACTIVE_STATUS_READS,
  activeJobsCost,
  DEFAULT_ACTIVE_JOBS,
  FREE,
  MAX_ITEMS,
  MAX_SCANNED_PAGES,
} from './costs.ts';
import { Job } from './job.ts';
import { type ActiveJobs, scanActiveJobs } from './scan-active-jobs.ts';

const ActiveJobsType = builder.objectRef<ActiveJobs>('ActiveJobs').implement({
  description: 'The jobs that have not finished, as far as a limited scan has found them.',
  extensions: { cost: FREE },
  fields: (t) => ({
    jobs: t.field({
      type: [Job],
      nullable: { list: false, items: false },
      description: 'The jobs found, newest first. Those whose time of creation is unknown come last.',
      resolve: ({ jobs }) => jobs,
    }),
    isComplete: t.exposeBoolean('isComplete', {
      nullable: false,
      description:
        'True if there are no other unfinished jobs. False if the lists are longer than the scan, a part of them could not be read, or more jobs were found than `first`.',
    }),
  }),
});

builder.queryField('activeJobs', (t) =>
  t.field({
    type: ActiveJobsType,
    nullable: false,
    description: `The trainings and predictions that have not finished, so that a dashboard needs no ids. Scans at most ${MAX_SCANNED_PAGES} pages of predictions, ${ACTIVE_MODEL_PAGES} pages of models and the first page of trainings of each of these models. If lists contain no status, reads at most ${ACTIVE_STATUS_READS} predictions and ${ACTIVE_STATUS_READS} trainings by id.`,
    extensions: { cost: activeJobsCost },
    args: {
      first: t.arg.int({
        defaultValue: DEFAULT_ACTIVE_JOBS,
        description: `Maximum number of jobs to return, from 1 to ${MAX_ITEMS}.`,
      }),
    },
    resolve: (_, { first: size }, context) => {
      const first = size ?? DEFAULT_ACTIVE_JOBS;
      if (first < 1 || first > MAX_ITEMS) {
        throw publicError('BAD_USER_INPUT', `\`first\` must be from 1 to ${MAX_ITEMS}, but is ${first}.`);
      }
      return scanActiveJobs(context, first);
    },
  }),
);
