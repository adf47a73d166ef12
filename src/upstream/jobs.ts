import type { PredictionRow } from './predictions.ts';
import type { TrainingRow } from './trainings.ts';

/** What is known of a job. */
export type JobRow = TrainingRow | PredictionRow;
