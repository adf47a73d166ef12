import { useSession } from '../session/session.tsx';
import { Empty } from '../ui/empty.tsx';
import { AgainIcon } from '../ui/icons.tsx';
import { useStore } from '../ui/store.ts';
import { JobItem } from './job-item.tsx';
import { useJobs } from './jobs-provider.tsx';
import './jobs.css';

/** All running jobs of the key, and those that have finished since the page was opened. */
export function JobsList() {
  const { jobs, isComplete, isLoading, refresh } = useJobs();
  const { stream } = useSession();
  const { status } = useStore(stream);
  const running = jobs.filter(({ isFinished }) => !isFinished);
  const finished = jobs.filter(({ isFinished }) => isFinished);
  return (
    <section className="jobs" aria-labelledby="jobs-title">
      <header className="jobs-header">
        <h2 id="jobs-title">
          Jobs <span className="count">{running.length}</span>
        </h2>
        <StreamStatus status={running.length > 0 ? status : 'closed'} />
        <button type="button" className="icon-button" aria-label="Look for new jobs" onClick={refresh}>
          <AgainIcon />
        </button>
      </header>
      {isLoading && (
        <p className="hint" role="status">
          Looking for running jobs…
        </p>
      )}
      {!isLoading && jobs.length === 0 && (
        <Empty title="Nothing is running.">
          <p>Trainings and images that you start appear here, with those started elsewhere with the same key.</p>
        </Empty>
      )}
      <ul className="job-items">
        {[...running, ...finished].map((job) => (
          <JobItem key={job.id} job={job} />
        ))}
      </ul>
      {!isComplete && <p className="hint">There may be more running jobs than listed here.</p>}
    </section>
  );
}

/** Whether events arrive. */
function StreamStatus({ status }: { status: 'connecting' | 'open' | 'waiting' | 'closed' }) {
  if (status === 'closed') return null;
  const text = status === 'open' ? 'Live' : status === 'waiting' ? 'Reconnecting…' : 'Connecting…';
  return (
    <p className="stream-status" data-status={status} role="status">
      {text}
    </p>
  );
}
