import { useEffect, useRef } from 'react';
import { useNow } from '../ui/use-now.ts';
import { durationText, type Job, statusText, timeAgo } from './job.ts';
import './progress-bar.css';

/** Fraction that an estimate may reach before the job has completed. */
const ALMOST_DONE = 0.97;

/** Time in which the bar reaches a new fraction, in milliseconds. */
const ARRIVAL = 400;

type Shown = Pick<Job, 'status' | 'upstreamStatus' | 'isFinished' | 'progress' | 'staleSince'>;

/**
 * The progress of a job: what the upstream has reported, or an estimate that is marked as one. Between events the bar moves
 * towards the estimated time of completion, but does not reach the end before the job does, and stops while the state is stale.
 */
export function ProgressBar({ job, label }: { job: Shown; label: string }) {
  const { fraction, isEstimated, estimatedCompletionAt } = job.progress;
  const isStale = job.staleSince !== null;
  const bar = useRef<HTMLSpanElement>(null);
  const animations = useRef<readonly Animation[]>([]);
  useEffect(() => {
    const element = bar.current;
    if (!element || fraction === null) return;
    const { transform } = getComputedStyle(element);
    const current = transform.startsWith('matrix') ? new DOMMatrix(transform).a : 0;
    for (const animation of animations.current) animation.cancel();
    const remaining = estimatedCompletionAt === null ? 0 : Date.parse(estimatedCompletionAt) - Date.now();
    const move = (from: number, to: number, options: KeyframeAnimationOptions) =>
      element.animate([{ transform: `scaleX(${from})` }, { transform: `scaleX(${to})` }], {
        fill: 'forwards',
        ...options,
      });
    const arrive = move(current, fraction, { duration: ARRIVAL, easing: 'ease-out' });
    const isMoving = !job.isFinished && !isStale && remaining > ARRIVAL && fraction < ALMOST_DONE;
    animations.current = isMoving
      ? [arrive, move(fraction, ALMOST_DONE, { delay: ARRIVAL, duration: remaining - ARRIVAL })]
      : [arrive];
  }, [fraction, estimatedCompletionAt, job.isFinished, isStale]);

  return (
    <div className="progress" data-status={job.status} data-stale={isStale || undefined}>
      <div
        className="progress-track"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(fraction !== null && { 'aria-valuenow': Math.round(fraction * 100) })}
        aria-valuetext={`${statusText(job)}${fraction === null ? '' : `, ${Math.round(fraction * 100)} %`}${isEstimated ? ', estimated' : ''}`}
        data-estimated={isEstimated || undefined}
        data-unknown={(fraction === null && !job.isFinished) || undefined}
      >
        <span ref={bar} className="progress-bar" />
      </div>
      <ProgressText job={job} />
    </div>
  );
}

/** The state of a job in words. */
function ProgressText({ job }: { job: Shown }) {
  const { fraction, isEstimated, estimatedCompletionAt } = job.progress;
  const now = useNow(!job.isFinished);
  const remaining = estimatedCompletionAt === null ? undefined : Date.parse(estimatedCompletionAt) - now;
  const facts = [
    statusText(job),
    !job.isFinished && fraction !== null && job.status !== 'QUEUED'
      ? `${Math.round(fraction * 100)} %${isEstimated ? ' (estimate)' : ''}`
      : '',
    job.status === 'PROCESSING' && fraction === null ? 'no figure yet' : '',
    !job.isFinished && !job.staleSince && remaining !== undefined
      ? remaining > 0
        ? `about ${durationText(remaining)} left`
        : 'longer than expected'
      : '',
  ].filter(Boolean);
  return (
    <p className="progress-text">
      <span className="numbers">{facts.join(' · ')}</span>
      {job.staleSince && (
        <span className="progress-stale">Last updated {timeAgo(job.staleSince, now)}: Flair cannot be reached.</span>
      )}
    </p>
  );
}
