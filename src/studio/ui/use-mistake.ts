import { useEffect, useRef, useState } from 'react';
import { notify } from './notices.tsx';

/** Returns a function that returns false when the component has been removed from the page, as by going to another one. */
export function useIsShown(): () => boolean {
  const isShown = useRef(false);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  return () => isShown.current;
}

/**
 * State for why an action failed, which its form or dialog shows. If that has been removed meanwhile, a notice shows it.
 *
 * @param failure What failed, for the notice: "Deleting the model failed".
 */
export function useMistake(failure: string): [string | undefined, (reason: string | undefined) => void] {
  const [mistake, setMistake] = useState<string>();
  const isShown = useIsShown();
  const set = (reason: string | undefined) => {
    setMistake(reason);
    if (reason !== undefined && !isShown()) notify(`${failure}: ${reason}`, 'failed');
  };
  return [mistake, set];
}
