import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { makeVariant } from '../../src/images/make-variant.ts';
import { repairLossyWebp } from '../../src/images/repair-webp.ts';
import { seededIntegers } from '../support/draws.ts';
import { noise } from '../support/images.ts';
import { MAX_PIXELS, rejectionOf } from './rejection.ts';

const WIDTH = 90;
const HEIGHT = 100;
/** Size of a frame header, which precedes the first partition. */
const FRAME_HEADER_BYTES = 10;

const KINDS: readonly { name: string; make: (quality: number) => Sharp }[] = [
  { name: 'a lossy WebP', make: (quality) => noise(WIDTH, HEIGHT).webp({ quality }) },
  { name: 'a lossy WebP with alpha', make: (quality) => noise(WIDTH, HEIGHT, 4).webp({ quality }) },
  {
    name: 'a lossy WebP with EXIF',
    make: (quality) =>
      noise(WIDTH, HEIGHT)
        .withExif({ IFD0: { Copyright: 'a photographer' } })
        .webp({ quality }),
  },
];

/**
 * Start of the first partition, which contains the modes of all macroblocks, and ends of the first and last partition.
 */
function frameOf(webp: Buffer) {
  const at = webp.indexOf('VP8 ', 0, 'latin1');
  const length = webp.readUInt32LE(at + 4);
  const start = at + 8 + FRAME_HEADER_BYTES;
  return { start, firstEnd: start + (webp.readUIntLE(at + 8, 3) >>> 5), end: at + 8 + length };
}

const filled = (bytes: Buffer, start: number, end: number) => Buffer.from(bytes).fill(0xff, start, end);
const smallOf = async (webp: Buffer) => (await makeVariant(webp, { width: 45, format: 'png' }, MAX_PIXELS)).bytes;
const pixelsOf = async (webp: Buffer) =>
  await sharp((await makeVariant(webp, { width: undefined, format: 'png' }, MAX_PIXELS)).bytes)
    .raw()
    .toBuffer();

describe.each(KINDS)('$name', ({ make }) => {
  test.each([10, 80])(
    'a WebP of quality %d with a damaged end is accepted, and its intact part is shown',
    async (quality) => {
      const webp = await make(quality).toBuffer();
      const { start, end } = frameOf(webp);
      const damaged = filled(webp, end - Math.ceil((end - start) / 10), end);

      expect(await rejectionOf(damaged)).toBeUndefined();
      const [intact, shown] = [await pixelsOf(webp), await pixelsOf(damaged)];
      expect(shown.byteLength).toBe(intact.byteLength);
      expect(shown.subarray(0, intact.byteLength / 2)).toEqual(intact.subarray(0, intact.byteLength / 2));
      expect(shown).not.toEqual(intact);
    },
  );

  test('a WebP with damaged modes is accepted and resized', async () => {
    // A blurred image has few modes, which end early when they are damaged.
    const webp = await make(10).blur(3).toBuffer();
    const { start, firstEnd } = frameOf(webp);
    const damaged = filled(webp, Math.floor((start + firstEnd) / 2), firstEnd);

    expect(await rejectionOf(damaged)).toBeUndefined();
    expect(await sharp(await smallOf(damaged)).metadata()).toMatchObject({ width: 45, height: 50 });
  });

  test('a WebP with damaged data is accepted and resized, or rejected with the reason', async () => {
    const webp = await make(40).toBuffer();
    const { start, end } = frameOf(webp);
    const draw = seededIntegers(webp.byteLength);
    for (let round = 0; round < 20; round++) {
      const damaged = Buffer.from(webp);
      for (let count = 0; count < 3; count++) damaged[start + draw(end - start)] = draw(256);
      const rejection = await rejectionOf(damaged);
      if (rejection !== undefined) expect(rejection).toContain('its data is damaged and cannot be decoded');
      else await expect(smallOf(damaged)).resolves.toBeDefined();
    }
  });

  test.each([1, 10, 80])('an intact WebP of quality %d has the same pixels after a repair', async (quality) => {
    const webp = await make(quality).toBuffer();
    const repaired = repairLossyWebp(webp);

    expect(repaired?.byteLength).toBeGreaterThan(webp.byteLength);
    expect(await sharp(repaired).raw().toBuffer()).toEqual(await sharp(webp).raw().toBuffer());
  });
});

test('a WebP with bytes after its end is accepted', async () => {
  const webp = Buffer.concat([await noise(60, 40).webp().toBuffer(), Buffer.alloc(5, 7)]);

  expect(await rejectionOf(webp)).toBeUndefined();
});

/** Changes the size in the RIFF header. */
const resized = (webp: Buffer, by: number) => {
  const copy = Buffer.from(webp);
  copy.writeUInt32LE(webp.readUInt32LE(4) + by, 4);
  return copy;
};

test.each<[description: string, damage: (webp: Buffer) => Buffer, reason: string]>([
  [
    'with a damaged end',
    (webp) => filled(webp, Math.floor(webp.byteLength * 0.8), webp.byteLength),
    'its data is damaged',
  ],
  ['whose RIFF size is too small', (webp) => resized(webp, -20), 'one of its chunks claims'],
  ['whose RIFF size exceeds the file', (webp) => resized(webp, 8), 'before the image does'],
])('a lossless WebP %s is rejected with the reason', async (_, damage, reason) => {
  const webp = await noise(60, 40).webp({ lossless: true }).toBuffer();

  expect(await rejectionOf(damage(webp))).toContain(reason);
});

test('an animated or lossless WebP is not repaired', async () => {
  const frames = await Promise.all([noise(60, 40).png().toBuffer(), noise(60, 40).negate().png().toBuffer()]);
  const animated = await sharp(frames, { join: { animated: true } })
    .webp()
    .toBuffer();

  expect(repairLossyWebp(animated)).toBeUndefined();
  expect(repairLossyWebp(await noise(60, 40).webp({ lossless: true }).toBuffer())).toBeUndefined();
});
