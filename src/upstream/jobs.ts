import type { PredictionRow } from './predictions.ts';
import type { TrainingRow } from './trainings.ts';

/** A training or prediction, with the fields read so far. */
export type JobRow = TrainingRow | PredictionRow;
