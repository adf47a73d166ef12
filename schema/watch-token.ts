import * as z from 'zod';
import type { JobKey } from '../src/upstream/jobs.ts';
import { builder } from './builder.ts';
import { FREE, listOf } from './costs.ts';
import { actionable, InvalidInputError, invalidInput, NotFoundError } from './errors.ts';
import { keyOf, MAX_WATCHED_JOBS } from './ids.ts';

const MIN_SECONDS = 60;
const MAX_SECONDS = 86_400;
const DEFAULT_SECONDS = 3_600;

/** Range and default of the lifetime of a watch token, in seconds. */
export const watchTokenSeconds = { min: MIN_SECONDS, max: MAX_SECONDS, default: DEFAULT_SECONDS };

const CreateWatchTokenInput = builder.inputType('CreateWatchTokenInput', {
  description: 'Settings of a watch token: its jobs and its lifetime.',
  fields: (t) => ({
    jobIds: t.idList({
      required: true,
      validate: z
        .array(z.string())
        .min(1, 'Expected at least one job.')
        .max(MAX_WATCHED_JOBS, `Expected at most ${MAX_WATCHED_JOBS} jobs.`),
      description: `Global ids of trainings and predictions, 1 to ${MAX_WATCHED_JOBS}.`,
    }),
    expiresInSeconds: t.int({
      defaultValue: DEFAULT_SECONDS,
      validate: z
        .number()
        .min(MIN_SECONDS, `Expected at least ${MIN_SECONDS} seconds.`)
        .max(MAX_SECONDS, `Expected at most ${MAX_SECONDS} seconds.`),
      description: `Lifetime of the token in seconds, ${MIN_SECONDS} to ${MAX_SECONDS}.`,
    }),
  }),
});

const CreateWatchTokenSuccess = builder
  .objectRef<{ token: string; expiresAt: Date }>('CreateWatchTokenSuccess')
  .implement({
    description: 'The token was created. It lets a browser watch the jobs without an API key.',
    extensions: { cost: FREE },
    fields: (t) => ({
      token: t.exposeString('token', {
        nullable: false,
        description:
          'The token. Send it as the header `x-watch-token`, as `watchToken` in the connectionParams of a WebSocket, or as the query parameter `watchToken` of an EventSource. It grants read access to its jobs and their images, and to nothing else.',
      }),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: false,
        description: 'Time at which the token expires and streams opened with it end.',
        resolve: ({ expiresAt }) => expiresAt,
      }),
    }),
  });

builder.mutationField('createWatchToken', (t) =>
  t.field({
    type: CreateWatchTokenSuccess,
    nullable: false,
    description:
      'Creates a short-lived token that lets a browser watch the given jobs and read their fields and images, and nothing else.',
    extensions: { cost: { reads: ({ input }) => ({ jobs: listOf(input, 'jobIds').length }) } },
    errors: {
      types: [InvalidInputError, NotFoundError],
      union: { name: 'CreateWatchTokenResult', description: 'Result of createWatchToken.' },
      directResult: true,
    },
    args: { input: t.arg({ type: CreateWatchTokenInput, required: true, description: 'The jobs and the lifetime.' }) },
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
          return ctx.watchTokens.issue(jobs, expiresInSeconds ?? DEFAULT_SECONDS);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          const message =
            'The ids of these jobs are too long for one token. Create several tokens, with fewer jobs each.';
          throw invalidInput([{ path: ['input', 'jobIds'], message }]);
        }
      }),
  }),
);
