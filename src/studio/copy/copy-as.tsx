import { useEffect, useId, useRef, useState } from 'react';
import { useSession } from '../session/session.tsx';
import { readSettings } from '../session/settings.ts';
import { CodeIcon } from '../ui/icons.tsx';
import { notify } from '../ui/notices.tsx';
import { copyText } from './clipboard.ts';
import { type Action, clientCode, fetchCode, graphqlCode } from './code.ts';
import './copy-as.css';

interface CopyAsProps extends Action {
  /** The action, for the name of the button: "Copy as code: training". */
  what: string;
}

/** A menu that copies an action as GraphQL, as a request with `fetch`, or for the client library. */
export function CopyAs({ what, ...action }: CopyAsProps) {
  const { url } = useSession();
  const [isOpen, setOpen] = useState(false);
  const menuId = useId();
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!isOpen) return;
    box.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    const onPointer = ({ target }: PointerEvent) => {
      if (!box.current?.contains(target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const items = {
    GraphQL: () => graphqlCode(action),
    fetch: () => fetchCode(action, { ...readSettings(), url }),
    'client code': () => clientCode(action, { ...readSettings(), url }),
  };
  const copy = async (name: keyof typeof items) => {
    const isCopied = await copyText(items[name](), box.current ?? document.body);
    notify(isCopied ? `Copied as ${name}.` : 'The browser does not allow copying here.', isCopied ? 'done' : 'failed');
    close();
  };
  const onKeyDown = (event: React.KeyboardEvent<HTMLDivElement>) => {
    if (!isOpen) return;
    if (event.key === 'Escape') {
      // Only the menu is closed, not the dialog around it.
      event.preventDefault();
      event.stopPropagation();
      close();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const options = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')];
    const index = options.indexOf(document.activeElement as HTMLElement);
    options.at((index + step) % options.length)?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: handles keys of the menu inside
    <div
      ref={box}
      className="copy-as"
      onKeyDown={onKeyDown}
      onBlur={({ relatedTarget }) => {
        if (relatedTarget && !box.current?.contains(relatedTarget)) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        className="button small quiet"
        aria-label={`Copy as code: ${what}`}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={menuId}
        onClick={() => setOpen(!isOpen)}
      >
        <CodeIcon />
        Copy as
      </button>
      <div id={menuId} role="menu" className="menu" hidden={!isOpen} aria-label={`Copy as: ${what}`}>
        {(Object.keys(items) as (keyof typeof items)[]).map((name) => (
          <button key={name} type="button" role="menuitem" tabIndex={-1} onClick={() => copy(name)}>
            {name === 'GraphQL' ? name : name.replace(/^c/, 'C')}
          </button>
        ))}
      </div>
    </div>
  );
}
