import type { Cache, UpdateResolver, UpdatesConfig } from '@urql/exchange-graphcache';

/** The result of a mutation: its success type, or an error as data. */
interface Result {
  __typename: string;
  deletedId?: string;
  /** One outcome per id of a bulk deletion, in the order of the ids. */
  outcomes?: readonly Outcome[];
}

/** The fields of an outcome that decide, if they are selected. */
interface Outcome {
  deletedId?: string | null;
  error?: { __typename: string } | null;
}

/** Invalidates fields of an object, with all arguments. @param key `Query`, or the key of an object. */
function invalidate(cache: Cache, key: string | null, names: readonly string[]): void {
  if (key === null) return;
  for (const { fieldName, fieldKey } of cache.inspectFields(key)) {
    if (names.includes(fieldName)) cache.invalidate(key, fieldKey);
  }
}

/** Changes the cache after a mutation that has succeeded. */
const afterSuccess =
  (change: (result: Result, input: Record<string, unknown>, cache: Cache) => void): UpdateResolver =>
  (parent, { input }, cache, { fieldName }) => {
    const result = parent[fieldName] as Result;
    if (result?.__typename?.endsWith('Success')) change(result, input as Record<string, unknown>, cache);
  };

/** Removes a deleted object, and thereby the lists that contain it. */
const remove = (__typename: string): UpdateResolver =>
  afterSuccess(({ deletedId }, { id }, cache) => cache.invalidate({ __typename, id: deletedId ?? (id as string) }));

/** Removes the objects of a bulk deletion, except those that could not be deleted: joined pages would lose them. */
const removeAll = (__typename: string): UpdateResolver =>
  afterSuccess(({ outcomes = [] }, { ids }, cache) => {
    for (const [index, id] of ([ids].flat() as string[]).entries()) {
      if (!hasFailed(outcomes[index])) cache.invalidate({ __typename, id });
    }
  });

const hasFailed = ({ deletedId, error }: Outcome = {}): boolean =>
  error ? error.__typename !== 'NotFoundError' : deletedId === null;

/** Invalidates the lists that contain predictions with these models. */
function addPredictions(cache: Cache, models: unknown): void {
  invalidate(cache, 'Query', ['predictions', 'activeJobs']);
  for (const { id } of [models].flat() as { id: string }[]) {
    invalidate(cache, cache.keyOfEntity({ __typename: 'Model', id }), ['predictions']);
  }
}

const changeModel = (names: readonly string[]): UpdateResolver =>
  afterSuccess((_, { modelId }, cache) => {
    const key = cache.keyOfEntity({ __typename: 'Model', id: modelId as string });
    invalidate(cache, key, names);
    if (names.includes('trainings')) invalidate(cache, 'Query', ['activeJobs']);
  });

/** What each mutation changes besides the objects that it returns. */
export const updates: UpdatesConfig = {
  Mutation: {
    createModel: afterSuccess((_, _input, cache) => invalidate(cache, 'Query', ['models'])),
    uploadDataItem: changeModel(['dataItems']),
    uploadDataItems: changeModel(['dataItems']),
    startTraining: changeModel(['trainings', 'latestTraining']),
    createPrediction: afterSuccess((_, { models }, cache) => addPredictions(cache, models)),
    createPredictions: afterSuccess((_, { items }, cache) => {
      for (const { models } of [items].flat() as { models: unknown }[]) addPredictions(cache, models);
    }),
    deleteModel: remove('Model'),
    deleteDataItem: remove('DataItem'),
    deleteTraining: remove('Training'),
    deletePrediction: remove('Prediction'),
    deleteModels: removeAll('Model'),
    deleteDataItems: removeAll('DataItem'),
    deleteTrainings: removeAll('Training'),
    deletePredictions: removeAll('Prediction'),
  },
};
