import { useState } from 'react';
import { useMutation } from 'urql';
import { CopyAs } from '../copy/copy-as.tsx';
import { cancelTraining } from '../graph/documents.gen.ts';
import { Dialog } from '../ui/dialog.tsx';
import { failureOf } from '../ui/empty.tsx';
import { notify } from '../ui/notices.tsx';
import { useMistake } from '../ui/use-mistake.ts';
import type { Training } from './job.ts';

/** Cancels a training after a warning: it may not succeed, and what ran is charged. */
export function CancelTraining({ training }: { training: Training }) {
  const [isOpen, setOpen] = useState(false);
  const [{ fetching }, cancel] = useMutation(cancelTraining);
  const [mistake, setMistake] = useMistake('Canceling the training failed');
  const input = { id: training.id };
  const name = training.model?.displayName ?? 'this model';

  const submit = async () => {
    setMistake(undefined);
    const { data, error } = await cancel({ input });
    const result = data?.cancelTraining;
    if (result?.__typename === 'CancelTrainingSuccess') {
      notify('Cancellation requested.');
      setOpen(false);
    } else setMistake(failureOf(result, error));
  };

  return (
    <>
      <button
        type="button"
        className="button small quiet"
        aria-label={`Cancel the training of ${name}`}
        onClick={() => setOpen(true)}
      >
        Cancel
      </button>
      {isOpen && (
        <Dialog
          title="Cancel this training?"
          onClose={() => setOpen(false)}
          isBusy={fetching}
          actions={
            <>
              <CopyAs
                what="canceling"
                document={cancelTraining}
                variables={{ input }}
                client={({ call }) => call('cancelTraining', { input })}
              />
              <button type="button" className="button" disabled={fetching} onClick={() => setOpen(false)}>
                Keep training
              </button>
              <button type="button" className="button danger" disabled={fetching} onClick={submit}>
                {fetching ? 'Canceling…' : 'Cancel training'}
              </button>
            </>
          }
        >
          <p>
            Canceling <strong>{name}</strong> is not guaranteed to succeed: the training may continue, and even
            complete.
          </p>
          <p>You are charged for the part that has run.</p>
          {mistake && (
            <p className="mistake" role="alert">
              {mistake}
            </p>
          )}
        </Dialog>
      )}
    </>
  );
}
