import { useEffect } from 'react';
import './notices.css';
import { CloseIcon } from './icons.tsx';
import { createStore, useStore } from './store.ts';

interface Notice {
  id: number;
  text: string;
  kind: 'done' | 'failed';
}

const notices = createStore<readonly Notice[]>([]);
let nextId = 1;

/** Time for which a notice is shown, in milliseconds. */
const SHOWN = { done: 5_000, failed: 10_000 };

/** Shows a message at the edge of the page, and has screen readers announce it. */
export function notify(text: string, kind: Notice['kind'] = 'done'): void {
  notices.set([...notices.get().filter((each) => each.text !== text), { id: nextId++, text, kind }].slice(-4));
}

const close = (id: number) => notices.set(notices.get().filter((each) => each.id !== id));

/** The messages of {@link notify}. */
export function Notices() {
  return (
    <div className="notices" role="status">
      {useStore(notices).map((notice) => (
        <NoticeLine key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeLine({ notice: { id, text, kind } }: { notice: Notice }) {
  useEffect(() => {
    const timer = setTimeout(() => close(id), SHOWN[kind]);
    return () => clearTimeout(timer);
  }, [id, kind]);
  return (
    <p className="notice" data-kind={kind}>
      <span>{text}</span>
      <button type="button" className="icon-button" aria-label="Close message" onClick={() => close(id)}>
        <CloseIcon />
      </button>
    </p>
  );
}
