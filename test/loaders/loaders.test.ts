import { expect, test } from 'vitest';
import { Loaders } from '../../src/loaders/loaders.ts';
import { UpstreamError } from '../../src/upstream/errors.ts';
import type { ModelRow } from '../../src/upstream/models.ts';
import type { Upstream } from '../../src/upstream/upstream.ts';

const notFound = () => new UpstreamError('getModel', 'status', 'responded 404', { status: 404 });
const unavailable = () => new UpstreamError('getModel', 'status', 'responded 503', { status: 503 });

const row = (id: string, fields: Partial<ModelRow> = {}): ModelRow => ({ kind: 'Model', id, ...fields });

/** Nothing is cached. */
const services = {
  finishedJob: () => undefined,
  readFinishedJobs: () => undefined,
  addFinishedJob: () => {},
  now: () => 0,
};

/**
 * Starts loaders of an upstream with these models.
 *
 * @param details The models by id, as reads by id return them; an error fails its read.
 * @param listed The rows of every page.
 */
function start(details: Record<string, ModelRow | Error>, listed: readonly (ModelRow | UpstreamError)[] = []) {
  const reads: string[] = [];
  const models = {
    get: async (id: string) => {
      reads.push(id);
      const found = details[id] ?? notFound();
      if (found instanceof Error) throw found;
      return found;
    },
    list: async (last: string | undefined) => {
      reads.push(`page ${last}`);
      return { rows: listed, next: undefined };
    },
  };
  // Only models are read.
  return { loaders: new Loaders({ models } as unknown as Upstream, services), reads };
}

test('reads of an id cost one read, whether they are concurrent, in flight or later', async () => {
  const { loaders, reads } = start({ a: row('a', { displayName: 'A' }) });

  const concurrent = [loaders.model('a'), loaders.model('a'), loaders.field(row('a'), 'displayName')];
  while (reads.length === 0) await new Promise(setImmediate);
  const inFlight = loaders.model('a');
  await Promise.all(concurrent);

  expect(await Promise.all([...concurrent, inFlight, loaders.model('a')])).toEqual([
    row('a', { displayName: 'A' }),
    row('a', { displayName: 'A' }),
    'A',
    row('a', { displayName: 'A' }),
    row('a', { displayName: 'A' }),
  ]);
  expect(reads).toEqual(['a']);
});

test('an entity that does not exist is null, its fields are errors, and it is read once', async () => {
  const { loaders, reads } = start({});

  expect(await loaders.model('a')).toBeNull();
  expect(await loaders.model('a')).toBeNull();
  await expect(loaders.field(row('a'), 'displayName')).rejects.toThrow('getModel: responded 404');
  await expect(loaders.required(row('a'), 'displayName')).rejects.toThrow('getModel: responded 404');
  expect(reads).toEqual(['a']);
});

test('a failed read is not repeated and does not fail others', async () => {
  const { loaders, reads } = start({ a: unavailable(), b: row('b', { displayName: 'B' }) });

  const results = await Promise.allSettled([loaders.model('a'), loaders.model('b'), loaders.model('c')]);

  expect(results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message))).toEqual([
    'getModel: responded 503',
    row('b', { displayName: 'B' }),
    null,
  ]);
  await expect(loaders.model('a')).rejects.toThrow('getModel: responded 503');
  expect(reads).toEqual(['a', 'b', 'c']);
});

test('an error that is not an Error object fails only its read', async () => {
  const { loaders } = start({ b: row('b') });
  const upstream = { models: { get: (id: string) => (id === 'a' ? Promise.reject('broken') : loaders.model(id)) } };
  const others = new Loaders(upstream as unknown as Upstream, services);

  const results = await Promise.allSettled([others.model('a'), others.model('b')]);

  expect(results).toEqual([
    { status: 'rejected', reason: new Error('broken') },
    { status: 'fulfilled', value: row('b') },
  ]);
});

test('an entity from a page is read by id only for a field that the page does not contain, once', async () => {
  const listed = row('a', { displayName: 'A' });
  const { loaders, reads } = start({ a: row('a', { displayName: 'A', customModelType: 'Custom' }) }, [listed]);
  await Promise.all([loaders.models(undefined), loaders.models(undefined)]);

  expect(loaders.model('a')).toEqual(listed);
  expect(loaders.field(row('a'), 'displayName')).toBe('A');
  expect(reads).toEqual(['page undefined']);

  const fields = [loaders.field(listed, 'customModelType'), loaders.complete(listed, 'customModelType')];
  expect((await Promise.all(fields))[0]).toBe('Custom');
  expect(loaders.field(listed, 'customModelType')).toBe('Custom');
  expect(loaders.get(listed)).toMatchObject({ customModelType: 'Custom' });
  expect(reads).toEqual(['page undefined', 'a']);
});

test('a page that contains an entity after its failed read supplies the entity', async () => {
  const { loaders } = start({ a: unavailable() }, [unavailable(), row('a', { displayName: 'A' })]);
  await expect(loaders.model('a')).rejects.toThrow('503');
  await loaders.models(undefined);

  expect(await loaders.model('a')).toEqual(row('a', { displayName: 'A' }));
});

test('a field that a complete row lacks is undefined, without a read', async () => {
  const { loaders, reads } = start({ a: row('a') });
  await loaders.model('a');
  loaders.merge(row('b'), { isComplete: true });

  expect(loaders.field(row('a'), 'customModelType')).toBeUndefined();
  expect(loaders.field(row('b'), 'customModelType')).toBeUndefined();
  expect(() => loaders.required(row('b'), 'displayName')).toThrow('displayName: expected a value, got none');
  expect(reads).toEqual(['a']);
});

test('a field whose read fails has its fallback, and only that field', async () => {
  const { loaders } = start({ a: unavailable() });
  loaders.merge(row('a'), { fallback: { displayName: 'new' } });

  expect(await loaders.field(row('a'), 'displayName')).toBe('new');
  await expect(loaders.field(row('a'), 'customModelType')).rejects.toThrow('503');
});
