import { type FormEvent, useId, useState } from 'react';
import { useMutation } from 'urql';
import { CopyAs } from '../copy/copy-as.tsx';
import { createModel } from '../graph/documents.gen.ts';
import { useAttemptKey } from '../graph/use-attempt-key.ts';
import { links, navigate } from '../route.ts';
import { Dialog } from '../ui/dialog.tsx';
import { failureOf } from '../ui/empty.tsx';
import { AddIcon } from '../ui/icons.tsx';
import { useMistake } from '../ui/use-mistake.ts';

/** Creates a model, and opens its page. */
export function NewModel() {
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [mistake, setMistake] = useMistake('Creating the model failed');
  const [{ fetching }, create] = useMutation(createModel);
  const attempt = useAttemptKey({ name });
  const fieldId = useId();
  const formId = useId();
  const input = { displayName: name.trim() };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMistake(undefined);
    const { data, error } = await create({ input: { ...input, idempotencyKey: attempt.key() } });
    const result = data?.createModel;
    if (result?.__typename === 'CreateModelSuccess') {
      attempt.end();
      setOpen(false);
      setName('');
      navigate(links.model(result.model.id));
    } else setMistake(failureOf(result, error));
  };

  return (
    <>
      <button type="button" className="button primary" onClick={() => setOpen(true)}>
        <AddIcon />
        New model
      </button>
      {isOpen && (
        <Dialog
          title="New model"
          onClose={() => setOpen(false)}
          isBusy={fetching}
          actions={
            <>
              <CopyAs
                what="creating a model"
                document={createModel}
                variables={{ input }}
                client={({ call }) => call('createModel', { input })}
              />
              <button type="submit" form={formId} className="button primary" disabled={fetching || !input.displayName}>
                {fetching ? 'Creating…' : 'Create model'}
              </button>
            </>
          }
        >
          <form id={formId} onSubmit={submit} className="stack">
            <label className="field" htmlFor={fieldId}>
              Name
            </label>
            <input
              id={fieldId}
              value={name}
              placeholder="Summer collection"
              autoComplete="off"
              aria-describedby={mistake ? `${fieldId}-mistake` : undefined}
              onChange={({ target }) => setName(target.value)}
            />
            <p className="hint">What the model will depict. You can change it later.</p>
            {mistake && (
              <p id={`${fieldId}-mistake`} className="mistake" role="alert">
                {mistake}
              </p>
            )}
          </form>
        </Dialog>
      )}
    </>
  );
}
