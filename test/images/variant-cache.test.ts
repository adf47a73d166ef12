import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createFreshness } from '../../src/images/freshness.ts';
import { defaultImageLimits } from '../../src/images/limits.ts';
import { makeVariant } from '../../src/images/make-variant.ts';
import type { ImageFormat } from '../../src/images/signature.ts';
import type { ImageSource } from '../../src/images/source.ts';
import { createVariantCache } from '../../src/images/variant-cache.ts';
import { settle, until } from '../support/clock.ts';
import { cat, HOUR, imageStreamOf, NOON, painting, pngOf, startImages } from './support.ts';

const wide = await pngOf(3_000, 30);
const small = { width: 64, format: 'webp' } as const;
const variant = (width?: number, format?: ImageFormat) => ({ width, format });

const sizeOf = async (response: Response) => {
  const { width, format } = await sharp(Buffer.from(await response.arrayBuffer())).metadata();
  return { status: response.status, width, format };
};

test.each([
  [1, 64],
  [64, 64],
  [65, 128],
  [500, 512],
  [2_048, 2_048],
  [2_049, 2_048],
  [2_147_483_647, 2_048],
])('a requested width of %i is rounded to %i', async (requested, made) => {
  const { url, send } = startImages({ open: async () => imageStreamOf(wide) });

  expect(await sizeOf(await send(url(cat, variant(requested))))).toEqual({ status: 200, width: made, format: 'png' });
});

test('widths of the same step have the same URL, and an empty variant has the URL of the original', () => {
  const { url } = startImages();

  expect(url(cat, variant(65))).toBe(url(cat, variant(128)));
  expect(url(cat, variant(65))).not.toBe(url(cat, variant(65, 'webp')));
  expect(url(cat, variant())).toBe(url(cat));
});

test('a variant is made once for concurrent and later requests', async () => {
  const { signal } = new AbortController();
  const seen = { opened: 0, made: 0 };
  const cache = createVariantCache({
    freshness: createFreshness({ now: () => NOON, monotonicNow: () => 0 }),
    limits: defaultImageLimits,
    open: async () => {
      seen.opened++;
      return imageStreamOf(wide);
    },
    make: (...args) => {
      seen.made++;
      return makeVariant(...args);
    },
  });
  const get = () => cache.variant('key-1', painting, small, signal);

  const variants = await Promise.all(Array.from({ length: 20 }, get));

  expect(new Set([...variants, await get()]).size).toBe(1);
  expect(seen).toEqual({ opened: 1, made: 1 });
});

test('an image URL stays the same for an hour', () => {
  const { url, clock } = startImages();
  const first = url(cat, small);

  clock.at += HOUR - 1;
  expect(url(cat, small)).toBe(first);
  clock.at += 1;
  expect(url(cat, small)).not.toBe(first);
});

test('concurrent requests of variants, properties and placeholder of one image share one read', async () => {
  const { images, url, send, opened } = startImages({ open: async () => imageStreamOf(wide) });
  const { signal } = new AbortController();

  const [facts, placeholder] = await Promise.all([
    images.facts('key-1', cat, signal),
    images.placeholder('key-1', cat, signal),
    send(url(cat, small)),
    send(url(cat, variant(128, 'jpeg'))),
  ]);

  expect(opened).toHaveLength(1);
  expect(facts).toEqual({ contentType: 'image/png', byteSize: wide.byteLength, width: 3_000, height: 30 });
  const tiny = Buffer.from(String(placeholder).replace('data:image/webp;base64,', ''), 'base64');
  expect(await sharp(tiny).metadata()).toMatchObject({ format: 'webp', width: 16 });
});

test('variants and properties are not shared between credentials', async () => {
  const originals = { 'key-1': await pngOf(70, 7, 'red'), 'key-2': await pngOf(90, 9, 'blue') };
  const { images, url, send, opened } = startImages({
    open: async (apiKey) => imageStreamOf(apiKey === 'key-1' ? originals['key-1'] : originals['key-2']),
  });
  const { signal } = new AbortController();
  const widths = (source: ImageSource) =>
    Promise.all(
      ['key-1', 'key-2'].flatMap((apiKey) => [
        send(url(source, variant(128), apiKey)).then(async (response) => (await sizeOf(response)).width),
        images.facts(apiKey, source, signal).then(({ width }) => width),
      ]),
    );

  for (const source of [cat, painting]) {
    expect(await widths(source)).toEqual([70, 70, 90, 90]);
    expect(await widths(source)).toEqual([70, 70, 90, 90]);
  }
  expect(new Set(opened.map((each) => JSON.stringify(each))).size).toBe(4);
});

test('a client that disconnects does not abort a variant that others wait for', async () => {
  let respond = () => {};
  const readSignals: AbortSignal[] = [];
  const { url, send } = startImages({
    open: (_key, _source, signal) => {
      readSignals.push(signal);
      return new Promise((resolve) => {
        respond = () => resolve(imageStreamOf(wide));
      });
    },
  });
  const client = new AbortController();
  const aborted = send(url(painting, small), { signal: client.signal });
  const waiting = send(url(painting, small));
  await until(() => readSignals.length === 1);

  client.abort();
  await aborted;
  expect(readSignals.map((signal) => signal.aborted)).toEqual([false]);
  respond();

  expect((await waiting).status).toBe(200);
});

test('the read is aborted when all of its clients have disconnected', async () => {
  const readSignals: AbortSignal[] = [];
  const { url, send, failures } = startImages({
    open: (_key, _source, signal) => {
      readSignals.push(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  const clients = new AbortController();
  const aborted = Promise.all([1, 2].map(() => send(url(painting, small), { signal: clients.signal })));
  await until(() => readSignals.length === 1);

  clients.abort();
  await aborted;

  expect(readSignals.map((signal) => signal.aborted)).toEqual([true]);
  expect(failures).toEqual([]);
});

test('failures are not cached', async () => {
  const attempts = [Buffer.from('<!doctype html>'), wide.subarray(0, 40), wide];
  const { url, send, failures } = startImages({ open: async () => imageStreamOf(attempts.shift() ?? wide) });

  const statuses: number[] = [];
  for (let attempt = 0; attempt < 4; attempt++) statuses.push((await send(url(cat, small))).status);

  expect(statuses).toEqual([502, 502, 200, 200]);
  expect(failures).toMatchObject([{ reason: 'invalid' }, { reason: 'invalid' }]);
});

test('a variant of a data item is made again after a minute, that of a prediction never', async () => {
  const { url, send, opened, clock } = startImages({ open: async () => imageStreamOf(wide) });
  for (const source of [cat, painting]) await send(url(source, small));

  clock.at += 59_999;
  for (const source of [cat, painting]) await send(url(source, small));
  expect(opened).toHaveLength(2);
  clock.at += 1;
  for (const source of [cat, painting]) await send(url(source, small));

  expect(opened).toEqual([
    ['key-1', cat],
    ['key-1', painting],
    ['key-1', cat],
  ]);
});

test('an image that changed through this gateway has a new URL, and no URL returns the old image', async () => {
  let original = await pngOf(70, 7, 'red');
  const { images, url, send } = startImages({ open: async () => imageStreamOf(original) });
  const before = { variant: url(cat, small), original: url(cat), other: url(cat, small, 'key-2') };
  const etag = (await send(before.original)).headers.get('etag') ?? '';
  await send(before.variant);

  original = await pngOf(40, 4, 'blue');
  images.invalidate('key-1', cat);

  expect(url(cat, small)).not.toBe(before.variant);
  expect(url(cat)).not.toBe(before.original);
  expect(url(cat, small, 'key-2')).toBe(before.other);
  for (const imageUrl of [before.variant, url(cat, small)]) {
    expect((await sizeOf(await send(imageUrl))).width).toBe(40);
  }
  expect((await send(before.original, { headers: { 'if-none-match': etag } })).status).toBe(200);
});

test('a variant whose read began before a change is not returned after it', async () => {
  const pendingReads: ((bytes: Buffer) => void)[] = [];
  const { images, url, send } = startImages({
    open: () => new Promise((resolve) => pendingReads.push((bytes) => resolve(imageStreamOf(bytes)))),
  });
  const early = send(url(cat, small));
  await until(() => pendingReads.length === 1);

  images.invalidate('key-1', cat);
  const late = send(url(cat, small));
  await until(() => pendingReads.length === 2);
  pendingReads[0]?.(await pngOf(50, 5));
  pendingReads[1]?.(await pngOf(40, 4));

  expect((await sizeOf(await early)).width).toBe(50);
  expect((await sizeOf(await late)).width).toBe(40);
});

test('the cache is bounded, and evicted variants are made again', async () => {
  const { url, send, opened } = startImages({
    open: async () => imageStreamOf(wide),
    limits: { cacheBytes: 2_000, pixels: 100_000_000 },
  });
  const sources = [0, 1, 2].map((index): ImageSource => ({ kind: 'prediction', predictionId: 'sunset', index }));

  for (const source of sources) await send(url(source, small));
  for (const source of sources) expect((await send(url(source, small))).status).toBe(200);

  expect(opened).toHaveLength(6);
});

test('the number of originals in memory is limited in total and per credential', async () => {
  const pendingReads = new Map<string, () => void>();
  const { url, send } = startImages({
    open: (apiKey, source) =>
      new Promise((resolve) => {
        pendingReads.set(`${apiKey} ${JSON.stringify(source)}`, () => resolve(imageStreamOf(wide)));
      }),
  });
  const open = (apiKey: string, index: number) =>
    send(url({ kind: 'prediction', predictionId: 'sunset', index }, small, apiKey));
  const requested = ['key-1', 'key-2', 'key-3'].flatMap((apiKey) =>
    Array.from({ length: 6 }, (_, at) => open(apiKey, at)),
  );
  await settle();

  expect([...pendingReads.keys()].map((name) => name.slice(0, 5))).toEqual([
    ...Array(4).fill('key-1'),
    ...Array(4).fill('key-2'),
  ]);

  const done = Promise.all(requested);
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  while (!isDone) {
    for (const [name, respond] of pendingReads) {
      pendingReads.delete(name);
      respond();
    }
    await settle(1);
  }
  expect((await done).map(({ status }) => status)).toEqual(Array(18).fill(200));
});
