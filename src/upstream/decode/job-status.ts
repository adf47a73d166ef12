import { type FieldReader, normalizeWord, string } from './fields.ts';

export type JobState = 'QUEUED' | 'PROCESSING' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'UNKNOWN';

/** The status of a job. */
export interface JobStatus {
  state: JobState;
  /** The upstream's own word, unchanged. */
  word: string;
  /** True if the job has ended; false for an unknown word. */
  isFinished: boolean;
}

const WORDS: Readonly<Record<Exclude<JobState, 'UNKNOWN'>, readonly string[]>> = {
  QUEUED: ['queued', 'pending', 'created', 'starting', 'in_queue'],
  PROCESSING: ['processing', 'running', 'in_progress', 'training'],
  COMPLETED: ['completed', 'complete', 'succeeded', 'success', 'done', 'finished'],
  FAILED: ['failed', 'error', 'errored'],
  CANCELED: ['canceled', 'cancelled', 'aborted'],
};

const STATES = new Map(
  Object.entries(WORDS).flatMap(([state, words]) => words.map((word) => [word, state as JobState] as const)),
);

/** Reads a job status in any case, with `-`, `_` or a space between its words. */
export const jobStatus: FieldReader<JobStatus> = (value) => {
  const word = string(value);
  const state = STATES.get(word) ?? STATES.get(normalizeWord(word)) ?? 'UNKNOWN';
  return { state, word, isFinished: state === 'COMPLETED' || state === 'FAILED' || state === 'CANCELED' };
};
