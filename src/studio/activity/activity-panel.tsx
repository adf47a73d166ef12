import { useState } from 'react';
import { formatOperation } from '../copy/code.ts';
import { useSession } from '../session/session.tsx';
import { CloseIcon } from '../ui/icons.tsx';
import { useStore } from '../ui/store.ts';
import type { ActivityEntry } from './activity-log.ts';
import './activity.css';

/** Each operation and event as it happens, with its text, variables and response. */
export function ActivityPanel({ onClose }: { onClose: () => void }) {
  const { activity } = useSession();
  const entries = useStore(activity.entries);
  return (
    <section className="activity" aria-labelledby="activity-title">
      <header className="activity-header">
        <h2 id="activity-title">Activity</h2>
        <button type="button" className="button small quiet" onClick={activity.clear}>
          Clear
        </button>
        <button type="button" className="icon-button" aria-label="Close activity" onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      <ol className="activity-entries">
        {entries.map((entry) => (
          <ActivityLine key={entry.id} entry={entry} />
        ))}
      </ol>
      {entries.length === 0 && <p className="hint">Operations and events appear here as they happen.</p>}
    </section>
  );
}

const TIME = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

function ActivityLine({ entry }: { entry: ActivityEntry }) {
  const { at, kind, name, state, duration, summary } = entry;
  const [isOpen, setOpen] = useState(false);
  const hasDetails = entry.document !== undefined || entry.response !== undefined;
  const line = (
    <>
      <time className="numbers">{TIME.format(at)}</time>
      <span className="activity-kind" data-kind={kind}>
        {kind}
      </span>
      <span className="activity-name">{name}</span>
      <span className="activity-summary" data-state={state}>
        {summary ?? (state === 'running' && kind !== 'upload' ? 'running' : '')}
      </span>
      <span className="numbers activity-duration">{duration === undefined ? '' : `${Math.round(duration)} ms`}</span>
    </>
  );
  return (
    <li>
      {hasDetails ? (
        <button type="button" className="activity-line" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {line}
        </button>
      ) : (
        <div className="activity-line">{line}</div>
      )}
      {isOpen && <Details entry={entry} />}
    </li>
  );
}

function Details({ entry: { document, variables, response } }: { entry: ActivityEntry }) {
  const json = (value: unknown) => JSON.stringify(value, null, 2);
  return (
    <section className="activity-details" aria-label="Details">
      {document && <Text>{formatOperation(document)}</Text>}
      {variables !== undefined && json(variables) !== '{}' && <Text>{json(variables)}</Text>}
      {response !== undefined && <Text>{json(response)}</Text>}
    </section>
  );
}

// biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard can scroll only what has the focus
const Text = ({ children }: { children: string }) => <pre tabIndex={0}>{children}</pre>;
