import { type RefObject, useLayoutEffect, useRef } from 'react';

/** Shows a dialog as a modal one while it is rendered. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const element = useRef<HTMLDialogElement>(null);
  // A layout effect, because only a dialog that is closed before it is removed returns the focus.
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return element;
}
