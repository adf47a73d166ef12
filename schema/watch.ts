import * as z from 'zod';
import { publicError, toInterimError } from '../src/errors.ts';
import type { JobUpdate } from '../src/job-watching/events.ts';
import type { FieldCost } from '../src/limits/cost.ts';
import type { Context } from '../src/operations/context.ts';
import { isNotFound } from '../src/upstream/errors.ts';
import type { JobRow } from '../src/upstream/jobs.ts';
import { builder } from './builder.ts';
import { byId, byIds, ROWS_PER_PAGE } from './costs.ts';
import { globalId, keyOf, MAX_WATCHED_JOBS, requireKeyOfArgument } from './ids.ts';
import { Job } from './job.ts';
import { Prediction, Training } from './refs.ts';

/** Returns the job of an event, with all fields as the poll read them, so that none is read again. */
const jobOf = (event: JobUpdate, { loaders }: Context): JobRow =>
  'state' in event ? loaders.mergeRead(event.state) : throwErrorOf(event);

/** Throws the error of an event. */
function throwErrorOf({ key, error, wasSeen }: Extract<JobUpdate, { error: unknown }>): never {
  const id = key.kind === 'Predictions' ? undefined : globalId(key);
  const interim = toInterimError(error, id);
  if (interim) throw interim;
  if (!isNotFound(error) || id === undefined) throw error;
  const what = key.kind === 'Model' ? 'model' : 'job';
  const message = wasSeen
    ? `This ${what} was deleted while it was watched.`
    : `This ${what} does not exist, or your key has no access to it.`;
  throw publicError('NOT_FOUND', message, { id });
}

/** Like {@link jobOf}, but null for a job that never existed, like every lookup. */
function jobOrNull<Kind extends JobRow['kind']>(kind: Kind, event: JobUpdate, ctx: Context) {
  if ('error' in event && isNotFound(event.error) && !event.wasSeen) return null;
  const job = jobOf(event, ctx);
  return job.kind === kind ? (job as Extract<JobRow, { kind: Kind }>) : null;
}

/** The cost of a followed list: its first page, and the first poll of each job on it. */
const followedList: FieldCost = { reads: { list: 1, jobs: ROWS_PER_PAGE }, maxItems: ROWS_PER_PAGE };

// The cost of a subscription is the first poll of each job, and the requests of one event of each.
builder.subscriptionFields((t) => ({
  trainingUpdated: t.field({
    type: Training,
    description:
      'Emits a training: its current state, then each change, until it has finished. Null if the training does not exist. Unsubscribing does not cancel the training.',
    extensions: { cost: byId },
    args: { id: t.arg.id({ required: true, description: 'Global id of a training.' }) },
    subscribe: (_, { id }, ctx) => ctx.jobs.watch([requireKeyOfArgument('Training', id)]),
    resolve: (event, _, ctx) => jobOrNull('Training', event, ctx),
  }),
  predictionUpdated: t.field({
    type: Prediction,
    description:
      'Emits a prediction: its current state, then each change, until it has finished. Null if the prediction does not exist. Unsubscribing does not stop the prediction.',
    extensions: { cost: byId },
    args: { id: t.arg.id({ required: true, description: 'Global id of a prediction.' }) },
    subscribe: (_, { id }, ctx) => ctx.jobs.watch([requireKeyOfArgument('Prediction', id)]),
    resolve: (event, _, ctx) => jobOrNull('Prediction', event, ctx),
  }),
  jobsUpdated: t.field({
    type: Job,
    description:
      'Emits several jobs on one stream: the current state of each, then each change, until all have finished. For a job that does not exist, emits an error with code NOT_FOUND and the id of the job, without affecting the others.',
    extensions: { cost: byIds },
    args: {
      ids: t.arg.idList({
        required: true,
        validate: z
          .array(z.string())
          .min(1, 'Expected at least one job.')
          .max(MAX_WATCHED_JOBS, {
            error: ({ input }) =>
              `Expected at most ${MAX_WATCHED_JOBS} jobs on one stream, not ${Array.isArray(input) ? input.length : 'more'}.`,
          }),
        description: `Global ids of trainings and predictions, 1 to ${MAX_WATCHED_JOBS}.`,
      }),
    },
    subscribe: (_, { ids }, ctx) =>
      ctx.jobs.watch(
        [...new Set(ids)].map((id) => {
          const key = keyOf('Training', id) ?? keyOf('Prediction', id);
          if (!key)
            throw publicError('BAD_USER_INPUT', `\`ids\` contains "${id}", which is not the global id of a job.`);
          return key;
        }),
      ),
    resolve: (event, _, ctx) => jobOf(event, ctx),
  }),
  trainingsUpdated: t.field({
    type: Training,
    description:
      'Emits every training of a model, including those started elsewhere: the current state of each, then each change. For a deleted training, emits an error with code NOT_FOUND and the id of the training. If the list is too long to follow completely, emits an error with code LIST_TOO_LONG once. The stream completes only if the model is deleted. Null if the model does not exist.',
    extensions: { cost: followedList },
    args: { modelId: t.arg.id({ required: true, description: 'Global id of a model.' }) },
    subscribe: (_, { modelId }, ctx) => ctx.jobs.watchTrainings(requireKeyOfArgument('Model', modelId, 'modelId').id),
    resolve: (event, _, ctx) =>
      event.key.kind === 'Training' && 'error' in event ? throwErrorOf(event) : jobOrNull('Training', event, ctx),
  }),
  predictionsUpdated: t.field({
    type: Prediction,
    description:
      'Emits every prediction that your key has access to, including those created elsewhere: the current state of each, then each change. For a deleted prediction, emits an error with code NOT_FOUND and the id of the prediction. If the list is too long to follow completely, emits an error with code LIST_TOO_LONG once. The stream does not complete by itself.',
    extensions: { cost: followedList },
    subscribe: (_, _arguments, ctx) => ctx.jobs.watchPredictions(),
    resolve: (event, _, ctx) => {
      const job = jobOf(event, ctx);
      return job.kind === 'Prediction' ? job : null;
    },
  }),
}));
