import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { readConfig, settings } from '../src/config/config.ts';
import { blocksOf, environmentOf, linksOf, readText, root, rowsOf } from './support/readme.ts';

const HEADER = ['threat', 'protection', 'default', 'setting', 'tested in'];

const page = readText('SECURITY.md');
const sections = page.split(/^### /m).slice(1);
const rows = sections.flatMap((section) => rowsOf(section, HEADER));

/** Default values of the settings. */
const defaults = new Map(
  Object.entries(z.object(settings).parse({})).map(([name, value]) => [name, value === undefined ? '' : String(value)]),
);
const settingsIn = (text: string) => [...text.matchAll(/`([A-Z][A-Z_]+)[`=]/g)].map(([, name = '']) => name);

describe('SECURITY.md', () => {
  test('SECURITY.md links a test for each threat', () => {
    expect(rows.length).toBeGreaterThan(20);
    for (const [threat = '', , , , tests = ''] of rows) {
      expect(linksOf(tests), threat).not.toEqual([]);
      expect(linksOf(tests), threat).toEqual(linksOf(tests).filter((file) => file.endsWith('.test.ts')));
    }
  });

  test('SECURITY.md links to files that exist', () => {
    expect(linksOf(page).filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });

  test('SECURITY.md names existing settings', () => {
    expect(settingsIn(page).filter((name) => !Object.hasOwn(settings, name))).toEqual([]);
  });

  test('SECURITY.md states the default values of the settings', () => {
    for (const [threat = '', , defaultText = '', setting = ''] of rows) {
      const actual = settingsIn(setting).map((name) => defaults.get(name));
      for (const [figure] of defaultText.matchAll(/\d+/g)) expect(actual, threat).toContain(figure);
    }
  });

  test('the example configuration in SECURITY.md is valid, has no own key and turns off development features', () => {
    const [start] = blocksOf(page).filter(({ language }) => language === 'sh');
    const environment = environmentOf(start?.text.replace('$(openssl rand -hex 32)', 'f'.repeat(64)) ?? '');

    expect(readConfig(environment)).toMatchObject({
      host: '0.0.0.0',
      ownKey: undefined,
      allowAnonymous: false,
      isProduction: true,
      introspection: false,
      graphiql: false,
    });
  });
});
