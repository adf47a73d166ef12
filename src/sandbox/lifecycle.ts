/** What is known of a job once it was started. Times are milliseconds since the epoch. */
export interface JobRecord {
  createdAt: number;
  /** How long the job takes when nothing comes between, in milliseconds. */
  duration: number;
  /** Why the job is going to fail, or null for a job that succeeds. */
  failure: string | null;
  /** When somebody asked to cancel it. */
  cancelRequestedAt: number | null;
}

/** A job at one moment. */
export interface JobState {
  status: 'queued' | 'processing' | 'completed' | 'failed' | 'canceled';
  /** Share of the work done, from 0 to 1; it never falls. */
  progress: number;
  /** Milliseconds since the epoch; null while the job is not over. */
  finishedAt: number | null;
  /** Why it failed. */
  error: string | null;
}

/** Share of a job's duration that it waits in the queue. */
const QUEUED_SHARE = 0.1;
/** Share of its duration after which a failing job fails. */
const FAILING_SHARE = 0.6;
/** A cancellation asked for in this last share of a job's life comes too late. */
const TOO_LATE_SHARE = 0.1;

/** The state of a job as a pure function of its record and the time: nothing runs, so a restart changes nothing. */
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

/** Whether nothing more will happen to a job in this state. */
export const isFinished = ({ finishedAt }: JobState) => finishedAt !== null;

function progressAt({ createdAt, duration }: JobRecord, time: number): number {
  const share = duration === 0 ? 1 : (time - createdAt) / duration;
  const progress = (share - QUEUED_SHARE) / (1 - QUEUED_SHARE);
  return Math.round(Math.min(1, Math.max(0, progress)) * 1_000) / 1_000;
}
