import { globalId } from '../../schema/ids.ts';
import { documentFor } from './documents.ts';
import { ids } from './valid.ts';

/** An operation of a client, which sends requests to the upstream. */
export interface Scenario {
  readonly name: string;
  readonly kind: 'query' | 'mutation' | 'stream' | 'image';
  /** Operations of the upstream that it needs, whose responses are mutated. */
  readonly operations: readonly string[];
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** For a stream: global ids of the jobs whose end it reports. */
  readonly jobs?: readonly string[];
  /** For a stream: true if it completes by itself. @default true */
  readonly completes?: boolean;
}

const model = globalId({ kind: 'Model', id: ids.model });
const dataItem = globalId({ kind: 'DataItem', modelId: ids.model, id: ids.data });
const prediction = globalId({ kind: 'Prediction', id: ids.prediction });
const trainingNumber = (number: number) => globalId({ kind: 'Training', modelId: ids.model, id: `training-${number}` });
const training = trainingNumber(1);

/** @param file An image as a `data:` URL. */
export function scenariosWith(file: string): readonly Scenario[] {
  const read = (
    path: readonly string[],
    operations: readonly string[],
    variables: object = {},
    facts = false,
  ): Scenario => ({
    name: path.join('.') + (facts ? ' with facts' : ''),
    kind: 'query',
    operations,
    document: documentFor('query', path, { facts }),
    variables: { ...variables },
  });
  const write = (name: string, operations: readonly string[], input: object): Scenario => ({
    name,
    kind: 'mutation',
    operations,
    document: documentFor('mutation', [name]),
    variables: { [`${name}_input`]: input },
  });
  const stream = (
    name: string,
    operations: readonly string[],
    variables: Readonly<Record<string, unknown>>,
    jobs: readonly string[],
    completes = true,
  ): Scenario => ({
    name,
    kind: 'stream',
    operations,
    document: documentFor('subscription', [name]),
    variables,
    jobs,
    completes,
  });
  const image = (
    name: string,
    path: readonly string[],
    operations: readonly string[],
    variables: object,
  ): Scenario => ({
    name,
    kind: 'image',
    operations,
    document: documentFor('query', path),
    variables: { ...variables },
  });
  const ofModel = { model_id: model };
  const item = { ...ofModel, dataItem_id: dataItem };

  return [
    read(['models'], ['listModels']),
    read(['model'], ['getModel', 'listTrainings'], ofModel),
    read(['model', 'dataItems'], ['listDataItems'], ofModel),
    read(['model', 'dataItem'], ['getDataItem'], item, true),
    read(['model', 'trainings'], ['listTrainings'], ofModel),
    read(['model', 'latestTraining'], ['listTrainings'], ofModel),
    read(['model', 'predictions'], ['listPredictions'], ofModel),
    read(['training'], ['getTraining'], { training_id: training }),
    read(['predictions'], ['listPredictions']),
    read(['prediction'], ['getPrediction'], { prediction_id: prediction }),

    write('createModel', ['createModel'], { displayName: 'A model' }),
    write('renameModel', ['updateModel'], { id: model, displayName: 'A model' }),
    write('deleteModel', ['deleteModel'], { id: model }),
    write('uploadDataItem', ['uploadDataItem'], { modelId: model, file }),
    write('replaceDataItem', ['replaceDataItem'], { id: dataItem, file }),
    write('deleteDataItem', ['deleteDataItem'], { id: dataItem }),
    write('startTraining', ['startTraining'], { modelId: model, strength: 5, mode: { fast: { isStyle: true } } }),
    write('cancelTraining', ['cancelTraining'], { id: training }),
    write('deleteTraining', ['deleteTraining'], { id: training }),
    write('createPrediction', ['createPrediction'], { prompt: 'A dress', models: [{ id: model, scale: 1 }] }),
    write('deletePrediction', ['deletePrediction'], { id: prediction }),
    write('deleteModels', ['deleteModel'], { ids: [model] }),
    write('deleteDataItems', ['deleteDataItem'], { ids: [dataItem] }),
    write('deleteTrainings', ['deleteTraining'], { ids: [training] }),
    write('deletePredictions', ['deletePrediction'], { ids: [prediction] }),
    write('createPredictions', ['createPrediction'], {
      items: [{ prompt: 'A dress', models: [{ id: model, scale: 1 }], idempotencyKey: 'a key' }],
    }),

    stream('trainingUpdated', ['getTraining'], { trainingUpdated_id: training }, [training]),
    stream('predictionUpdated', ['getPrediction'], { predictionUpdated_id: prediction }, [prediction]),
    stream('jobsUpdated', ['getTraining', 'getPrediction'], { jobsUpdated_ids: [training, prediction] }, [
      training,
      prediction,
    ]),
    stream(
      'trainingsUpdated',
      ['listTrainings', 'getTraining'],
      { trainingsUpdated_modelId: model },
      [1, 2, 3].map(trainingNumber),
      false,
    ),

    image('the image of a data item', ['model', 'dataItem'], ['getDataItem', IMAGE_FILE], item),
    image('the image of a prediction', ['prediction'], [IMAGE_FILE], { prediction_id: prediction }),
  ];
}

/** Name of the requests for the bytes of an image, for which the contract has no operation. */
export const IMAGE_FILE = 'image file';
