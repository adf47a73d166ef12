import type { ModelFieldsFragment, PredictionFieldsFragment, TrainingFieldsFragment } from '../graph/documents.gen.ts';

export type Training = TrainingFieldsFragment & { model?: ModelFieldsFragment | null };
export type Prediction = PredictionFieldsFragment;
export type Job = Training | Prediction;

const STATUS_TEXTS: Readonly<Record<Job['status'], string>> = {
  QUEUED: 'Waiting',
  PROCESSING: 'Running',
  COMPLETED: 'Completed',
  FAILED: 'Failed',
  CANCELED: 'Canceled',
  UNKNOWN: 'Unknown state',
};

/** The status of a job as people read it; one that the gateway does not know as the upstream named it. */
export const statusText = ({ status, upstreamStatus }: Pick<Job, 'status' | 'upstreamStatus'>): string =>
  status === 'UNKNOWN' ? upstreamStatus : STATUS_TEXTS[status];

/**
 * The newest state of a job. An event may arrive after the job has finished in another response, and contains null in place of
 * what could not be read meanwhile, for example the model of a training. Of all fields, only `staleSince` becomes null again.
 */
export function mergeJob(before: Job | undefined, after: Job): Job {
  if (!before) return after;
  if (before.isFinished && !after.isFinished) return before;
  const read = Object.entries(after).filter(([, value]) => value !== null);
  return { ...before, ...Object.fromEntries(read), staleSince: after.staleSince } as Job;
}

/** What a job is, in one line. */
export const titleOf = (job: Job): string =>
  job.__typename === 'Training'
    ? (job.model?.displayName ?? 'Training')
    : job.prompt?.trim() || 'Images without a prompt';

/** The settings of a training, in one line. */
export function describeTraining({ mode, strength }: Training): string {
  const facts = [modeText(mode), strength === null ? '' : `strength ${strength}`];
  return facts.filter(Boolean).join(', ');
}

function modeText(mode: Training['mode']): string {
  if (mode === null) return 'Unknown mode';
  if (mode.__typename === 'HighQualityTraining')
    return `High quality${mode.style ? `, ${mode.style.toLowerCase()}` : ''}`;
  return mode.isStyle === null ? 'Fast' : `Fast, ${mode.isStyle ? 'style' : 'content'}`;
}

/** A time in the past, in words: `2 minutes ago`. */
export function timeAgo(iso: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1_000);
  const [unit, size] = UNITS.find(([, each]) => seconds >= each) ?? (['second', 1] as const);
  if (unit === 'second') return 'just now';
  return RELATIVE.format(-Math.floor(seconds / size), unit);
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** A duration in words: `40 s`, `12 min`, `2 h 5 min`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
