import { expect, test } from 'vitest';
import { links, parseRoute } from '../../src/studio/route.ts';

test.each([
  [links.models(), { page: 'models' }],
  [links.create(), { page: 'create' }],
  [links.history(), { page: 'history' }],
  [links.jobs(), { page: 'jobs' }],
  [links.model('TW9k/ZW+w='), { page: 'model', id: 'TW9k/ZW+w=' }],
  ['', { page: 'models' }],
  ['#/unknown', { page: 'models' }],
  ['#/models/', { page: 'models' }],
  ['#main', { page: 'models' }],
])('the fragment "%s" shows %j', (hash, { page, id }: { page: string; id?: string }) => {
  expect(parseRoute(hash)).toMatchObject({ page, ...(id !== undefined && { id }) });
});

test('links keep the ids of what they repeat', () => {
  const again = 'VHJ+a/w==';

  expect(parseRoute(links.model('a', again)).parameters.get('again')).toBe(again);
  expect(Object.fromEntries(parseRoute(links.create({ again })).parameters)).toEqual({ again });
  expect(Object.fromEntries(parseRoute(links.create({ model: again })).parameters)).toEqual({ model: again });
});
