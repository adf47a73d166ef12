import { type FieldReader, string, wordOf } from './fields.ts';

export type JobState = 'QUEUED' | 'PROCESSING' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'UNKNOWN';

/** Where a job stands. */
export interface JobStatus {
  state: JobState;
  /** The word the upstream used, untouched. */
  word: string;
  /** Whether the job has ended; an unknown word is never taken for that. */
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

/** Reads a status word in any case, with `-`, `_` or a space between its parts. */
export const jobStatus: FieldReader<JobStatus> = (value) => {
  const word = string(value);
  const state = STATES.get(word) ?? STATES.get(wordOf(word)) ?? 'UNKNOWN';
  return { state, word, isFinished: state === 'COMPLETED' || state === 'FAILED' || state === 'CANCELED' };
};
