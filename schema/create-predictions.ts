import * as z from 'zod';
import type { FieldCost } from '../src/limits/cost.ts';
import type { Context } from '../src/operations/context.ts';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import { builder } from './builder.ts';
import { FREE, itemsIn, listOf, MAX_ITEMS, writeResult } from './costs.ts';
import { ErrorInterface } from './error-types.ts';
import { actionable, InvalidInputError, type ItemError, isUnexpected, toItemError } from './errors.ts';
import { MAX_KEY_LENGTH, requiredKey } from './job.ts';
import {
  type PredictionRequest,
  type PredictionSettings,
  predictionRules,
  predictionSettings,
  toRequest,
} from './prediction-input.ts';
import { Prediction } from './refs.ts';
import { startedPrediction, startPrediction, WARNINGS, warningsOf } from './start-prediction.ts';

const CreatePredictionsItemInput = builder.inputType('CreatePredictionsItemInput', {
  description: 'Settings of one prediction of several, and its idempotency key.',
  fields: (t) => ({
    ...predictionSettings(t),
    idempotencyKey: t.string({
      required: true,
      description: `Makes it safe to send the item again, after a lost response or after any error in its outcome: for 24 hours, an item with the same key and the same settings returns the first result and is not sent to the upstream again. \`createPrediction\` accepts the same keys. Any text of 1 to ${MAX_KEY_LENGTH} characters, for example a UUID; each item has its own.`,
    }),
  }),
});

const CreatePredictionsInput = builder.inputType('CreatePredictionsInput', {
  description: 'Predictions to start. Each costs money.',
  fields: (t) => ({
    items: t.field({
      type: [CreatePredictionsItemInput],
      required: true,
      description: `The predictions, 1 to ${MAX_ITEMS}.`,
    }),
  }),
});

const itemRules = z.looseObject({ ...predictionRules, idempotencyKey: requiredKey });

const inputRules = z.looseObject({
  items: z
    .array(itemRules)
    .min(1, 'Expected at least one item.')
    .max(MAX_ITEMS, `Expected at most ${MAX_ITEMS} items. Send the others in another request.`)
    .superRefine((items, { addIssue }) => {
      const keys = new Set<string>();
      for (const [index, { idempotencyKey: key }] of items.entries()) {
        const path = [index, 'idempotencyKey'];
        if (keys.has(key)) addIssue({ code: 'custom', path, message: 'Expected another key than in an earlier item.' });
        keys.add(key);
      }
    }),
});

/** The result for one item. */
interface CreatePredictionOutcome {
  readonly idempotencyKey: string;
  readonly started?: { readonly prediction: PredictionRow; readonly request: PredictionRequest };
  readonly error?: unknown;
}

const CreatePredictionOutcome = builder.objectRef<CreatePredictionOutcome>('CreatePredictionOutcome').implement({
  description: 'Result for one item of createPredictions.',
  fields: (t) => ({
    idempotencyKey: t.exposeString('idempotencyKey', {
      nullable: false,
      description: 'The key of the item.',
      extensions: { cost: FREE },
    }),
    prediction: t.field({
      type: Prediction,
      description: 'The new prediction; null if there is an error.',
      extensions: { cost: writeResult },
      // An unexpected error is reported here, too.
      resolve: ({ started, error }) => (isUnexpected(error) ? (error as never) : started?.prediction),
    }),
    warnings: t.stringList({
      nullable: { list: false, items: false },
      description: `${WARNINGS} Models that several items use are read once.`,
      extensions: { cost: FREE },
      resolve: ({ started }, _, ctx) => (started ? warningsOf(ctx, started.request) : []),
    }),
    error: t.field({
      type: ErrorInterface,
      description:
        'Reason why the prediction was not started, or may not have been; null if it was started. NotFoundError: a model does not exist. ConflictError: the idempotency key was used with other settings. RequestFailedError: see its `code`, `retryable` and `retryAfter`; for example, UPSTREAM_TIMEOUT if it was not sent before the deadline of the operation.',
      extensions: { cost: FREE },
      resolve: ({ error }): ItemError | null => (error === undefined ? null : toItemError(error)),
    }),
  }),
});

/** Upper bound: one write, and completing one row, per item; reading the trigger word of each model. */
const cost: FieldCost = {
  reads: ({ input }) => ({ write: itemsIn({ input }, 'items'), words: modelsIn(listOf(input, 'items')).size }),
  maxItems: ({ input }) => itemsIn({ input }, 'items'),
};

const modelsIn = (items: readonly unknown[]): ReadonlySet<unknown> =>
  new Set(items.slice(0, MAX_ITEMS).flatMap((item) => listOf(item, 'models').map((model) => Object(model).id)));

builder.mutationField('createPredictions', (t) =>
  t.field({
    type: [CreatePredictionOutcome],
    nullable: { list: false, items: false },
    description: `Starts up to ${MAX_ITEMS} predictions, a few at once. Each costs money, and the gateway never sends one to the upstream twice. A failure does not affect the others. If the upstream limits requests, the remaining ones wait, within the time for the operation (OPERATION_SECONDS): those that were not sent in time have an error in their outcome, and can be sent again with the same idempotency keys. Watch all of them with one \`jobsUpdated\`.`,
    extensions: { cost },
    errors: {
      types: [InvalidInputError],
      union: { name: 'CreatePredictionsResult', description: 'Result of createPredictions.' },
      result: {
        name: 'CreatePredictionsSuccess',
        description: 'Every item was processed; each has its own outcome, which may be an error.',
      },
      dataField: {
        name: 'outcomes',
        description: 'One outcome per item, in the order of the items.',
        extensions: { cost: FREE },
      },
    },
    args: {
      input: t.arg({
        type: CreatePredictionsInput,
        required: true,
        validate: inputRules,
        description: 'The predictions. If the settings of any are invalid, none is started.',
      }),
    },
    resolve: (_, { input }, ctx) => createEach(ctx, input.items),
  }),
);

async function createEach(
  ctx: Context,
  items: readonly (PredictionSettings & { idempotencyKey: string })[],
): Promise<CreatePredictionOutcome[]> {
  const runPaced = ctx.writes.startBulk();
  const start = (settings: PredictionSettings & { idempotencyKey: string }) =>
    actionable({}, async () => {
      const request = toRequest(settings);
      return { request, id: await runPaced(() => startPrediction(ctx, request, settings.idempotencyKey)) };
    });
  const results = await Promise.allSettled(items.map(start));
  // Merged after the last write, because each write discards what was merged before.
  return items.map(({ idempotencyKey }, at) => {
    const result = results[at];
    if (result?.status !== 'fulfilled') return { idempotencyKey, error: result?.reason };
    const { id, request } = result.value;
    return { idempotencyKey, started: { prediction: startedPrediction(ctx, id, request), request } };
  });
}
