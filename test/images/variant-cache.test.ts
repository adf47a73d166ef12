import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createFreshness } from '../../src/images/freshness.ts';
import { defaultImageLimits } from '../../src/images/limits.ts';
import { makeVariant } from '../../src/images/make-variant.ts';
import type { ImageFormat } from '../../src/images/signature.ts';
import type { ImageSource } from '../../src/images/source.ts';
import { createVariantCache } from '../../src/images/variant-cache.ts';
import { settle, until } from '../support/clock.ts';
import { cat, HOUR, NOON, painting, pictureOf, pngOf, startImages } from './support.ts';

const wide = await pngOf(3_000, 30);
const small = { width: 64, format: 'webp' } as const;
const variant = (width?: number, format?: ImageFormat) => ({ width, format });

const sizeOf = async (answer: Response) => {
  const { width, format } = await sharp(Buffer.from(await answer.arrayBuffer())).metadata();
  return { status: answer.status, width, format };
};

test.each([
  [1, 64],
  [64, 64],
  [65, 128],
  [500, 512],
  [2_048, 2_048],
  [2_049, 2_048],
  [2_147_483_647, 2_048],
])('a width of %i is made as %i', async (asked, made) => {
  const { url, ask } = startImages({ open: async () => pictureOf(wide) });

  expect(await sizeOf(await ask(url(cat, variant(asked))))).toEqual({ status: 200, width: made, format: 'png' });
});

test('widths of the same step have the same address, and a picture as it is has the one it always had', () => {
  const { url } = startImages();

  expect(url(cat, variant(65))).toBe(url(cat, variant(128)));
  expect(url(cat, variant(65))).not.toBe(url(cat, variant(65, 'webp')));
  expect(url(cat, variant())).toBe(url(cat));
});

test('a copy is made once, however many ask for it and whenever', async () => {
  const { signal } = new AbortController();
  const seen = { opened: 0, made: 0 };
  const library = createVariantCache({
    freshness: createFreshness({ now: () => NOON, monotonicNow: () => 0 }),
    limits: defaultImageLimits,
    open: async () => {
      seen.opened++;
      return pictureOf(wide);
    },
    make: (...of) => {
      seen.made++;
      return makeVariant(...of);
    },
  });
  const copy = () => library.variant('key-1', painting, small, signal);

  const copies = await Promise.all(Array.from({ length: 20 }, copy));

  expect(new Set([...copies, await copy()]).size).toBe(1);
  expect(seen).toEqual({ opened: 1, made: 1 });
});

test('an address is the same for an hour', () => {
  const { url, clock } = startImages();
  const first = url(cat, small);

  clock.at += HOUR - 1;
  expect(url(cat, small)).toBe(first);
  clock.at += 1;
  expect(url(cat, small)).not.toBe(first);
});

test('copies of one picture, its facts and its placeholder cost one read when they are asked for together', async () => {
  const { images, url, ask, opened } = startImages({ open: async () => pictureOf(wide) });
  const { signal } = new AbortController();

  const [facts, placeholder] = await Promise.all([
    images.facts('key-1', cat, signal),
    images.placeholder('key-1', cat, signal),
    ask(url(cat, small)),
    ask(url(cat, variant(128, 'jpeg'))),
  ]);

  expect(opened).toHaveLength(1);
  expect(facts).toEqual({ contentType: 'image/png', byteSize: wide.byteLength, width: 3_000, height: 30 });
  const tiny = Buffer.from(placeholder.replace('data:image/webp;base64,', ''), 'base64');
  expect(await sharp(tiny).metadata()).toMatchObject({ format: 'webp', width: 16 });
});

test('two credentials never share a copy or facts', async () => {
  const pictures = { 'key-1': await pngOf(70, 7, 'red'), 'key-2': await pngOf(90, 9, 'blue') };
  const { images, url, ask, opened } = startImages({
    open: async (apiKey) => pictureOf(apiKey === 'key-1' ? pictures['key-1'] : pictures['key-2']),
  });
  const { signal } = new AbortController();
  const widths = (source: ImageSource) =>
    Promise.all(
      ['key-1', 'key-2'].flatMap((apiKey) => [
        ask(url(source, variant(128), apiKey)).then(async (answer) => (await sizeOf(answer)).width),
        images.facts(apiKey, source, signal).then(({ width }) => width),
      ]),
    );

  for (const source of [cat, painting]) {
    expect(await widths(source)).toEqual([70, 70, 90, 90]);
    expect(await widths(source)).toEqual([70, 70, 90, 90]);
  }
  expect(new Set(opened.map((each) => JSON.stringify(each))).size).toBe(4);
});

test('one who leaves does not take the copy away from the others', async () => {
  let answer = () => {};
  const asked: AbortSignal[] = [];
  const { url, ask } = startImages({
    open: (_key, _source, signal) => {
      asked.push(signal);
      return new Promise((resolve) => {
        answer = () => resolve(pictureOf(wide));
      });
    },
  });
  const leaver = new AbortController();
  const left = ask(url(painting, small), { signal: leaver.signal });
  const stays = ask(url(painting, small));
  await until(() => asked.length === 1);

  leaver.abort();
  await left;
  expect(asked.map(({ aborted }) => aborted)).toEqual([false]);
  answer();

  expect((await stays).status).toBe(200);
});

test('the read ends when the last one leaves', async () => {
  const asked: AbortSignal[] = [];
  const { url, ask, failures } = startImages({
    open: (_key, _source, signal) => {
      asked.push(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  const leaver = new AbortController();
  const left = Promise.all([1, 2].map(() => ask(url(painting, small), { signal: leaver.signal })));
  await until(() => asked.length === 1);

  leaver.abort();
  await left;

  expect(asked.map(({ aborted }) => aborted)).toEqual([true]);
  expect(failures).toEqual([]);
});

test('a failure is not remembered', async () => {
  const attempts = [Buffer.from('<!doctype html>'), wide.subarray(0, 40), wide];
  const { url, ask, failures } = startImages({ open: async () => pictureOf(attempts.shift() ?? wide) });

  const statuses: number[] = [];
  for (let attempt = 0; attempt < 4; attempt++) statuses.push((await ask(url(cat, small))).status);

  expect(statuses).toEqual([502, 502, 200, 200]);
  expect(failures).toMatchObject([{ reason: 'invalid' }, { reason: 'invalid' }]);
});

test('a data item is copied anew after a minute, a prediction never', async () => {
  const { url, ask, opened, clock } = startImages({ open: async () => pictureOf(wide) });
  for (const source of [cat, painting]) await ask(url(source, small));

  clock.at += 59_999;
  for (const source of [cat, painting]) await ask(url(source, small));
  expect(opened).toHaveLength(2);
  clock.at += 1;
  for (const source of [cat, painting]) await ask(url(source, small));

  expect(opened).toEqual([
    ['key-1', cat],
    ['key-1', painting],
    ['key-1', cat],
  ]);
});

test('a picture that changed through this gateway has another address, and no old copy is shown under either', async () => {
  let picture = await pngOf(70, 7, 'red');
  const { images, url, ask } = startImages({ open: async () => pictureOf(picture) });
  const before = { copy: url(cat, small), original: url(cat), other: url(cat, small, 'key-2') };
  const etag = (await ask(before.original)).headers.get('etag') ?? '';
  await ask(before.copy);

  picture = await pngOf(40, 4, 'blue');
  images.changed('key-1', cat);

  expect(url(cat, small)).not.toBe(before.copy);
  expect(url(cat)).not.toBe(before.original);
  expect(url(cat, small, 'key-2')).toBe(before.other);
  for (const address of [before.copy, url(cat, small)]) expect((await sizeOf(await ask(address))).width).toBe(40);
  expect((await ask(before.original, { headers: { 'if-none-match': etag } })).status).toBe(200);
});

test('a copy that was begun before a change is not shown after it', async () => {
  const answers: ((bytes: Buffer) => void)[] = [];
  const { images, url, ask } = startImages({
    open: () => new Promise((resolve) => answers.push((bytes) => resolve(pictureOf(bytes)))),
  });
  const early = ask(url(cat, small));
  await until(() => answers.length === 1);

  images.changed('key-1', cat);
  const late = ask(url(cat, small));
  await until(() => answers.length === 2);
  answers[0]?.(await pngOf(50, 5));
  answers[1]?.(await pngOf(40, 4));

  expect((await sizeOf(await early)).width).toBe(50);
  expect((await sizeOf(await late)).width).toBe(40);
});

test('memory for copies is bounded, and what is over it is made again', async () => {
  const { url, ask, opened } = startImages({
    open: async () => pictureOf(wide),
    limits: { cacheBytes: 2_000, pixels: 100_000_000 },
  });
  const sources = [0, 1, 2].map((index): ImageSource => ({ kind: 'prediction', predictionId: 'sunset', index }));

  for (const source of sources) await ask(url(source, small));
  for (const source of sources) expect((await ask(url(source, small))).status).toBe(200);

  expect(opened).toHaveLength(6);
});

test('a few originals are held at once, fewer of each credential, and nobody waits for the slow one of another', async () => {
  const answers = new Map<string, () => void>();
  const { url, ask } = startImages({
    open: (apiKey, source) =>
      new Promise((resolve) => {
        answers.set(`${apiKey} ${JSON.stringify(source)}`, () => resolve(pictureOf(wide)));
      }),
  });
  const open = (apiKey: string, index: number) =>
    ask(url({ kind: 'prediction', predictionId: 'sunset', index }, small, apiKey));
  const shown = ['key-1', 'key-2', 'key-3'].flatMap((apiKey) => Array.from({ length: 6 }, (_, at) => open(apiKey, at)));
  await settle();

  expect([...answers.keys()].map((name) => name.slice(0, 5))).toEqual([
    ...Array(4).fill('key-1'),
    ...Array(4).fill('key-2'),
  ]);

  const done = Promise.all(shown);
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  while (!isDone) {
    for (const [name, answer] of answers) {
      answers.delete(name);
      answer();
    }
    await settle(1);
  }
  expect((await done).map(({ status }) => status)).toEqual(Array(18).fill(200));
});
