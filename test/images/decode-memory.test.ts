import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createDecodeCheck } from '../../src/images/decode-check.ts';
import { createDecodeBudget, type DecodeBudget, planVariant, readHeader } from '../../src/images/decode-memory.ts';
import { createFreshness } from '../../src/images/freshness.ts';
import { makeVariant } from '../../src/images/make-variant.ts';
import { detectFormat } from '../../src/images/signature.ts';
import type { ImageSource } from '../../src/images/source.ts';
import { PLACEHOLDER } from '../../src/images/variant.ts';
import { createVariantCache } from '../../src/images/variant-cache.ts';
import { settle } from '../support/clock.ts';
import { sampleImages } from '../support/images.ts';
import { imageStreamOf, NOON } from './support.ts';

const MEGABYTE = 1_048_576;
const MAX_PIXELS = 100_000_000;
const { signal } = new AbortController();
const formats = ['webp', 'png', 'jpeg'] as const;

const blank = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({
    create: { width, height, channels, background: channels === 3 ? 'teal' : { r: 9, g: 90, b: 200, alpha: 0.5 } },
    limitInputPixels: false,
  });

async function headerOf(bytes: Buffer) {
  const format = detectFormat(bytes);
  if (!format) throw new Error('Expected an image.');
  return readHeader(format, await sharp(bytes, { limitInputPixels: false }).metadata());
}

/** A budget that records each reservation, and the maximum that was reserved at any time. */
function recordingBudget(maxBytes: number) {
  const budget = createDecodeBudget(maxBytes);
  const seen = { maxReserved: 0, reservations: [] as number[] };
  const recording: DecodeBudget = {
    maxBytes,
    get reserved() {
      return budget.reserved;
    },
    async reserve(owner, abortSignal, bytes) {
      const release = await budget.reserve(owner, abortSignal, bytes);
      seen.reservations.push(bytes);
      seen.maxReserved = Math.max(seen.maxReserved, budget.reserved);
      return release;
    },
  };
  return { budget: recording, seen };
}

test.each([
  [
    'a lossless webp of a few bytes',
    async () => await blank(3_000, 2_500).webp({ lossless: true, effort: 0 }).toBuffer(),
  ],
  [
    'a progressive jpeg',
    async () => await blank(3_000, 2_000).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
  ],
  ['an interlaced png', async () => await blank(3_000, 2_000, 4).png({ progressive: true }).toBuffer()],
  [
    'a png of 16 bits',
    async () => await blank(3_000, 1_100, 4).toColourspace('rgb16').png({ compressionLevel: 1 }).toBuffer(),
  ],
  ['a very wide png', async () => await blank(100_000, 8, 4).png().toBuffer()],
])('%s that exceeds the whole budget is rejected when it is uploaded and when it is resized', async (_, make) => {
  const bytes = await make();
  const { budget, seen } = recordingBudget(48 * MEGABYTE);
  const checkDecoding = createDecodeCheck(MAX_PIXELS, budget);

  await expect(checkDecoding(async () => bytes)).rejects.toMatchObject({
    reason: 'too-many-pixels',
    message: expect.stringContaining('48 MB (`IMAGE_DECODE_MEGABYTES`)'),
  });
  await expect(makeVariant(bytes, PLACEHOLDER, MAX_PIXELS, { budget, owner: 'a', signal })).rejects.toMatchObject({
    reason: 'invalid',
    message: expect.stringContaining('`IMAGE_DECODE_MEGABYTES`'),
  });
  expect(seen.reservations).toEqual([]);
});

test('every image that passes the upload check has variants in all formats and widths within the budget', async () => {
  const { budget } = recordingBudget(64 * MEGABYTE);
  const checkDecoding = createDecodeCheck(MAX_PIXELS, budget);
  for (const { name, bytes } of await sampleImages(1_500, 400)) {
    const header = await headerOf(bytes);
    await checkDecoding(async () => bytes);
    for (const format of formats) {
      for (const width of [16, 64, 512, 2_048, undefined]) {
        const { bytes: needed, box } = planVariant(header, { width, format }, budget.maxBytes);
        expect.soft(needed, `${name} as ${format} of ${width}`).toBeLessThanOrEqual(budget.maxBytes);
        const pixels = box ? box.width * box.height : Number.POSITIVE_INFINITY;
        expect.soft(pixels, `${name} as ${format} of ${width}`).toBeGreaterThan(500_000);
      }
    }
  }
});

test('the estimated memory grows with the width of the variant, for every kind of image', async () => {
  for (const { name, bytes } of await sampleImages(900, 700)) {
    const header = { ...(await headerOf(bytes)), width: 9_000, height: 7_000 };
    for (const format of formats) {
      const needed = [16, 64, 128, 512, 2_048, 8_000].map(
        (width) => planVariant(header, { width, format }, 1e12).bytes,
      );
      expect.soft(needed, `${name} as ${format}`).toEqual([...needed].sort((a, b) => a - b));
    }
  }
});

test('the estimated memory is larger for interlacing, alpha, 16 bits and unsubsampled chroma', async () => {
  const base = {
    width: 4_000,
    height: 3_000,
    bands: 3,
    sampleBytes: 1,
    hasAlpha: false,
    orientation: 1,
    hasScans: false,
  };
  const needed = (header: Partial<Parameters<typeof planVariant>[0]>) =>
    planVariant({ ...base, format: 'png', isSubsampled: false, ...header }, PLACEHOLDER_WEBP, 1e12).bytes;

  const plain = needed({});
  expect(needed({ hasScans: true }) - plain).toBe(36_003_000);
  expect(needed({ hasScans: true, sampleBytes: 2 })).toBeGreaterThan(2 * 36_000_000);
  expect(needed({ bands: 4, hasAlpha: true })).toBeGreaterThan(plain);
  const subsampled = needed({ format: 'jpeg', hasScans: true, isSubsampled: true });
  expect(needed({ format: 'jpeg', hasScans: true }) - subsampled).toBe(36_000_000);
  expect(needed({ format: 'jpeg' })).toBeLessThan(10_000_000);
});

test('a variant that would exceed the budget is made smaller', async () => {
  const bytes = await blank(3_000, 2_000).jpeg().toBuffer();
  const { budget, seen } = recordingBudget(64 * MEGABYTE);

  const variant = await makeVariant(bytes, { width: undefined, format: 'webp' }, MAX_PIXELS, {
    budget,
    owner: 'a',
    signal,
  });
  const { width = 0, height = 0 } = await sharp(variant.bytes).metadata();

  expect(width).toBeLessThan(3_000);
  expect(width * height).toBeGreaterThan(1_000_000);
  expect(width / height).toBeCloseTo(1.5, 1);
  expect(seen.maxReserved).toBeLessThanOrEqual(64 * MEGABYTE);
  expect(budget.reserved).toBe(0);
});

test('concurrent uploads and variants never exceed the budget, and all of them succeed', async () => {
  const bytes = await blank(2_000, 1_500, 4).png({ progressive: true }).toBuffer();
  const { budget, seen } = recordingBudget(80 * MEGABYTE);
  const checkDecoding = createDecodeCheck(MAX_PIXELS, budget);
  const cache = createVariantCache({
    open: async () => imageStreamOf(bytes),
    freshness: createFreshness({ now: () => NOON, monotonicNow: () => 0 }),
    limits: { cacheBytes: MEGABYTE, pixels: MAX_PIXELS },
    budget,
  });
  const source = (index: number): ImageSource => ({ kind: 'prediction', predictionId: 'p', index });

  await Promise.all([
    ...[1, 2, 3, 4].map((owner) => checkDecoding(async () => bytes, `key-${owner}`)),
    ...[1, 2, 3, 4].map((index) =>
      cache.variant(`key-${index}`, source(index), { width: 512, format: 'webp' }, signal),
    ),
  ]);

  expect(seen.reservations).toHaveLength(8);
  expect(seen.maxReserved).toBeLessThanOrEqual(80 * MEGABYTE);
  expect(budget.reserved).toBe(0);
});

test('an aborted wait for memory reserves nothing', async () => {
  const bytes = await blank(500, 500).png().toBuffer();
  const budget = createDecodeBudget(64 * MEGABYTE);
  const release = await budget.reserve('other', signal, 64 * MEGABYTE);
  const client = new AbortController();
  const variant = makeVariant(bytes, PLACEHOLDER, MAX_PIXELS, { budget, owner: 'a', signal: client.signal });
  await settle();

  client.abort(new Error('aborted'));

  await expect(variant).rejects.toThrow('aborted');
  release();
  expect(budget.reserved).toBe(0);
});

test('memory is released when an image cannot be decoded', async () => {
  const whole = await blank(300, 300).webp({ lossless: true }).toBuffer();
  const damaged = Buffer.concat([whole.subarray(0, 30), Buffer.alloc(whole.byteLength - 30, 0xff)]);
  const budget = createDecodeBudget(64 * MEGABYTE);

  await expect(makeVariant(damaged, PLACEHOLDER, MAX_PIXELS, { budget, owner: 'a', signal })).rejects.toThrow();

  expect(budget.reserved).toBe(0);
});

const PLACEHOLDER_WEBP = { width: 16, format: 'webp' } as const;
