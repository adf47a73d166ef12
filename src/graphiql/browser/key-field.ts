import type { Result } from './types.ts';

export interface KeyField {
  /** Headers with the key; empty without one. */
  headers(): Record<string, string>;
  /** True until the examples were filled with the ids of this key. */
  readonly isNew: boolean;
  /** Shows whether the key is accepted, by the response to a query. */
  showStatus(result: Result | undefined): void;
  /** Remembers that the examples contain the ids of this key. */
  markFilled(): void;
}

/**
 * Controls the field for the API key of all tabs. The browser keeps the key for the session, in this tab only.
 *
 * @param headerName Name of the header that contains the key.
 */
export function createKeyField(headerName: string, onChange: () => void): KeyField {
  const KEY = 'flair:api-key';
  const FILLED_FOR = 'flair:filled-for';
  const input = document.getElementById('api-key') as HTMLInputElement;
  const show = document.getElementById('show-key') as HTMLButtonElement;
  const status = document.getElementById('key-status') as HTMLElement;
  const storage = storageIfAllowed();
  input.value = storage?.getItem(KEY) ?? '';

  input.addEventListener('change', () => {
    input.value = input.value.trim();
    storage?.setItem(KEY, input.value);
    onChange();
  });
  show.addEventListener('click', () => {
    const isShown = input.type === 'password';
    input.type = isShown ? 'text' : 'password';
    show.setAttribute('aria-pressed', String(isShown));
  });

  /** Access to `sessionStorage` throws if the browser blocks storage. */
  function storageIfAllowed(): Storage | undefined {
    try {
      return sessionStorage;
    } catch {
      return undefined;
    }
  }

  function textOf(result: Result | undefined): string {
    if (!result) return 'The gateway did not respond in time.';
    const code = result.errors?.[0]?.extensions?.code;
    if (code === undefined) return input.value ? 'This key works.' : 'No key needed: the gateway uses its own.';
    if (code === 'UNAUTHENTICATED') return input.value ? 'This key is rejected.' : 'Enter your API key.';
    return result.errors?.[0]?.message ?? code;
  }

  return {
    headers(): Record<string, string> {
      if (!input.value) return {};
      return { [headerName]: headerName.toLowerCase() === 'authorization' ? `Bearer ${input.value}` : input.value };
    },
    get isNew() {
      return (storage?.getItem(FILLED_FOR) ?? '') !== input.value;
    },
    markFilled: () => storage?.setItem(FILLED_FOR, input.value),
    showStatus(result) {
      status.textContent = textOf(result);
      status.classList.toggle('is-error', Boolean(result?.errors));
    },
  };
}
