import { z } from 'zod';
import { explainHold, publicError } from '../src/errors.ts';
import type { Context } from '../src/operations/context.ts';
import type { JobRow, JobUpdate } from '../src/operations/services.ts';
import { isNotFound } from '../src/upstream/errors.ts';
import { builder } from './builder.ts';
import { globalId, keyOf, requireKeyOfArgument } from './ids.ts';
import { Job } from './job.ts';
import { Prediction, Training } from './refs.ts';

const MOST_JOBS = 100;

/** What a subscription shows of an event. Everything in it is as the poll read it; nothing of it is read again. */
const show = (event: JobUpdate, { loaders }: Context): JobRow =>
  'state' in event ? loaders.merge(event.state, { isComplete: true }) : refuse(event);

/** Why nothing more will come of a job. */
function refuse({ key, error, wasSeen }: Extract<JobUpdate, { error: unknown }>): never {
  const hold = explainHold(error, globalId(key));
  if (hold) throw hold;
  if (!isNotFound(error)) throw error;
  const what = key.kind === 'Model' ? 'model' : 'job';
  const message = wasSeen
    ? `This ${what} was deleted while it was watched.`
    : `There is no such ${what} that your key may see.`;
  throw publicError('NOT_FOUND', message, { id: globalId(key) });
}

/** As {@link show}; a job that never was is null, as in every look-up. */
function showOne<Kind extends JobRow['kind']>(kind: Kind, event: JobUpdate, ctx: Context) {
  if ('error' in event && isNotFound(event.error) && !event.wasSeen) return null;
  const job = show(event, ctx);
  return job.kind === kind ? (job as Extract<JobRow, { kind: Kind }>) : null;
}

builder.subscriptionFields((t) => ({
  trainingUpdated: t.field({
    type: Training,
    description:
      'One training, as it is now and after every change, until it has finished. Null for a training that does not exist. Leaving does not cancel the training.',
    args: { id: t.arg.id({ required: true, description: 'Global id of a training.' }) },
    subscribe: (_, { id }, ctx) => ctx.watchJobs([requireKeyOfArgument('Training', id)]),
    resolve: (event, _, ctx) => showOne('Training', event, ctx),
  }),
  predictionUpdated: t.field({
    type: Prediction,
    description:
      'One prediction, as it is now and after every change, until it has finished. Null for a prediction that does not exist. Leaving does not stop the prediction.',
    args: { id: t.arg.id({ required: true, description: 'Global id of a prediction.' }) },
    subscribe: (_, { id }, ctx) => ctx.watchJobs([requireKeyOfArgument('Prediction', id)]),
    resolve: (event, _, ctx) => showOne('Prediction', event, ctx),
  }),
  jobsUpdated: t.field({
    type: Job,
    description:
      'Many jobs on one stream: each as it is now and after every change, until the last one has finished. A job that is not there gives an error with code NOT_FOUND and its id, and leaves the others alone.',
    args: {
      ids: t.arg.idList({
        required: true,
        validate: z
          .array(z.string())
          .min(1, 'Name at least one job.')
          .max(MOST_JOBS, {
            error: ({ input }) =>
              `Watch at most ${MOST_JOBS} jobs on one stream, not ${Array.isArray(input) ? input.length : 'more'}.`,
          }),
        description: `Global ids of trainings and predictions, 1 to ${MOST_JOBS}.`,
      }),
    },
    subscribe: (_, { ids }, ctx) =>
      ctx.watchJobs(
        [...new Set(ids)].map((id) => {
          const key = keyOf('Training', id) ?? keyOf('Prediction', id);
          if (!key) throw publicError('BAD_USER_INPUT', `\`ids\` holds "${id}", which is not the global id of a job.`);
          return key;
        }),
      ),
    resolve: (event, _, ctx) => show(event, ctx),
  }),
  trainingsUpdated: t.field({
    type: Training,
    description:
      'Every training of a model, those started elsewhere too: each as it is now and after every change. A deleted training gives an error with code NOT_FOUND and its id. Does not complete by itself, unless the model is deleted. Null for a model that does not exist.',
    args: { modelId: t.arg.id({ required: true, description: 'Global id of a model.' }) },
    subscribe: (_, { modelId }, ctx) => ctx.watchTrainings(requireKeyOfArgument('Model', modelId, 'modelId').id),
    resolve: (event, _, ctx) =>
      event.key.kind === 'Training' && 'error' in event ? refuse(event) : showOne('Training', event, ctx),
  }),
}));
