import type { Example } from './examples.ts';

/**
 * What runs in the browser. These functions are sent there as the text that they are, so each refers to nothing but its
 * parameters and what browsers have.
 */

/** What fills blanks, by the blank's name. */
export type Found = Record<string, string>;

/** What the page asks with `lookup`. Parts may be missing, with an error. */
export interface LookupData {
  models?: { nodes: ({ id: string; triggerWord: string | null; latestTraining: Latest | null } | null)[] } | null;
  predictions?: { nodes: ({ id: string } | null)[] } | null;
}
type Latest = { id: string; isFinished: boolean };

/**
 * Chooses what examples are about: a model that can predict, a training that is under way if there is one, and if
 * possible another model to train, because a training changes the word that prompts must hold.
 */
export function choose(data: LookupData): Found {
  const models = (data.models?.nodes ?? []).filter((model) => model !== null);
  const trainings = models.map((model) => model.latestTraining).filter((training) => training !== null);
  const model = models.find(({ triggerWord }) => triggerWord) ?? models[0];
  const learner = models.find((each) => each !== model && each.latestTraining?.isFinished) ?? model;
  const training = trainings.find(({ isFinished }) => !isFinished) ?? trainings[0];
  const prediction = data.predictions?.nodes[0];
  return {
    ...(model && { model: model.id }),
    ...(learner && { learner: learner.id }),
    ...(model?.triggerWord && { triggerWord: model.triggerWord }),
    ...(training && { training: training.id }),
    ...(prediction && { prediction: prediction.id }),
  };
}

/** A tab as GraphiQL takes and stores it. */
export interface Tab {
  query: string;
  /** JSON. */
  variables: string;
}

/** Makes the tabs of the examples, with the blanks filled as far as something was found for them. */
export function fillIn(examples: readonly Example[], blanks: Readonly<Found>, found: Readonly<Found>): Tab[] {
  const fill = (text: string) => {
    let filled = text;
    for (const [name, blank] of Object.entries(blanks)) filled = filled.replaceAll(blank, () => found[name] ?? blank);
    return filled;
  };
  return examples.map(({ query, variables }) => ({
    query: fill(query),
    variables: variables
      ? JSON.stringify(variables, (_, value) => (typeof value === 'string' ? fill(value) : value), 2)
      : '',
  }));
}

export interface PageSettings {
  examples: readonly Example[];
  blanks: Readonly<Found>;
  lookup: string;
  /** How long the page waits for `lookup` before it opens without, in milliseconds. */
  patience: number;
}

/** What GraphiQL keeps in the browser's storage. */
interface StoredState {
  tabs?: Tab[];
  activeTabIndex: number;
}

/** What GraphiQL tells when a tab was chosen or changed. */
interface TabsState {
  tabs: (Tab & { title: string; response: string | null })[];
  activeTabIndex: number;
}

/** What the scripts of the bundle leave behind. */
interface Bundle {
  YogaGraphiQL: { renderYogaGraphiQL(element: Element | null, options: object): void };
  monaco: { editor: { getModels(): { uri: { path: string }; getValue(): string; setValue(value: string): void }[] } };
}

/** Opens GraphiQL in the page. */
export async function openPage(
  { examples, blanks, lookup, patience }: PageSettings,
  parts: { choose: typeof choose; fillIn: typeof fillIn },
): Promise<void> {
  const { YogaGraphiQL, monaco } = globalThis as unknown as Bundle;
  const TABS = 'graphiql:tabState';
  const GIVEN = 'flair:given-tabs';
  const address = new URL(location.href);
  const endpoint = address.origin + address.pathname;

  const storage = storageIfAllowed();
  const stored = read<StoredState>(TABS);
  const given = read<Tab[]>(GIVEN) ?? [];
  /** Tabs that are as they were given are kept up to date; all others are somebody's work. */
  const untouched = stored?.tabs?.map((tab) =>
    given.findIndex(({ query, variables }) => tab.query === query && (tab.variables ?? '') === variables),
  );
  let fresh: Tab[] | undefined;
  if (!untouched || untouched.some((index) => index >= 0)) {
    const found = await ask();
    const tabs = parts.fillIn(examples, blanks, { endpoint, ...found });
    fresh = tabs;
    if (!stored) write(GIVEN, tabs);
    else if (stored.tabs && untouched && 'model' in found) {
      for (const [index, tab] of stored.tabs.entries()) Object.assign(tab, tabs[untouched[index] ?? -1]);
      write(TABS, stored);
      write(GIVEN, tabs);
      const active = stored.tabs[stored.activeTabIndex];
      // The editors open with these, and GraphiQL adds a tab when no stored one is like them.
      storage?.setItem('graphiql:query', active?.query ?? '');
      storage?.setItem('graphiql:variables', active?.variables ?? '');
    }
  }

  // A link may bring a query. It moves into a tab, or else each reload would add one more.
  const query = address.searchParams.get('query') ?? undefined;
  const variables = address.searchParams.get('variables') ?? undefined;
  if (address.search) history.replaceState(null, '', address.pathname);
  const opened = fresh ?? read<Tab[]>(GIVEN) ?? parts.fillIn(examples, blanks, { endpoint });

  // A socket that the gateway closes fails its operations with this event, of which GraphiQL shows the JSON.
  Object.assign(CloseEvent.prototype, {
    toJSON(this: CloseEvent) {
      return { message: this.reason || 'The connection was closed.', extensions: { closeCode: this.code } };
    },
  });

  const followed: Found = {};
  YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), {
    title: 'Flair gateway',
    ...(query && { query, variables }),
    defaultTabs: query ? [{ query, variables }, ...opened] : opened,
    defaultEditorToolsVisibility: 'variables',
    shouldPersistHeaders: false,
    subscriptionsProtocol: 'WS',
    // Browsers send no headers with a WebSocket: what the tab says goes into the first message instead.
    connectionParams: () => parse<object>(editor('request-headers.json')?.getValue() ?? '') ?? {},
    // Yoga's page would write each edit into the address.
    onEditQuery: () => {},
    onEditOperationName(name: string) {
      document.title = `${name} – Flair gateway`;
    },
    onTabChange({ tabs, activeTabIndex }: TabsState) {
      const tab = tabs[activeTabIndex];
      if (tab) follow(tab, tabs);
    },
  });

  /** Gives a tab the id that came out of the tab before it, once for each id. */
  function follow({ title }: TabsState['tabs'][number], tabs: TabsState['tabs']) {
    const before = examples.find((example) => example.follows && nameOf(example) === title)?.follows;
    const response = tabs.find((tab) => tab.title === before?.name)?.response;
    let id: unknown = parse(response ?? '');
    for (const name of before?.path ?? []) id = (id as Record<string, unknown> | undefined)?.[name];
    if (typeof id !== 'string' || followed[title] === id) return;
    followed[title] = id;
    // GraphiQL is still in the middle of the change that it tells of.
    queueMicrotask(() => editor('variables.json')?.setValue(JSON.stringify({ id }, null, 2)));
  }

  function editor(name: string) {
    return monaco.editor.getModels().find(({ uri }) => uri.path.endsWith(name));
  }

  function nameOf(example: Example): string | undefined {
    return /^(?:query|mutation|subscription) (\w+)/m.exec(example.query)?.[1];
  }

  /** What there is to fill in; nothing without a key, without an upstream, or when that takes too long. */
  async function ask(): Promise<Found> {
    try {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ query: lookup }),
        signal: AbortSignal.timeout(patience),
      });
      return parts.choose((await response.json()).data ?? {});
    } catch {
      return {};
    }
  }

  /** Browsers that are told to keep nothing throw when they are asked for it. */
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
