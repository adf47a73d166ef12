import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createDecodeBudget, planVariant, readHeader } from '../../src/images/decode-memory.ts';
import { makeVariant } from '../../src/images/make-variant.ts';
import { repairInterlacedPng } from '../../src/images/repair-png.ts';
import { seededIntegers } from '../support/draws.ts';
import { interlacedPng, noiseRows, type PngKind } from '../support/interlaced.ts';
import { MAX_PIXELS, rejectionOf, withFlippedByte } from './rejection.ts';

const WIDTH = 61;
const HEIGHT = 43;
const UNCHANGED = { width: undefined, format: 'png' } as const;

const KINDS: readonly (PngKind & { name: string })[] = [
  { name: 'RGB', colorType: 2, depth: 8 },
  { name: 'RGBA', colorType: 6, depth: 8 },
  { name: 'RGBA of 16 bits', colorType: 6, depth: 16 },
  { name: 'grayscale of 1 bit', colorType: 0, depth: 1 },
  { name: 'grayscale of 16 bits', colorType: 0, depth: 16 },
  { name: 'grayscale with alpha', colorType: 4, depth: 8 },
  { name: 'palette of 2 bits', colorType: 3, depth: 2 },
  { name: 'palette of 4 bits', colorType: 3, depth: 4 },
  { name: 'palette of 8 bits', colorType: 3, depth: 8 },
];

/** Pixels of a variant in full size, row by row. */
async function rowsOf(bytes: Buffer): Promise<string[]> {
  const variant = await makeVariant(bytes, UNCHANGED, MAX_PIXELS);
  const { data, info } = await sharp(variant.bytes).raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true });
  const stride = data.byteLength / info.height;
  return Array.from({ length: info.height }, (_, y) => data.toString('hex', y * stride, (y + 1) * stride));
}

describe.each(KINDS)('a damaged interlaced PNG, $name', (kind) => {
  const rows = noiseRows(WIDTH, HEIGHT, kind);
  const data = deflateSync(rows);
  const png = interlacedPng(WIDTH, HEIGHT, kind, rows, data);
  const pngOf = (damaged: Buffer) => interlacedPng(WIDTH, HEIGHT, kind, rows, damaged);

  test.each([
    ['a wrong Adler-32', pngOf(withFlippedByte(data, data.byteLength - 1))],
    ['no Adler-32', pngOf(data.subarray(0, -4))],
    ['a wrong zlib header', pngOf(withFlippedByte(data, 0))],
    ['a wrong checksum of IDAT', withFlippedByte(png, png.byteLength - 13)],
    ['additional data after its end', pngOf(Buffer.concat([data, Buffer.alloc(999, 0x5a)]))],
  ])('a PNG with %s is accepted, and has the same variants as the intact one', async (_, damaged) => {
    expect(await rejectionOf(damaged)).toBeUndefined();
    expect(await rowsOf(damaged)).toEqual(await rowsOf(png));
    const small = { width: 16, format: 'png' } as const;
    expect(await makeVariant(damaged, small, MAX_PIXELS)).toEqual(await makeVariant(png, small, MAX_PIXELS));
  });

  test('a PNG with truncated data is accepted, and its missing rows repeat the rows above them', async () => {
    // Noise does not compress: two thirds of the data contain six of seven passes, which are all even rows and some odd
    // ones.
    const cut = pngOf(data.subarray(0, Math.ceil((data.byteLength * 2) / 3)));
    expect(await rejectionOf(cut)).toBeUndefined();

    const intact = await rowsOf(png);
    const coarse = await rowsOf(cut);
    expect(coarse).toHaveLength(HEIGHT);
    const firstMissing = coarse.findIndex((row, y) => row !== intact[y]);
    expect(firstMissing).toBeGreaterThan(5);
    for (const [y, row] of coarse.entries())
      expect([y, row]).toEqual([y, intact[y < firstMissing || y % 2 === 0 ? y : y - 1]]);
  });

  test('a PNG with unknown filters is accepted, and they are ignored', async () => {
    const withFilter = (filter: number) => noiseRows(WIDTH, HEIGHT, kind, (drawn) => (drawn === 4 ? filter : drawn));
    const damaged = interlacedPng(WIDTH, HEIGHT, kind, withFilter(200));

    expect(await rejectionOf(damaged)).toBeUndefined();
    expect(await rowsOf(damaged)).toEqual(await rowsOf(interlacedPng(WIDTH, HEIGHT, kind, withFilter(0))));
  });

  test('a PNG with damaged data is accepted and resized, or rejected with the reason', async () => {
    const draw = seededIntegers(data.byteLength);
    for (let round = 0; round < 8; round++) {
      const damaged = withFlippedByte(data, draw(data.byteLength));
      damaged[draw(data.byteLength)] = draw(256);
      const rejection = await rejectionOf(pngOf(damaged));
      if (rejection !== undefined) expect(rejection).toContain('its data is damaged and cannot be decoded');
      else expect(await rowsOf(pngOf(damaged))).toHaveLength(HEIGHT);
    }
  });

  test.each([
    [1, 1],
    [2, 1],
    [1, 9],
    [3, 5],
    [9, 2],
  ])('a PNG of %d × %d pixels is repaired, although some passes are empty', async (width, height) => {
    const few = noiseRows(width, height, kind);
    const intact = interlacedPng(width, height, kind, few);

    expect(await rowsOf(interlacedPng(width, height, kind, few, deflateSync(few).subarray(0, -4)))).toEqual(
      await rowsOf(intact),
    );
  });
});

describe('the repair of interlaced PNGs', () => {
  const RGB = { colorType: 2, depth: 8 } as const;
  const intactPng = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'teal' } })
      .png({ progressive: true })
      .withMetadata({ orientation: 6 })
      .toBuffer();
  /** Corrupts the Adler-32, which precedes the checksum of IDAT and the 12 bytes of IEND. */
  const withWrongAdler = (png: Buffer) => withFlippedByte(png, png.byteLength - 17);

  /** Makes a variant, and counts the checks of its abort signal. */
  async function variantOf(bytes: Buffer, maxPixels = MAX_PIXELS) {
    let abortChecks = 0;
    const { signal } = new AbortController();
    signal.throwIfAborted = () => {
      abortChecks++;
    };
    const budget = createDecodeBudget(100_000_000);
    const variant = await makeVariant(bytes, UNCHANGED, maxPixels, { budget, owner: 'a', signal }).catch(
      () => undefined,
    );
    expect(budget.reserved).toBe(0);
    return { variant, abortChecks };
  }

  test('only interlaced PNGs that cannot be decoded are repaired', async () => {
    const png = await intactPng(60, 40);
    const unrepaired = await variantOf(png);
    const repaired = await variantOf(withWrongAdler(png));

    expect(repaired.variant).toEqual(unrepaired.variant);
    expect(repaired.abortChecks).toBeGreaterThan(unrepaired.abortChecks);
    expect((await variantOf(withWrongAdler(png), 2_399)).abortChecks).toBe(unrepaired.abortChecks);
  });

  test('a repaired PNG keeps its orientation', async () => {
    const { variant } = await variantOf(withWrongAdler(await intactPng(60, 40)));

    expect(await sharp(variant?.bytes).metadata()).toMatchObject({ width: 40, height: 60 });
  });

  test('a PNG with many IDAT chunks is repaired', async () => {
    const png = await sharp(Buffer.from(noiseRows(300, 200, RGB).subarray(0, 180_000)), {
      raw: { width: 300, height: 200, channels: 3 },
    })
      .png({ progressive: true })
      .toBuffer();
    expect(png.toString('latin1').split('IDAT').length).toBeGreaterThan(3);

    expect(await rowsOf(withWrongAdler(png))).toEqual(await rowsOf(png));
  });

  test('a PNG without one intact row is rejected', async () => {
    const rows = noiseRows(WIDTH, HEIGHT, RGB);
    const beyondRepair = interlacedPng(WIDTH, HEIGHT, RGB, rows, deflateSync(rows).subarray(0, 20));

    expect(await repairInterlacedPng(beyondRepair)).toBeUndefined();
    expect(await rejectionOf(beyondRepair)).toContain('its data is damaged and cannot be decoded');
  });

  test('a repair is aborted by its signal', async () => {
    const reason = new Error('The client has disconnected.');

    await expect(repairInterlacedPng(await intactPng(60, 40), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test.each([
    [2_000, 1_000],
    [1, 400_000],
  ])('a repair of %d × %d pixels takes no more memory than is reserved', async (width, height) => {
    const png = interlacedPng(width, height, { colorType: 0, depth: 8 }, Buffer.alloc(100_000));
    const header = readHeader('png', await sharp(png).metadata());
    const reserved = (interlaced: boolean) =>
      planVariant({ ...header, hasScans: interlaced }, { width: 16, format: 'png' }, 1_000_000_000).bytes;

    const repaired = await repairInterlacedPng(png);
    expect(repaired?.byteLength).toBeGreaterThan(width * height);
    // Chunk and block headers take a little more.
    expect(repaired?.byteLength).toBeLessThan((reserved(true) - reserved(false)) * 1.001 + 10_000);
  });
});
