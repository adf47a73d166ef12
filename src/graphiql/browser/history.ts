import type { Params, Tab } from './types.ts';

/** The executed operations, which the browser remembers without headers. */
export interface History {
  add(params: Params): void;
}

/**
 * Controls the list of executed operations, the newest first.
 *
 * @param onOpen Called with an operation that the user selects.
 */
export function createHistory(onOpen: (operation: Tab) => void): History {
  const NAME = 'flair:history';
  const MAX_ENTRIES = 50;
  const menu = document.getElementById('history') as HTMLDetailsElement;
  const list = menu.querySelector('ol') as HTMLElement;
  let entries = read();
  render();

  menu.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
  document.addEventListener('click', ({ target }) => {
    if (!menu.contains(target as Node)) menu.open = false;
  });

  /** Access to `localStorage` throws if the browser blocks storage. */
  function read(): (Tab & { name: string; at: string })[] {
    try {
      return JSON.parse(localStorage.getItem(NAME) ?? '[]');
    } catch {
      return [];
    }
  }

  function write(): void {
    try {
      localStorage.setItem(NAME, JSON.stringify(entries));
    } catch {
      // The list is kept in memory only.
    }
  }

  function render(): void {
    menu.hidden = entries.length === 0;
    const items = entries.map(({ name, at, query, variables }) => {
      const item = document.createElement('li');
      const button = document.createElement('button');
      const title = document.createElement('b');
      const time = document.createElement('time');
      const preview = document.createElement('code');
      button.type = 'button';
      title.textContent = name;
      time.dateTime = at;
      time.textContent = new Date(at).toLocaleString();
      preview.textContent = variables.replaceAll(/\s+/g, ' ');
      button.append(title, time, preview);
      button.addEventListener('click', () => {
        menu.open = false;
        onOpen({ query, variables });
      });
      item.append(button);
      return item;
    });
    list.replaceChildren(...items);
  }

  return {
    add({ query, variables, operationName }) {
      const text = variables ? JSON.stringify(variables, null, 2) : '';
      const isOther = (entry: Tab) => entry.query !== query || entry.variables !== text;
      const name = operationName || 'Unnamed operation';
      entries = [{ name, at: new Date().toISOString(), query, variables: text }, ...entries.filter(isOther)];
      entries = entries.slice(0, MAX_ENTRIES);
      write();
      render();
    },
  };
}
