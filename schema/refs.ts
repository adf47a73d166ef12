import type { DataItemRow } from '../src/upstream/data-items.ts';
import type { ModelRow } from '../src/upstream/models.ts';
import type { PredictionRow } from '../src/upstream/predictions.ts';
import type { TrainingRow } from '../src/upstream/trainings.ts';
import { builder } from './builder.ts';
import { connectionType } from './connection-types.ts';

/** The graph's four kinds of things. They refer to each other, so their names come before their fields. */
export const Model = builder.objectRef<ModelRow>('Model');
export const DataItem = builder.objectRef<DataItemRow>('DataItem');
export const Training = builder.objectRef<TrainingRow>('Training');
export const Prediction = builder.objectRef<PredictionRow>('Prediction');

export const ModelConnection = connectionType('Model', Model, 'the models');
export const DataItemConnection = connectionType('DataItem', DataItem, 'a model’s training images');
export const TrainingConnection = connectionType('Training', Training, 'a model’s trainings');
export const PredictionConnection = connectionType('Prediction', Prediction, 'the predictions');
