import type { Context } from '../src/operations/context.ts';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import { globalId } from './ids.ts';
import { acceptedJob } from './job.ts';
import { triggerWord } from './latest-training.ts';
import type { PredictionRequest } from './prediction-input.ts';

/** Starts a prediction, at most once per idempotency key, and returns its id. */
export async function startPrediction(
  ctx: Context,
  request: PredictionRequest,
  key: string | null | undefined,
): Promise<string> {
  const once = { operation: 'createPrediction', input: request, key };
  const id = await ctx.writes.once(once, ({ predictions }) => predictions.create(request));
  ctx.jobs.announce({ kind: 'Prediction', id });
  return id;
}

/** A prediction that was just started, with the settings of its request. */
export function startedPrediction(ctx: Context, id: string, request: PredictionRequest): PredictionRow {
  const { scaleConfigs, ...rest } = request;
  const scales = Object.entries(scaleConfigs).map(([modelId, scale]) => ({ modelId, scale }));
  return ctx.loaders.merge<PredictionRow>({ kind: 'Prediction', id, ...rest, scaleConfigs: scales }, acceptedJob);
}

export const WARNINGS =
  'Reasons why the images may not be as intended, for example because the prompt does not include the trigger word of a model, in the order of the models. Selecting it costs one upstream request per model.';

/** Warnings about models whose trigger word the prompt does not include. */
export async function warningsOf(ctx: Context, { scaleConfigs, prompt }: PredictionRequest): Promise<string[]> {
  const warnings = await Promise.all(
    Object.keys(scaleConfigs).map(async (modelId) => {
      const id = globalId({ kind: 'Model', id: modelId });
      // The prediction has started and is charged for: a failed read must not lose its id.
      const word = await triggerWord(ctx, modelId).catch(() => undefined);
      if (word === undefined)
        return `The trigger word of the model ${id} could not be read, so the prompt was not checked for it.`;
      if (word === null) return `The model ${id} has no completed training yet, so it has no effect.`;
      return prompt.includes(word)
        ? []
        : `The prompt does not include ${word}, the trigger word of the model ${id}, so that model has no effect.`;
    }),
  );
  return warnings.flat();
}
