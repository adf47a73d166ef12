import type { PredictionRow } from './predictions.ts';
import type { TrainingRow } from './trainings.ts';

/** A training or prediction, with the fields read so far. */
export type JobRow = TrainingRow | PredictionRow;

/** Key of a job. That of a training includes its model. */
export type JobKey = { kind: 'Training'; modelId: string; id: string } | { kind: 'Prediction'; id: string };
/** Key of a watchable object: a job, the list of trainings of a model, or the list of all predictions. */
export type WatchedKey = JobKey | { kind: 'Model'; id: string } | { kind: 'Predictions' };
