/** Stored record of a job. Times are milliseconds since the epoch. */
export interface JobRecord {
  createdAt: number;
  /** Duration of the job if it is not canceled and does not fail, in milliseconds. */
  duration: number;
  /** Error message of a job that will fail; null for one that will succeed. */
  failure: string | null;
  /** Time of the cancel request. */
  cancelRequestedAt: number | null;
}

/** State of a job at a point in time. */
export interface JobState {
  status: 'queued' | 'processing' | 'completed' | 'failed' | 'canceled';
  /** Share of the work done, from 0 to 1; it never decreases. */
  progress: number;
  /** Milliseconds since the epoch; null while the job is unfinished. */
  finishedAt: number | null;
  /** Error message of a failed job. */
  error: string | null;
}

/** Share of a job's duration that it waits in the queue. */
const QUEUED_SHARE = 0.1;
/** Share of its duration after which a failing job fails. */
const FAILING_SHARE = 0.6;
/** A cancel request in this last share of a job's duration has no effect. */
const TOO_LATE_SHARE = 0.1;

/** Computes the state of a job from its record and the time. No task runs, so a restart changes nothing. */
export function stateAt(job: JobRecord, now: number): JobState {
  const end = job.createdAt + job.duration * (job.failure === null ? 1 : FAILING_SHARE);
  const tooLate = end - (end - job.createdAt) * TOO_LATE_SHARE;

  if (job.cancelRequestedAt !== null && job.cancelRequestedAt < tooLate && job.cancelRequestedAt <= now) {
    const finishedAt = job.cancelRequestedAt;
    return { status: 'canceled', progress: progressAt(job, finishedAt), finishedAt, error: null };
  }
  if (now >= end) {
    const finishedAt = Math.round(end);
    if (job.failure === null) return { status: 'completed', progress: 1, finishedAt, error: null };
    return { status: 'failed', progress: progressAt(job, end), finishedAt, error: job.failure };
  }
  const queued = now - job.createdAt < job.duration * QUEUED_SHARE;
  return { status: queued ? 'queued' : 'processing', progress: progressAt(job, now), finishedAt: null, error: null };
}

/** True if the state is final. */
export const isFinished = ({ finishedAt }: JobState) => finishedAt !== null;

function progressAt({ createdAt, duration }: JobRecord, time: number): number {
  const share = duration === 0 ? 1 : (time - createdAt) / duration;
  const progress = (share - QUEUED_SHARE) / (1 - QUEUED_SHARE);
  return Math.round(Math.min(1, Math.max(0, progress)) * 1_000) / 1_000;
}
