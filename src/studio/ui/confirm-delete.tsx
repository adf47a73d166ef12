import { type ReactNode, useRef, useState } from 'react';
import { CopyAs } from '../copy/copy-as.tsx';
import { Dialog } from './dialog.tsx';
import { TrashIcon } from './icons.tsx';
import { useFocusFallback } from './use-focus-fallback.ts';
import { useMistake } from './use-mistake.ts';

interface ConfirmDeleteProps {
  /** What is deleted, as in "Delete this model?". */
  what: string;
  /** Name of the button for screen readers. */
  label: string;
  /** Document of the mutation, and its name in the client library. */
  document: string;
  clientDocument: string;
  id: string;
  /** Deletes, and returns an error message, or undefined on success. */
  onDelete: () => Promise<string | undefined>;
  /** What happens. */
  children: ReactNode;
}

/** A button that deletes something after a question. */
export function ConfirmDelete({ what, label, document, clientDocument, id, onDelete, children }: ConfirmDeleteProps) {
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [mistake, setMistake] = useMistake(`Deleting the ${what} failed`);
  const button = useRef<HTMLButtonElement>(null);
  const prepareRemoval = useFocusFallback(button);
  const variables = { input: { id } };
  const submit = async () => {
    prepareRemoval();
    setBusy(true);
    const message = await onDelete();
    setBusy(false);
    setMistake(message);
    if (message === undefined) setOpen(false);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={label}
        title={label}
        onClick={() => setOpen(true)}
      >
        <TrashIcon />
      </button>
      {isOpen && (
        <Dialog
          title={`Delete this ${what}?`}
          onClose={() => setOpen(false)}
          isBusy={isBusy}
          actions={
            <>
              <CopyAs
                what="deleting"
                document={document}
                variables={variables}
                client={({ call }) => call(clientDocument, variables)}
              />
              <button type="button" className="button" disabled={isBusy} onClick={() => setOpen(false)}>
                Keep it
              </button>
              <button type="button" className="button danger" disabled={isBusy} onClick={submit}>
                {isBusy ? 'Deleting…' : 'Delete'}
              </button>
            </>
          }
        >
          {children}
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
