import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { makeVariant } from '../../src/images/make-variant.ts';
import { pictures } from '../support/images.ts';

const MAX_PIXELS = 100_000_000;
const AS_IT_IS = { width: undefined, format: undefined };
const made = await pictures(40, 20);

const rectangle = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } });

/** A colour as red, green, blue and, where there is transparency, alpha. */
const firstPixel = async (bytes: Buffer) => [...(await sharp(bytes).raw().toBuffer()).subarray(0, 4)];

describe.each(made)('of $name', ({ bytes: original, format }) => {
  test.each(['webp', 'png', 'jpeg'] as const)('a copy in %s is one picture of that format', async (wanted) => {
    const copy = await makeVariant(original, { width: 10, format: wanted }, MAX_PIXELS);

    expect(copy.format).toBe(wanted);
    const facts = await sharp(copy.bytes).metadata();
    expect(facts).toMatchObject({ format: wanted, width: 10, height: 5 });
    expect(facts.pages ?? 1).toBe(1);
    expect([facts.exif, facts.icc, facts.xmp, facts.orientation]).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('a copy keeps the format, and is never larger than the original', async () => {
    const copy = await makeVariant(original, { width: 2_048, format: undefined }, MAX_PIXELS);

    expect(copy.format).toBe(format);
    expect(await sharp(copy.bytes).metadata()).toMatchObject({ format, width: 40, height: 20 });
  });
});

test('a copy is upright', async () => {
  const lying = await rectangle(40, 20).withMetadata({ orientation: 6 }).jpeg().toBuffer();

  const { bytes } = await makeVariant(lying, { width: 10, format: 'png' }, MAX_PIXELS);

  expect(await sharp(bytes).metadata()).toMatchObject({ width: 10, height: 20 });
});

test('what is transparent stays so, and becomes white in a jpeg', async () => {
  const glass = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#ff000000' } })
    .png()
    .toBuffer();
  const copyIn = async (format: 'webp' | 'png' | 'jpeg') =>
    (await makeVariant(glass, { width: 4, format }, MAX_PIXELS)).bytes;

  expect((await firstPixel(await copyIn('webp')))[3]).toBe(0);
  expect((await firstPixel(await copyIn('png')))[3]).toBe(0);
  expect((await firstPixel(await copyIn('jpeg'))).slice(0, 3)).toEqual([255, 255, 255]);
});

test('a picture that is longer than webp can be is made to fit', async () => {
  const long = await rectangle(2, 20_000).png().toBuffer();

  const { bytes } = await makeVariant(long, { width: undefined, format: 'webp' }, MAX_PIXELS);

  expect(await sharp(bytes).metadata()).toMatchObject({ height: 16_383 });
});

test('a picture with too many pixels is refused', async () => {
  const original = await rectangle(40, 20).png().toBuffer();

  await expect(makeVariant(original, AS_IT_IS, 799)).rejects.toMatchObject({ reason: 'invalid' });
  await expect(makeVariant(original, AS_IT_IS, 800)).resolves.toMatchObject({ format: 'png' });
});

test.each([
  ['a png', { width: 10, height: 5 }],
  ['a baseline jpeg', { width: 10, height: 5 }],
])('of %s that breaks off, what there is of it is shown, as in browsers', async (name, size) => {
  const bytes = made.find((picture) => picture.name === name)?.bytes ?? Buffer.alloc(0);
  const half = bytes.subarray(0, Math.floor(bytes.byteLength / 2));

  const copy = await makeVariant(half, { width: 10, format: 'png' }, MAX_PIXELS);

  expect(await sharp(copy.bytes).metadata()).toMatchObject(size);
});

test('a picture that cannot be decoded is refused', async () => {
  const bytes = made.find((picture) => picture.name === 'a lossless webp')?.bytes ?? Buffer.alloc(0);
  const half = bytes.subarray(0, Math.floor(bytes.byteLength / 2));

  await expect(makeVariant(half, { width: 10, format: 'png' }, MAX_PIXELS)).rejects.toMatchObject({
    reason: 'invalid',
  });
});
