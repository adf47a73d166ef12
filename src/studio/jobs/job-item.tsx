import { links } from '../route.ts';
import { CloseIcon } from '../ui/icons.tsx';
import { CancelTraining } from './cancel-training.tsx';
import { describeTraining, type Job, titleOf } from './job.ts';
import { useJobs } from './jobs-provider.tsx';
import { ProgressBar } from './progress-bar.tsx';

/** One job in the list of running jobs. */
export function JobItem({ job }: { job: Job }) {
  const { dismiss } = useJobs();
  const isTraining = job.__typename === 'Training';
  const title = titleOf(job);
  return (
    <li className="job" data-finished={job.isFinished || undefined}>
      <div className="job-head">
        <div className="job-words">
          <p className="eyebrow">{isTraining ? 'Training' : 'Images'}</p>
          <p className="job-title">
            {isTraining && job.model ? <a href={links.model(job.model.id)}>{title}</a> : <span>{title}</span>}
          </p>
        </div>
        {isTraining && !job.isFinished && <CancelTraining training={job} />}
        {job.isFinished && (
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove ${title} from the list`}
            onClick={() => dismiss(job.id)}
          >
            <CloseIcon />
          </button>
        )}
      </div>
      {isTraining && <p className="hint">{describeTraining(job)}</p>}
      <ProgressBar job={job} label={`Progress of ${title}`} />
      {job.failureReason && <p className="mistake">{job.failureReason}</p>}
      {!isTraining && job.images && job.images.length > 0 && (
        <a className="job-images" href={links.history()} aria-label={`Images of ${title}, in the history`}>
          {job.images.map(({ key, small }) => (
            <img key={key} src={small} alt="" loading="lazy" />
          ))}
        </a>
      )}
    </li>
  );
}
