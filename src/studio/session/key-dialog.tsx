import { type FormEvent, useId, useState } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { useSession } from './session.tsx';
import { readSettings } from './settings.ts';

/** Asks for an API key, which is kept for this tab only. */
export function KeyDialog({ onClose }: { onClose: () => void }) {
  const { apiKey, changeKey } = useSession();
  const [key, setKey] = useState(apiKey);
  const fieldId = useId();
  const formId = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changeKey(key.trim());
    onClose();
  };
  return (
    <Dialog
      title="API key"
      onClose={onClose}
      actions={
        <>
          {apiKey && (
            <button
              type="button"
              className="button"
              onClick={() => {
                changeKey('');
                onClose();
              }}
            >
              Forget it
            </button>
          )}
          <button type="submit" form={formId} className="button primary" disabled={!key.trim()}>
            Use this key
          </button>
        </>
      }
    >
      <form id={formId} className="stack" onSubmit={submit}>
        <label className="field" htmlFor={fieldId}>
          Key of the Flair API
        </label>
        <input
          id={fieldId}
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={key}
          onChange={({ target }) => setKey(target.value)}
        />
        <p className="hint">
          {readSettings().isSandbox
            ? 'The sandbox needs no key. It accepts demo, and the keys in SANDBOX_KEYS.'
            : 'Sent to this gateway only, and forgotten when you close the tab.'}
        </p>
      </form>
    </Dialog>
  );
}
