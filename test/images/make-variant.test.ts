import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { makeVariant } from '../../src/images/make-variant.ts';
import { sampleImages } from '../support/images.ts';

const MAX_PIXELS = 100_000_000;
const UNCHANGED = { width: undefined, format: undefined };
const samples = await sampleImages(40, 20);

const rectangle = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } });

/** Color of the first pixel: red, green, blue and, if there is transparency, alpha. */
const firstPixel = async (bytes: Buffer) => [...(await sharp(bytes).raw().toBuffer()).subarray(0, 4)];

describe.each(samples)('variants of $name', ({ bytes: original, format }) => {
  test.each(['webp', 'png', 'jpeg'] as const)(
    'a variant in %s is a single image of that format without metadata',
    async (requested) => {
      const variant = await makeVariant(original, { width: 10, format: requested }, MAX_PIXELS);

      expect(variant.format).toBe(requested);
      const facts = await sharp(variant.bytes).metadata();
      expect(facts).toMatchObject({ format: requested, width: 10, height: 5 });
      expect(facts.pages ?? 1).toBe(1);
      expect([facts.exif, facts.icc, facts.xmp, facts.orientation]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
    },
  );

  test('a variant has the format of its original by default, and is never larger', async () => {
    const variant = await makeVariant(original, { width: 2_048, format: undefined }, MAX_PIXELS);

    expect(variant.format).toBe(format);
    expect(await sharp(variant.bytes).metadata()).toMatchObject({ format, width: 40, height: 20 });
  });
});

test('a variant is upright', async () => {
  const rotated = await rectangle(40, 20).withMetadata({ orientation: 6 }).jpeg().toBuffer();

  const { bytes } = await makeVariant(rotated, { width: 10, format: 'png' }, MAX_PIXELS);

  expect(await sharp(bytes).metadata()).toMatchObject({ width: 10, height: 20 });
});

test('transparency is preserved, and becomes white in a jpeg', async () => {
  const transparent = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#ff000000' } })
    .png()
    .toBuffer();
  const variantIn = async (format: 'webp' | 'png' | 'jpeg') =>
    (await makeVariant(transparent, { width: 4, format }, MAX_PIXELS)).bytes;

  expect((await firstPixel(await variantIn('webp')))[3]).toBe(0);
  expect((await firstPixel(await variantIn('png')))[3]).toBe(0);
  expect((await firstPixel(await variantIn('jpeg'))).slice(0, 3)).toEqual([255, 255, 255]);
});

test('a variant is reduced to the maximum side of its format', async () => {
  const long = await rectangle(2, 20_000).png().toBuffer();

  const { bytes } = await makeVariant(long, { width: undefined, format: 'webp' }, MAX_PIXELS);

  expect(await sharp(bytes).metadata()).toMatchObject({ height: 16_383 });
});

test('an image with too many pixels is rejected', async () => {
  const original = await rectangle(40, 20).png().toBuffer();

  await expect(makeVariant(original, UNCHANGED, 799)).rejects.toMatchObject({ reason: 'invalid' });
  await expect(makeVariant(original, UNCHANGED, 800)).resolves.toMatchObject({ format: 'png' });
});

test.each([
  ['a png', { width: 10, height: 5 }],
  ['a baseline jpeg', { width: 10, height: 5 }],
])('%s that is truncated has variants of its intact part, as in browsers', async (name, size) => {
  const bytes = samples.find((sample) => sample.name === name)?.bytes ?? Buffer.alloc(0);
  const half = bytes.subarray(0, Math.floor(bytes.byteLength / 2));

  const variant = await makeVariant(half, { width: 10, format: 'png' }, MAX_PIXELS);

  expect(await sharp(variant.bytes).metadata()).toMatchObject(size);
});

test('an image that cannot be decoded is rejected', async () => {
  const bytes = samples.find((sample) => sample.name === 'a lossless webp')?.bytes ?? Buffer.alloc(0);
  const half = bytes.subarray(0, Math.floor(bytes.byteLength / 2));

  await expect(makeVariant(half, { width: 10, format: 'png' }, MAX_PIXELS)).rejects.toMatchObject({
    reason: 'invalid',
  });
});
