import { useEffect, useState } from 'react';
import { DarkIcon, LightIcon } from './icons.tsx';

const NAME = 'flair-studio:theme';
type Theme = 'light' | 'dark';

/** The theme that the user has chosen; undefined to follow the system. */
function readTheme(): Theme | undefined {
  try {
    const stored = localStorage.getItem(NAME);
    return stored === 'light' || stored === 'dark' ? stored : undefined;
  } catch {
    return undefined;
  }
}

function apply(theme: Theme | undefined): void {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** Applies the stored theme. Called before the first rendering, so that the page does not flash. */
export const applyStoredTheme = (): void => apply(readTheme());

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

/** Switches between light and dark. A choice that equals the system's follows the system again. */
export function ThemeSwitch() {
  const [chosen, setChosen] = useState(readTheme);
  const [isSystemDark, setSystemDark] = useState(systemIsDark.matches);
  useEffect(() => {
    const onChange = () => setSystemDark(systemIsDark.matches);
    systemIsDark.addEventListener('change', onChange);
    return () => systemIsDark.removeEventListener('change', onChange);
  }, []);
  const isDark = chosen ? chosen === 'dark' : isSystemDark;
  const change = () => {
    const next = isDark ? 'light' : 'dark';
    const stored = (next === 'dark') === isSystemDark ? undefined : next;
    setChosen(stored);
    apply(stored);
    try {
      if (stored) localStorage.setItem(NAME, stored);
      else localStorage.removeItem(NAME);
    } catch {
      // The browser blocks storage: the theme lasts until the next reload.
    }
  };
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={isDark ? 'Use the light theme' : 'Use the dark theme'}
      onClick={change}
    >
      {isDark ? <LightIcon /> : <DarkIcon />}
    </button>
  );
}
