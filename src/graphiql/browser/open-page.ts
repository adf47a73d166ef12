import type { Example } from '../examples.ts';
import type { createEditors, Monaco } from './editors.ts';
import type { createFetcher } from './fetcher.ts';
import type { FilePaths, filePathsOf, requestBody } from './files.ts';
import type { createHistory } from './history.ts';
import type { createKeyField } from './key-field.ts';
import type { createPanels } from './panels.ts';
import type { chooseIds, fillPlaceholders, valueAt } from './placeholders.ts';
import type { subscribe } from './subscribe.ts';
import type { PlaceholderValues, Tab } from './types.ts';

/*
 * Code for the browser. The source text of the functions in this folder is embedded in the page, so they may use only their
 * parameters and browser APIs; they get each other as `parts`.
 */

export interface PageSettings {
  examples: readonly Example[];
  placeholders: Readonly<PlaceholderValues>;
  lookup: string;
  /** Timeout of the `lookup` query, in milliseconds. The page then opens without ids. */
  lookupTimeout: number;
  /** Name of the header that contains the API key. */
  apiKeyHeader: string;
  filePaths: FilePaths;
}

/** Functions that the page is made of. */
export interface PageParts {
  chooseIds: typeof chooseIds;
  createEditors: typeof createEditors;
  createFetcher: typeof createFetcher;
  createHistory: typeof createHistory;
  createKeyField: typeof createKeyField;
  createPanels: typeof createPanels;
  filePathsOf: typeof filePathsOf;
  fillPlaceholders: typeof fillPlaceholders;
  requestBody: typeof requestBody;
  subscribe: typeof subscribe;
  valueAt: typeof valueAt;
}

/** State that GraphiQL keeps in the browser's storage. */
interface StoredState {
  tabs?: Tab[];
  activeTabIndex: number;
}

/** Event that GraphiQL emits when a tab is selected or changed. */
interface TabsState {
  tabs: (Tab & { title: string; response: string | null })[];
  activeTabIndex: number;
}

/** Globals that the bundled scripts define. */
interface Bundle {
  YogaGraphiQL: { renderYogaGraphiQL(element: Element | null, options: object): void };
  monaco: Monaco;
}

/** Opens GraphiQL in the page. */
export async function openPage(settings: PageSettings, parts: PageParts): Promise<void> {
  const { examples, placeholders, lookup, lookupTimeout, apiKeyHeader, filePaths } = settings;
  const { YogaGraphiQL, monaco } = globalThis as unknown as Bundle;
  const TABS = 'graphiql:tabState';
  const EXAMPLE_TABS = 'flair:given-tabs';
  /** GraphiQL stores edits after 500 ms. */
  const STORE_DELAY = 600;
  const url = new URL(location.href);
  const endpoint = url.origin + url.pathname;

  const storage = storageIfAllowed();
  // Opens the page again, which fills the tabs with the ids of the new key.
  const keyField = parts.createKeyField(apiKeyHeader, () => setTimeout(() => location.reload(), STORE_DELAY));
  const panels = parts.createPanels({ onChoose: setFiles });
  const editors = parts.createEditors(monaco);
  const executed = parts.createHistory(editors.open);
  const stored = read<StoredState>(TABS);
  const storedExamples = read<Tab[]>(EXAMPLE_TABS) ?? [];
  /** Index of the example of each stored tab; -1 for tabs that the user has edited, which are never updated. */
  const exampleIndexes = stored?.tabs?.map((tab) =>
    storedExamples.findIndex(({ query, variables }) => tab.query === query && (tab.variables ?? '') === variables),
  );
  let fresh: Tab[] | undefined;
  if (!exampleIndexes || exampleIndexes.some((index) => index >= 0)) {
    const found = await lookUpIds();
    const tabs = parts.fillPlaceholders(examples, placeholders, { endpoint, ...found });
    fresh = tabs;
    if (!stored) write(EXAMPLE_TABS, tabs);
    // Without ids, those of the same key may still be valid.
    else if (stored.tabs && exampleIndexes && ('model' in found || keyField.isNew)) {
      for (const [index, tab] of stored.tabs.entries()) Object.assign(tab, tabs[exampleIndexes[index] ?? -1]);
      write(TABS, stored);
      write(EXAMPLE_TABS, tabs);
      const active = stored.tabs[stored.activeTabIndex];
      // Initial content of the editors. GraphiQL adds a tab if no stored one has the same content.
      storage?.setItem('graphiql:query', active?.query ?? '');
      storage?.setItem('graphiql:variables', active?.variables ?? '');
    }
    keyField.markFilled();
  }

  // A link may contain a query. Removed from the URL, because each reload would add another tab.
  const query = url.searchParams.get('query') ?? undefined;
  const variables = url.searchParams.get('variables') ?? undefined;
  if (url.search) history.replaceState(null, '', url.pathname);
  const exampleTabs =
    fresh ?? read<Tab[]>(EXAMPLE_TABS) ?? parts.fillPlaceholders(examples, placeholders, { endpoint });

  /** The last value that each tab was filled with, as JSON. */
  const filledValues: Record<string, string> = {};
  YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
    title: 'Flair gateway',
    ...(query && { query, variables }),
    defaultTabs: query ? [{ query, variables }, ...exampleTabs] : exampleTabs,
    defaultEditorToolsVisibility: 'variables',
    shouldPersistHeaders: false,
    fetcher: parts.createFetcher({
      endpoint,
      headers: keyField.headers,
      fileOf: panels.fileOf,
      observer: {
        onStart(params, isSubscription) {
          executed.add(params);
          return panels.onStart(params, isSubscription);
        },
      },
      requestBody: parts.requestBody,
      subscribe: parts.subscribe,
    }),
    // By default, Yoga's page writes each edit to the URL.
    onEditQuery: () => {},
    onEditOperationName(name: string) {
      document.title = `${name} – Flair gateway`;
    },
    onTabChange({ tabs, activeTabIndex }: TabsState) {
      const tab = tabs[activeTabIndex];
      if (!tab) return;
      panels.showFileFields(parts.filePathsOf(tab.query ?? '', filePaths));
      fillFromResponse(tab, tabs);
    },
  });

  /** Writes a value from the response of another tab into the variables of a tab that follows it, once for each value. */
  function fillFromResponse({ title }: TabsState['tabs'][number], tabs: TabsState['tabs']) {
    const follows = examples.find((example) => example.follows && nameOf(example) === title)?.follows;
    if (!follows) return;
    const response = parse(tabs.find((tab) => tab.title === follows.name)?.response ?? '');
    const value = parts.valueAt(response, follows.path);
    const json = JSON.stringify(value);
    if (value === undefined || value === null || json === '[]' || filledValues[title] === json) return;
    filledValues[title] = json;
    editors.setVariable(follows.into, value);
  }

  function setFiles(path: readonly string[], texts: readonly string[]) {
    const isList = path.at(-1) === '*';
    editors.setVariable(isList ? path.slice(0, -1) : path, isList ? texts : texts[0]);
  }

  function nameOf(example: Example): string | undefined {
    return /^(?:query|mutation|subscription) (\w+)/m.exec(example.query)?.[1];
  }

  /** Runs `lookup`. Returns no ids if it fails, for example without an API key, or times out. */
  async function lookUpIds(): Promise<PlaceholderValues> {
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...keyField.headers() },
        body: JSON.stringify({ query: lookup }),
        signal: AbortSignal.timeout(lookupTimeout),
      });
      const result = await response.json();
      keyField.showStatus(result);
      return parts.chooseIds(result.data ?? {});
    } catch {
      keyField.showStatus(undefined);
      return {};
    }
  }

  /** Access to `localStorage` throws if the browser blocks storage. */
  function storageIfAllowed(): Storage | undefined {
    try {
      return localStorage;
    } catch {
      return undefined;
    }
  }

  function read<Value>(name: string): Value | undefined {
    return parse<Value>(storage?.getItem(name) ?? '');
  }

  function write(name: string, value: unknown): void {
    storage?.setItem(name, JSON.stringify(value));
  }

  function parse<Value>(json: string): Value | undefined {
    try {
      return JSON.parse(json);
    } catch {
      return undefined;
    }
  }
}
