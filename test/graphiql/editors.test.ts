import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createEditors } from '../../src/graphiql/browser/editors.ts';

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {} }));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** The variables after a value was set in them. */
async function setIn(variables: string, path: readonly string[]): Promise<string> {
  let text = variables;
  const model = {
    uri: { path: '/1/variables.json' },
    getValue: () => text,
    setValue(value: string) {
      text = value;
    },
  };
  const editors = createEditors({
    editor: { getModels: () => [model], onDidCreateEditor() {}, defineTheme() {}, setTheme() {} },
  });
  editors.setVariable(path, 'new');
  // The value is set in a microtask, before this one.
  await Promise.resolve();
  return text;
}

test.each([
  ['', ['id'], { id: 'new' }],
  ['{"a":1}', ['input', 'id'], { a: 1, input: { id: 'new' } }],
  ['{"input":null}', ['input', 'id'], { input: { id: 'new' } }],
  ['{"input":{"ids":["old","b"]}}', ['input', 'ids', '0'], { input: { ids: ['new', 'b'] } }],
])('in %j, a value is set at %j', async (variables, path, expected) => {
  expect(JSON.parse(await setIn(variables, path))).toEqual(expected);
});

test.each([
  ['{', ['id']],
  ['null', ['id']],
  ['5', ['id']],
  ['"text"', ['input', 'id']],
  ['{"input":"text"}', ['input', 'id']],
  ['{"input":0}', ['input', 'ids', '0']],
])('the variables %s remain as they are', async (variables, path) => {
  const errors: unknown[] = [];
  const queueTask = queueMicrotask;
  vi.stubGlobal('queueMicrotask', (task: () => void) =>
    queueTask(() => {
      try {
        task();
      } catch (error) {
        errors.push(error);
      }
    }),
  );

  expect(await setIn(variables, path)).toBe(variables);
  expect(errors).toEqual([]);
});
