import { type RefObject, useEffect, useRef } from 'react';

/**
 * Moves the focus to the heading of the list, or else to the content of the page, when a deletion removes the button that would
 * have it.
 *
 * @returns A function to call before a deletion.
 */
export function useFocusFallback(button: RefObject<HTMLElement | null>): () => void {
  const mayBeRemoved = useRef(false);
  useEffect(() => {
    const main = button.current?.closest<HTMLElement>('main');
    const heading = button.current?.closest('section, main')?.querySelector<HTMLElement>('h1, h2');
    // By now the button is gone, and with it the focus.
    return () => {
      if (!mayBeRemoved.current || document.activeElement !== document.body) return;
      const fallback = heading?.isConnected ? heading : main;
      if (!fallback) return;
      fallback.tabIndex = -1;
      fallback.focus();
    };
  }, [button]);
  return () => {
    mayBeRemoved.current = true;
  };
}
