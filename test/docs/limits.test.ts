import { expect, test } from 'vitest';
import * as z from 'zod';
import { settings } from '../../src/config/config.ts';
import { ERROR_CODES } from '../../src/error-codes/error-codes.ts';
import { readText } from '../support/readme.ts';

const page = readText('docs/limits.md');
const defaults: Readonly<Record<string, unknown>> = z.object(settings).parse({});
const rows = [...page.matchAll(/^\| [^|]+ \| `([A-Z_]+)` \| (\d+) \| ([^|]+) \|$/gm)].map(
  ([, setting = '', value = '', error = '']) => ({ setting, value, error }),
);

test('docs/limits.md contains each limit that is a setting, with its default', () => {
  const limits = Object.keys(settings).filter((name) => name.startsWith('MAX_'));

  expect(rows.map(({ setting }) => setting).toSorted()).toEqual([...limits, 'OPERATION_SECONDS'].toSorted());
  expect(rows.map(({ setting, value }) => [setting, value])).toEqual(
    rows.map(({ setting }) => [setting, String(defaults[setting])]),
  );
});

test('docs/limits.md names existing error codes and result errors', () => {
  const codes = [...page.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, name = '']) => name);
  const unknown = codes.filter((name) => !Object.hasOwn(ERROR_CODES, name) && !Object.hasOwn(settings, name));
  const types = [...page.matchAll(/`(\w+Error)`/g)].map(([, name = '']) => name);

  expect(unknown).toEqual([]);
  for (const type of types) expect(readText('schema/schema.graphql')).toContain(`type ${type} implements Error`);
});
