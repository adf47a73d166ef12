import { type ReactNode, useEffect, useRef, useState } from 'react';
import { CopyAs } from '../copy/copy-as.tsx';
import { Dialog } from './dialog.tsx';
import { notify } from './notices.tsx';
import { useFocusFallback } from './use-focus-fallback.ts';
import { useIsShown } from './use-mistake.ts';
import type { Selection } from './use-selection.ts';
import './selection.css';

/** Maximum number of ids in one mutation. */
const MAX_IDS = 100;

/** Result of the deletion of one object. */
interface Outcome {
  readonly id: string;
  /** Why it was not deleted; null if it was. */
  readonly error: { readonly message: string } | null;
}

interface Failure {
  readonly id: string;
  readonly name: ReactNode;
  readonly reason: string;
}

interface DeleteSelectionProps {
  selection: Selection;
  /** What is selected: "image", "images". */
  one: string;
  many: string;
  /** Shows which object is meant, in the list of failures. The other objects are gone by then, so positions have changed. */
  nameOf: (id: string) => ReactNode;
  /** Document of the mutation, and its name in the client library. */
  document: string;
  clientDocument: string;
  /** Deletes at most 100 objects. Returns one outcome for each, or a message if none could be deleted. */
  onDelete: (ids: readonly string[]) => Promise<readonly Outcome[] | string>;
  /** What happens. */
  children: ReactNode;
}

/** Buttons to select several objects of a list, and to delete them after a question. */
export function DeleteSelection({ selection, one, many, nameOf, onDelete, children, ...code }: DeleteSelectionProps) {
  const { isActive, ids, setActive, selectAll } = selection;
  /** Ids that the open dialog deletes: when it opened, or those that were not deleted. Undefined: the dialog is closed. */
  const [targets, setTargets] = useState<readonly string[]>();
  const [isBusy, setBusy] = useState(false);
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  const toggle = useRef<HTMLButtonElement>(null);
  const prepareRemoval = useFocusFallback(toggle);
  const [deletions, setDeletions] = useState(0);
  // The button that opened the dialog is gone, and would take the focus with it.
  useEffect(() => {
    if (deletions > 0) toggle.current?.focus();
  }, [deletions]);

  const isShown = useIsShown();

  const finish = () => {
    setTargets(undefined);
    setActive(false);
    setDeletions((before) => before + 1);
  };
  const close = () => (failures.length > 0 && ids.length === 0 ? finish() : setTargets(undefined));
  const count = (number: number) => `${number} ${number === 1 ? one : many}`;
  const submit = async (all: readonly string[]) => {
    prepareRemoval();
    setBusy(true);
    const names = new Map(all.map((id) => [id, nameOf(id)]));
    const failed: Failure[] = [];
    for (let start = 0; start < all.length; start += MAX_IDS) {
      const batch = all.slice(start, start + MAX_IDS);
      const outcomes = await onDelete(batch);
      for (const [index, id] of batch.entries()) {
        const reason = typeof outcomes === 'string' ? outcomes : outcomes[index]?.error?.message;
        if (reason !== undefined) failed.push({ id, name: names.get(id), reason });
      }
    }
    setBusy(false);
    setFailures(failed);
    setTargets(failed.map(({ id }) => id));
    const deleted = all.length - failed.length;
    if (deleted > 0) notify(`Deleted ${count(deleted)}.`);
    const [first] = failed;
    // Otherwise the dialog lists the failures.
    if (first && !isShown()) notify(`${count(failed.length)} could not be deleted: ${first.reason}`, 'failed');
    if (failed.length === 0) finish();
  };

  return (
    <div className="selection">
      {isActive && (
        <>
          <p className="hint" role="status">
            {ids.length === 0 ? `Select ${many}` : `${count(ids.length)} selected`}
          </p>
          <button type="button" className="button small quiet" onClick={selectAll}>
            Select all
          </button>
          {ids.length > 0 && (
            <button
              type="button"
              className="button small danger"
              onClick={() => {
                setFailures([]);
                setTargets(ids);
              }}
            >
              Delete {count(ids.length)}
            </button>
          )}
        </>
      )}
      <button
        ref={toggle}
        type="button"
        className="button small quiet"
        aria-label={isActive ? `Done with the selection of ${many}` : `Select several ${many}`}
        onClick={() => setActive(!isActive)}
      >
        {isActive ? 'Done' : 'Select'}
      </button>
      {targets && (
        <Dialog
          title={
            failures.length > 0 ? `${count(failures.length)} could not be deleted` : `Delete ${count(targets.length)}?`
          }
          onClose={close}
          isBusy={isBusy}
          actions={
            <>
              {failures.length === 0 && <CopyDeletion {...code} ids={targets} many={many} />}
              <button type="button" className="button" disabled={isBusy} onClick={close}>
                {failures.length > 0 ? 'Close' : 'Keep them'}
              </button>
              {ids.length > 0 && (
                <button type="button" className="button danger" disabled={isBusy} onClick={() => submit(targets)}>
                  {isBusy ? 'Deleting…' : failures.length > 0 ? 'Try again' : 'Delete'}
                </button>
              )}
            </>
          }
        >
          {failures.length === 0 ? (
            <>
              {children}
              {targets.length > MAX_IDS && (
                <p className="hint">
                  All are deleted. Copied code deletes the first {MAX_IDS}, the maximum of one mutation.
                </p>
              )}
            </>
          ) : (
            <div role="alert">
              <ul className="selection-failures">
                {failures.map(({ id, name, reason }) => (
                  <li key={id}>
                    <strong>{name}</strong> <span className="mistake">{reason}</span>
                  </li>
                ))}
              </ul>
            </div>
          )}
        </Dialog>
      )}
    </div>
  );
}

interface CopyDeletionProps extends Pick<DeleteSelectionProps, 'many' | 'document' | 'clientDocument'> {
  ids: readonly string[];
}

/** Copies one mutation, so at most its maximum number of ids. */
function CopyDeletion({ ids, many, document, clientDocument }: CopyDeletionProps) {
  const variables = { input: { ids: ids.slice(0, MAX_IDS) } };
  return (
    <CopyAs
      what={`deleting ${many}`}
      document={document}
      variables={variables}
      client={({ call }) => call(clientDocument, variables)}
    />
  );
}
