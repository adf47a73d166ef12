import { type ReactNode, useId } from 'react';
import './dialog.css';
import { CloseIcon } from './icons.tsx';
import { Notices } from './notices.tsx';
import { useModal } from './use-modal.ts';

interface DialogProps {
  title: string;
  /** Called when the user closes the dialog: with its button, the Escape key, or a click beside it. */
  onClose: () => void;
  /** True while the user cannot close the dialog, because it must show the result of what runs. @default false */
  isBusy?: boolean;
  children: ReactNode;
  /** Buttons below the content. */
  actions?: ReactNode;
}

/** A modal dialog, shown while it is rendered. The browser keeps the focus inside, and returns it at the end. */
export function Dialog({ title, onClose, isBusy = false, children, actions }: DialogProps) {
  const element = useModal();
  const close = () => {
    if (!isBusy) onClose();
  };
  const titleId = useId();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the Escape key closes the dialog as well
    <dialog
      ref={element}
      className="dialog"
      aria-labelledby={titleId}
      // Browsers close a dialog at the second Escape key, even if the event is canceled.
      closedby={isBusy ? 'none' : 'closerequest'}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === element.current && close()}
    >
      <div className="dialog-content">
        <header className="dialog-header">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="icon-button" aria-label="Close" disabled={isBusy} onClick={close}>
            <CloseIcon />
          </button>
        </header>
        {children}
        {actions && <footer className="dialog-actions">{actions}</footer>}
      </div>
      {/* Those of the page are inert and covered meanwhile. */}
      <Notices />
    </dialog>
  );
}
