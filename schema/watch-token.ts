import { z } from 'zod';
import type { JobKey } from '../src/operations/services.ts';
import { builder } from './builder.ts';
import { actionable, InvalidInputError, invalidInput, NotFoundError } from './errors.ts';
import { keyOf } from './ids.ts';

const MOST_JOBS = 100;
const SHORTEST = 60;
const LONGEST = 86_400;

const CreateWatchTokenInput = builder.inputType('CreateWatchTokenInput', {
  description: 'Which jobs a watch token shows, and for how long.',
  fields: (t) => ({
    jobIds: t.idList({
      required: true,
      validate: z.array(z.string()).min(1, 'Name at least one job.').max(MOST_JOBS, `Name at most ${MOST_JOBS} jobs.`),
      description: `Global ids of trainings and predictions, 1 to ${MOST_JOBS}.`,
    }),
    expiresInSeconds: t.int({
      defaultValue: 3_600,
      validate: z
        .number()
        .min(SHORTEST, `Let it work for at least ${SHORTEST} seconds.`)
        .max(LONGEST, `Let it work for at most ${LONGEST} seconds.`),
      description: `For how many seconds it works: ${SHORTEST} to ${LONGEST}.`,
    }),
  }),
});

const CreateWatchTokenSuccess = builder
  .objectRef<{ token: string; expiresAt: Date }>('CreateWatchTokenSuccess')
  .implement({
    description: 'A token with which a browser may watch some jobs, without a key.',
    fields: (t) => ({
      token: t.exposeString('token', {
        nullable: false,
        description:
          'Send it as the header `x-watch-token`, as `watchToken` in the connectionParams of a WebSocket, or as the query parameter `watchToken` of an EventSource. It shows its jobs and their images, and nothing else.',
      }),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: false,
        description: 'When it stops working, and streams that were opened with it end.',
        resolve: ({ expiresAt }) => expiresAt,
      }),
    }),
  });

builder.mutationField('createWatchToken', (t) =>
  t.field({
    type: CreateWatchTokenSuccess,
    nullable: false,
    description:
      'Makes a short-lived token with which a browser may watch exactly these jobs, read their own fields and their images, and nothing else.',
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'CreateWatchTokenResult', description: 'What became of createWatchToken.' },
      directResult: true,
    },
    args: { input: t.arg({ type: CreateWatchTokenInput, required: true, description: 'Which jobs, how long.' }) },
    resolve: (_, { input: { jobIds, expiresInSeconds } }, ctx) =>
      actionable({}, async () => {
        const jobs = await Promise.all(
          [...new Set(jobIds)].map(async (id): Promise<JobKey> => {
            const key = keyOf('Training', id) ?? keyOf('Prediction', id);
            const job =
              key && (await (key.kind === 'Training' ? ctx.loaders.training(key) : ctx.loaders.prediction(key.id)));
            if (!key || !job) throw new NotFoundError(id);
            return key;
          }),
        );
        try {
          return ctx.watchToken(jobs, expiresInSeconds ?? 3_600);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          const message = 'The ids of these jobs are too long for one token. Name fewer jobs.';
          throw invalidInput([{ path: ['input', 'jobIds'], message }]);
        }
      }),
  }),
);
