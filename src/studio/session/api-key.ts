const NAME = 'flair-studio:api-key';

/** The API key of this tab, kept until the tab is closed; '' if there is none. */
export function readApiKey(): string {
  try {
    return sessionStorage.getItem(NAME) ?? '';
  } catch {
    return '';
  }
}

/** Keeps the API key for this tab. Without access to storage, it is kept until the next reload only. */
export function writeApiKey(key: string): void {
  try {
    if (key) sessionStorage.setItem(NAME, key);
    else sessionStorage.removeItem(NAME);
  } catch {
    // The browser blocks storage.
  }
}
