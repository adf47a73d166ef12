import type { Example } from './examples.ts';

/**
 * Code for the browser. The source text of these functions is embedded in the page, so they may use only their parameters and
 * browser APIs.
 */

/** Values for placeholders, by name. */
export type PlaceholderValues = Record<string, string>;

/** Data of the `lookup` query. Fields may be null because of errors. */
export interface LookupData {
  models?: { nodes: ({ id: string; triggerWord: string | null; latestTraining: Latest | null } | null)[] } | null;
  predictions?: { nodes: ({ id: string } | null)[] } | null;
}
type Latest = { id: string; isFinished: boolean };

/**
 * Chooses ids for the examples: a trained model, preferably a running training, and preferably another model to train, because a
 * training changes the trigger word that prompts must contain.
 */
export function chooseIds(data: LookupData): PlaceholderValues {
  const models = (data.models?.nodes ?? []).filter((model) => model !== null);
  const trainings = models.map((model) => model.latestTraining).filter((training) => training !== null);
  const model = models.find(({ triggerWord }) => triggerWord) ?? models[0];
  const modelToTrain = models.find((each) => each !== model && each.latestTraining?.isFinished) ?? model;
  const training = trainings.find(({ isFinished }) => !isFinished) ?? trainings[0];
  const prediction = data.predictions?.nodes[0];
  return {
    ...(model && { model: model.id }),
    ...(modelToTrain && { modelToTrain: modelToTrain.id }),
    ...(model?.triggerWord && { triggerWord: model.triggerWord }),
    ...(training && { training: training.id }),
    ...(prediction && { prediction: prediction.id }),
  };
}

/** A tab, as GraphiQL accepts and stores it. */
export interface Tab {
  query: string;
  /** JSON. */
  variables: string;
}

/** Creates the tabs of the examples, and replaces the placeholders for which values were found. */
export function fillPlaceholders(
  examples: readonly Example[],
  placeholders: Readonly<PlaceholderValues>,
  found: Readonly<PlaceholderValues>,
): Tab[] {
  const replacePlaceholders = (text: string) => {
    let replaced = text;
    for (const [name, placeholder] of Object.entries(placeholders))
      replaced = replaced.replaceAll(placeholder, () => found[name] ?? placeholder);
    return replaced;
  };
  return examples.map(({ query, variables }) => ({
    query: replacePlaceholders(query),
    variables: variables
      ? JSON.stringify(variables, (_, value) => (typeof value === 'string' ? replacePlaceholders(value) : value), 2)
      : '',
  }));
}

export interface PageSettings {
  examples: readonly Example[];
  placeholders: Readonly<PlaceholderValues>;
  lookup: string;
  /** Timeout of the `lookup` query, in milliseconds. The page then opens without ids. */
  lookupTimeout: number;
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
  monaco: { editor: { getModels(): { uri: { path: string }; getValue(): string; setValue(value: string): void }[] } };
}

/** Opens GraphiQL in the page. */
export async function openPage(
  { examples, placeholders, lookup, lookupTimeout }: PageSettings,
  parts: { chooseIds: typeof chooseIds; fillPlaceholders: typeof fillPlaceholders },
): Promise<void> {
  const { YogaGraphiQL, monaco } = globalThis as unknown as Bundle;
  const TABS = 'graphiql:tabState';
  const EXAMPLE_TABS = 'flair:given-tabs';
  const url = new URL(location.href);
  const endpoint = url.origin + url.pathname;

  const storage = storageIfAllowed();
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
    else if (stored.tabs && exampleIndexes && 'model' in found) {
      for (const [index, tab] of stored.tabs.entries()) Object.assign(tab, tabs[exampleIndexes[index] ?? -1]);
      write(TABS, stored);
      write(EXAMPLE_TABS, tabs);
      const active = stored.tabs[stored.activeTabIndex];
      // Initial content of the editors. GraphiQL adds a tab if no stored one has the same content.
      storage?.setItem('graphiql:query', active?.query ?? '');
      storage?.setItem('graphiql:variables', active?.variables ?? '');
    }
  }

  // A link may contain a query. Removed from the URL, because each reload would add another tab.
  const query = url.searchParams.get('query') ?? undefined;
  const variables = url.searchParams.get('variables') ?? undefined;
  if (url.search) history.replaceState(null, '', url.pathname);
  const exampleTabs =
    fresh ?? read<Tab[]>(EXAMPLE_TABS) ?? parts.fillPlaceholders(examples, placeholders, { endpoint });

  // GraphiQL shows the close event of a socket as JSON, as the error of its operations.
  Object.assign(CloseEvent.prototype, {
    toJSON(this: CloseEvent) {
      return { message: this.reason || 'The connection was closed.', extensions: { closeCode: this.code } };
    },
  });

  const filledIds: PlaceholderValues = {};
  YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
    title: 'Flair gateway',
    ...(query && { query, variables }),
    defaultTabs: query ? [{ query, variables }, ...exampleTabs] : exampleTabs,
    defaultEditorToolsVisibility: 'variables',
    shouldPersistHeaders: false,
    subscriptionsProtocol: 'WS',
    // Browsers send no headers with a WebSocket, so the headers of the tab are sent in `connection_init`.
    connectionParams: () => parse<object>(editor('request-headers.json')?.getValue() ?? '') ?? {},
    // By default, Yoga's page writes each edit to the URL.
    onEditQuery: () => {},
    onEditOperationName(name: string) {
      document.title = `${name} – Flair gateway`;
    },
    onTabChange({ tabs, activeTabIndex }: TabsState) {
      const tab = tabs[activeTabIndex];
      if (tab) fillFromResponse(tab, tabs);
    },
  });

  /** Sets the variables of a tab to the id in the response of the tab that it follows, once for each id. */
  function fillFromResponse({ title }: TabsState['tabs'][number], tabs: TabsState['tabs']) {
    const previous = examples.find((example) => example.follows && nameOf(example) === title)?.follows;
    const response = tabs.find((tab) => tab.title === previous?.name)?.response;
    let id: unknown = parse(response ?? '');
    for (const name of previous?.path ?? []) id = (id as Record<string, unknown> | undefined)?.[name];
    if (typeof id !== 'string' || filledIds[title] === id) return;
    filledIds[title] = id;
    // Deferred, because GraphiQL is still processing the change.
    queueMicrotask(() => editor('variables.json')?.setValue(JSON.stringify({ id }, null, 2)));
  }

  function editor(name: string) {
    return monaco.editor.getModels().find(({ uri }) => uri.path.endsWith(name));
  }

  function nameOf(example: Example): string | undefined {
    return /^(?:query|mutation|subscription) (\w+)/m.exec(example.query)?.[1];
  }

  /** Runs `lookup`. Returns no ids if it fails, for example without an API key, or times out. */
  async function lookUpIds(): Promise<PlaceholderValues> {
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ query: lookup }),
        signal: AbortSignal.timeout(lookupTimeout),
      });
      return parts.chooseIds((await response.json()).data ?? {});
    } catch {
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
