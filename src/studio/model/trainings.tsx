import { useMutation } from 'urql';
import { deleteTraining } from '../graph/documents.gen.ts';
import { CancelTraining } from '../jobs/cancel-training.tsx';
import { describeTraining, statusText, type Training, timeAgo } from '../jobs/job.ts';
import { ProgressBar } from '../jobs/progress-bar.tsx';
import { ConfirmDelete } from '../ui/confirm-delete.tsx';
import { failureOf } from '../ui/empty.tsx';
import { AgainIcon } from '../ui/icons.tsx';
import { useNow } from '../ui/use-now.ts';

interface TrainingsProps {
  trainings: readonly Training[];
  /** Called with a training whose settings are to be used again. */
  onAgain: (training: Training) => void;
}

/** The trainings of a model. */
export function Trainings({ trainings, onAgain }: TrainingsProps) {
  const [, remove] = useMutation(deleteTraining);
  const now = useNow(true, 30_000);
  if (trainings.length === 0) return null;
  return (
    <section aria-labelledby="trainings-title">
      <h2 id="trainings-title">Trainings</h2>
      <ul className="trainings">
        {trainings.map((training) => (
          <li key={training.id} className="training" data-status={training.status}>
            <div className="training-head">
              <div>
                <p className="training-name">{describeTraining(training)}</p>
                {training.isFinished && (
                  <p className="hint">
                    {statusText(training)}
                    {training.createdAt && `, started ${timeAgo(training.createdAt, now)}`}
                    {training.triggerWord && training.status === 'COMPLETED' && (
                      <>
                        {' '}
                        · <code>{training.triggerWord}</code>
                      </>
                    )}
                  </p>
                )}
              </div>
              <div className="training-tools">
                {!training.isFinished && <CancelTraining training={training} />}
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Train again: ${describeTraining(training)}`}
                  title="Train again with these settings"
                  onClick={() => onAgain(training)}
                >
                  <AgainIcon />
                </button>
                {training.isFinished && (
                  <ConfirmDelete
                    what="training"
                    label={`Delete the training: ${describeTraining(training)}`}
                    document={deleteTraining}
                    clientDocument="deleteTraining"
                    id={training.id}
                    onDelete={async () => {
                      const { data, error } = await remove({ input: { id: training.id } });
                      const result = data?.deleteTraining;
                      if (result?.__typename === 'DeleteTrainingSuccess') return undefined;
                      return failureOf(result, error);
                    }}
                  >
                    <p>Only its record is deleted: the model stays as it is.</p>
                  </ConfirmDelete>
                )}
              </div>
            </div>
            {!training.isFinished && <ProgressBar job={training} label={`Progress: ${describeTraining(training)}`} />}
            {training.failureReason && <p className="mistake">{training.failureReason}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
