import { type FormEvent, useState } from 'react';
import { useMutation } from 'urql';
import { CopyAs } from '../copy/copy-as.tsx';
import { type ModelFieldsFragment, renameModel } from '../graph/documents.gen.ts';
import { Dialog } from '../ui/dialog.tsx';
import { failureOf } from '../ui/empty.tsx';
import { EditIcon } from '../ui/icons.tsx';
import { useMistake } from '../ui/use-mistake.ts';

/** The name of a model as the title of its page, with a dialog to change it. */
export function ModelName({ model: { id, displayName } }: { model: ModelFieldsFragment }) {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState(displayName);
  const [mistake, setMistake] = useMistake('Renaming the model failed');
  const [{ fetching }, rename] = useMutation(renameModel);
  const input = { id, displayName: name.trim() };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { data, error } = await rename({ input });
    const result = data?.renameModel;
    if (result?.__typename === 'RenameModelSuccess') setOpen(false);
    else setMistake(failureOf(result, error));
  };

  return (
    <div className="model-title">
      <h1>{displayName}</h1>
      <button
        type="button"
        className="icon-button"
        aria-label={`Rename ${displayName}`}
        title="Rename"
        onClick={() => {
          setName(displayName);
          setMistake(undefined);
          setOpen(true);
        }}
      >
        <EditIcon />
      </button>
      {isOpen && (
        <Dialog
          title="Rename model"
          onClose={() => setOpen(false)}
          isBusy={fetching}
          actions={
            <>
              <CopyAs
                what="renaming"
                document={renameModel}
                variables={{ input }}
                client={({ call }) => call('renameModel', { input })}
              />
              <button type="submit" form="rename" className="button primary" disabled={fetching || !input.displayName}>
                Rename
              </button>
            </>
          }
        >
          <form id="rename" className="stack" onSubmit={submit}>
            <label className="field" htmlFor="rename-name">
              Name
            </label>
            <input id="rename-name" value={name} autoComplete="off" onChange={({ target }) => setName(target.value)} />
            {mistake && (
              <p className="mistake" role="alert">
                {mistake}
              </p>
            )}
          </form>
        </Dialog>
      )}
    </div>
  );
}
