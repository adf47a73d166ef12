import type { Example } from '../examples.ts';
import type { PlaceholderValues, Tab } from './types.ts';

/** Data of the `lookup` query. Fields may be null because of errors. */
export interface LookupData {
  models?: { nodes: ({ id: string; triggerWord: string | null; latestTraining: Latest | null } | null)[] } | null;
  predictions?: { nodes: ({ id: string } | null)[] } | null;
}
type Latest = { id: string; isFinished: boolean };

/**
 * Chooses ids for the examples: a trained model, preferably a running training, and preferably another model to train, because a
 * training changes the trigger word that prompts must contain.
 */
export function chooseIds(data: LookupData): PlaceholderValues {
  const models = (data.models?.nodes ?? []).filter((model) => model !== null);
  const trainings = models.map((model) => model.latestTraining).filter((training) => training !== null);
  const model = models.find(({ triggerWord }) => triggerWord) ?? models[0];
  const modelToTrain = models.find((each) => each !== model && each.latestTraining?.isFinished) ?? model;
  const training = trainings.find(({ isFinished }) => !isFinished) ?? trainings[0];
  const prediction = data.predictions?.nodes[0];
  return {
    ...(model && { model: model.id }),
    ...(modelToTrain && { modelToTrain: modelToTrain.id }),
    ...(model?.triggerWord && { triggerWord: model.triggerWord }),
    ...(training && { training: training.id }),
    ...(prediction && { prediction: prediction.id }),
  };
}

/** Creates the tabs of the examples, and replaces the placeholders for which values were found. */
export function fillPlaceholders(
  examples: readonly Example[],
  placeholders: Readonly<PlaceholderValues>,
  found: Readonly<PlaceholderValues>,
): Tab[] {
  const replacePlaceholders = (text: string) => {
    let replaced = text;
    for (const [name, placeholder] of Object.entries(placeholders))
      replaced = replaced.replaceAll(placeholder, () => found[name] ?? placeholder);
    return replaced;
  };
  return examples.map(({ query, variables }) => ({
    query: replacePlaceholders(query),
    variables: variables
      ? JSON.stringify(variables, (_, value) => (typeof value === 'string' ? replacePlaceholders(value) : value), 2)
      : '',
  }));
}

/**
 * Reads the value at a path in a JSON value. The name `*` stands for all items of a list, and the result is then a list without
 * missing values.
 */
export function valueAt(json: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return json;
  if (name !== '*') return valueAt((json as Record<string, unknown> | null | undefined)?.[name], rest);
  if (!Array.isArray(json)) return undefined;
  return json.map((item) => valueAt(item, rest)).filter((value) => value !== undefined && value !== null);
}
