import { type FieldReader, normalizeWord, string } from './fields.ts';

export type JobState = 'QUEUED' | 'PROCESSING' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'UNKNOWN';

/** The status of a job. */
export interface JobStatus {
  readonly state: JobState;
  /** The upstream's own word, unchanged. */
  readonly word: string;
  /** True if the job has ended; false for an unknown word. */
  readonly isFinished: boolean;
}

const WORDS: Readonly<Record<Exclude<JobState, 'UNKNOWN'>, readonly string[]>> = {
  QUEUED: ['queued', 'pending', 'created', 'starting', 'in_queue'],
  PROCESSING: ['processing', 'running', 'in_progress', 'training'],
  COMPLETED: ['completed', 'complete', 'succeeded', 'success', 'done', 'finished'],
  FAILED: ['failed', 'error', 'errored'],
  CANCELED: ['canceled', 'cancelled', 'aborted'],
};

const statusOf = (state: JobState, word: string): JobStatus => ({
  state,
  word,
  isFinished: state === 'COMPLETED' || state === 'FAILED' || state === 'CANCELED',
});

/** The status of each known word, which all jobs share. */
const STATUSES = new Map(
  Object.entries(WORDS).flatMap(([state, words]) =>
    words.map((word) => [word, statusOf(state as JobState, word)] as const),
  ),
);

/** Reads a job status in any case, with `-`, `_` or a space between its words. */
export const jobStatus: FieldReader<JobStatus> = (value) => {
  const word = string(value);
  return STATUSES.get(word) ?? statusOf(STATUSES.get(normalizeWord(word))?.state ?? 'UNKNOWN', word);
};
