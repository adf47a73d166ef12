import type { DataItemRow } from '../src/upstream/data-items.ts';
import type { ModelRow } from '../src/upstream/models.ts';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import type { TrainingRow } from '../src/upstream/trainings.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection-types.ts';

/** The four node types of the graph. They refer to each other, so they are declared before their fields. */
export const Model = builder.objectRef<ModelRow>('Model');
export const DataItem = builder.objectRef<DataItemRow>('DataItem');
export const Training = builder.objectRef<TrainingRow>('Training');
export const Prediction = builder.objectRef<PredictionRow>('Prediction');

export const ModelConnection = connectionType('Model', Model, { item: 'A model', items: 'models' });
export const DataItemConnection = connectionType('DataItem', DataItem, {
  item: 'A training image of a model',
  items: 'training images of a model',
});
export const TrainingConnection = connectionType('Training', Training, {
  item: 'A training of a model',
  items: 'trainings of a model',
});
export const PredictionConnection = connectionType('Prediction', Prediction, {
  item: 'A prediction',
  items: 'predictions',
});
