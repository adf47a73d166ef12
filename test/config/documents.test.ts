import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { helpPage } from '../../src/cli/help.ts';
import { settings } from '../../src/config/config.ts';
import { exampleFile, settingsPage } from '../../src/config/documents.ts';
import { topicsOf } from '../../src/config/topics.ts';
import { readText } from '../support/readme.ts';

const topics = topicsOf();
const names = Object.keys(settings);

test('every setting belongs to one topic', () => {
  expect(topics.flatMap((topic) => topic.settings.map(({ name }) => name))).toEqual(names);
  expect(topics.length).toBeGreaterThan(10);
});

test('the page of the settings and the example file are up to date', () => {
  expect(readText('docs/configuration.md')).toBe(settingsPage(topics));
  expect(readText('.env.example')).toBe(exampleFile(topics));
});

test('the page, the example file and the help contain every setting with its description', () => {
  const words = (text: string) => text.replace(/\n(?:#|\s)*/g, ' ');
  const texts = [settingsPage(topics), exampleFile(topics), helpPage(topics)].map(words);

  for (const { name, description } of topics.flatMap((topic) => topic.settings)) {
    expect(description.length).toBeGreaterThan(20);
    for (const text of texts) expect(text.includes(name) && text.includes(description)).toBe(true);
  }
});

test('the example file sets nothing, and its values are the defaults', () => {
  const text = exampleFile(topics);
  const withoutMarks = parseEnv(text.replace(/^# (?=[A-Z_]+=)/gm, ''));

  expect(parseEnv(text)).toEqual({});
  expect(Object.keys(withoutMarks).toSorted()).toEqual(names.toSorted());
  expect(z.object(settings).parse(withoutMarks)).toEqual(z.object(settings).parse({}));
});

test('settings with keys and passwords are marked as secrets', () => {
  const secrets = topics.flatMap((topic) => topic.settings.filter(({ isSecret }) => isSecret).map(({ name }) => name));

  expect(secrets).toEqual([
    'SECRET',
    'METRICS_TOKEN',
    'FLAIR_API_KEY',
    'JWT_SECRET',
    'TENANT_KEYS',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'SANDBOX_KEYS',
  ]);
});
