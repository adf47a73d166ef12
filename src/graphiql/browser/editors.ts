import type { Tab } from './types.ts';

/** The part of Monaco, the library of GraphiQL's editors, that the page uses. */
export interface Monaco {
  editor: {
    getModels(): { uri: { path: string }; getValue(): string; setValue(value: string): void }[];
    onDidCreateEditor(listener: (editor: { updateOptions(options: object): void }) => void): void;
    defineTheme(name: string, theme: { rules: readonly { token: string; foreground: string }[] }): void;
    setTheme(name: string): void;
  };
}

/** Access to the editors of the active tab. */
export interface Editors {
  /** Replaces the operation and its variables. */
  open(operation: Tab): void;
  /** Sets a value in the variables. Does nothing if they are not valid JSON, or no objects on the path to it. */
  setVariable(path: readonly string[], value: unknown): void;
}

/** Controls GraphiQL's editors: their content, line lengths and colors. */
export function createEditors({ editor }: Monaco): Editors {
  // Ids and image data are longer than any editor, and a phone shows 30 characters in a line.
  const isNarrow = matchMedia('(max-width: 760px)').matches;
  const compact = { fontSize: 13, lineNumbersMinChars: 2, lineDecorationsWidth: 6, folding: false };
  editor.onDidCreateEditor((created) => created.updateOptions({ wordWrap: 'on', ...(isNarrow && compact) }));

  // Colors of GraphiQL's themes with too little contrast (WCAG 2, 1.4.3).
  const rules = [
    { theme: 'graphiql-DARK', token: 'comment', foreground: '#83b36c' },
    { theme: 'graphiql-LIGHT', token: 'number', foreground: '#066b46' },
  ];
  const { defineTheme } = editor;
  editor.defineTheme = (name, theme) =>
    defineTheme(name, { ...theme, rules: [...theme.rules, ...rules.filter((rule) => rule.theme === name)] });

  // GraphiQL follows a change of the system's theme, except in its editors.
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
    if (/graphiql-(?:light|dark)/.test(document.body.className)) return;
    editor.setTheme(matches ? 'graphiql-DARK' : 'graphiql-LIGHT');
  });

  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  const model = (name: string) => editor.getModels().find(({ uri }) => uri.path.endsWith(name));

  return {
    open({ query, variables }) {
      model('operation.graphql')?.setValue(query);
      model('variables.json')?.setValue(variables);
    },
    setVariable(path, value) {
      // Deferred, because GraphiQL is still processing the change of the tab.
      queueMicrotask(() => {
        const variables = model('variables.json');
        let json: unknown;
        try {
          json = JSON.parse(variables?.getValue() || '{}');
        } catch {
          return;
        }
        let target = json;
        for (const name of path.slice(0, -1)) {
          if (!isObject(target)) return;
          target[name] ??= {};
          target = target[name];
        }
        if (!isObject(target)) return;
        target[path.at(-1) ?? ''] = value;
        variables?.setValue(JSON.stringify(json, null, 2));
      });
    },
  };
}
