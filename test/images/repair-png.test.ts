import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createDecodeBudget, planVariant, readHeader } from '../../src/images/decode-memory.ts';
import { makeVariant } from '../../src/images/make-variant.ts';
import { repairInterlacedPng } from '../../src/images/repair-png.ts';
import { draws } from '../support/draws.ts';
import { interlacedPng, noiseRows, type PngKind } from '../support/interlaced.ts';
import { MAX_PIXELS, refusalOf, withFlippedByte } from './refusal.ts';

const WIDTH = 61;
const HEIGHT = 43;
const AS_IT_IS = { width: undefined, format: 'png' } as const;

const KINDS: readonly (PngKind & { name: string })[] = [
  { name: 'RGB', colourType: 2, depth: 8 },
  { name: 'RGBA', colourType: 6, depth: 8 },
  { name: 'RGBA of 16 bits', colourType: 6, depth: 16 },
  { name: 'grey of 1 bit', colourType: 0, depth: 1 },
  { name: 'grey of 16 bits', colourType: 0, depth: 16 },
  { name: 'grey with alpha', colourType: 4, depth: 8 },
  { name: 'palette of 2 bits', colourType: 3, depth: 2 },
  { name: 'palette of 4 bits', colourType: 3, depth: 4 },
  { name: 'palette of 8 bits', colourType: 3, depth: 8 },
];

/** The pixels of a copy in full size, row by row. */
async function rowsOf(bytes: Buffer): Promise<string[]> {
  const copy = await makeVariant(bytes, AS_IT_IS, MAX_PIXELS);
  const { data, info } = await sharp(copy.bytes).raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true });
  const stride = data.byteLength / info.height;
  return Array.from({ length: info.height }, (_, y) => data.toString('hex', y * stride, (y + 1) * stride));
}

describe.each(KINDS)('an interlaced PNG, $name,', (kind) => {
  const rows = noiseRows(WIDTH, HEIGHT, kind);
  const data = deflateSync(rows);
  const png = interlacedPng(WIDTH, HEIGHT, kind, rows, data);
  const pngOf = (damaged: Buffer) => interlacedPng(WIDTH, HEIGHT, kind, rows, damaged);

  test.each([
    ['whose data has a wrong Adler-32', pngOf(withFlippedByte(data, data.byteLength - 1))],
    ['whose data has no Adler-32', pngOf(data.subarray(0, -4))],
    ['whose data has a wrong zlib header', pngOf(withFlippedByte(data, 0))],
    ['whose IDAT has a wrong checksum', withFlippedByte(png, png.byteLength - 13)],
    ['whose data goes on behind its end', pngOf(Buffer.concat([data, Buffer.alloc(999, 0x5a)]))],
  ])('%s is taken in, and its copies are those of the sound one', async (_, damaged) => {
    expect(await refusalOf(damaged)).toBeUndefined();
    expect(await rowsOf(damaged)).toEqual(await rowsOf(png));
    const small = { width: 16, format: 'png' } as const;
    expect(await makeVariant(damaged, small, MAX_PIXELS)).toEqual(await makeVariant(png, small, MAX_PIXELS));
  });

  test('whose data is cut short is taken in; missing rows are those above them', async () => {
    // Noise is as long deflated as it is: two thirds have six of seven passes, which are the even rows, and some odd ones.
    const cut = pngOf(data.subarray(0, Math.ceil((data.byteLength * 2) / 3)));
    expect(await refusalOf(cut)).toBeUndefined();

    const sound = await rowsOf(png);
    const coarse = await rowsOf(cut);
    expect(coarse).toHaveLength(HEIGHT);
    const intact = coarse.findIndex((row, y) => row !== sound[y]);
    expect(intact).toBeGreaterThan(5);
    for (const [y, row] of coarse.entries())
      expect([y, row]).toEqual([y, sound[y < intact || y % 2 === 0 ? y : y - 1]]);
  });

  test('with filters that do not exist is taken in, and they count as none', async () => {
    const withFilter = (filter: number) => noiseRows(WIDTH, HEIGHT, kind, (drawn) => (drawn === 4 ? filter : drawn));
    const damaged = interlacedPng(WIDTH, HEIGHT, kind, withFilter(200));

    expect(await refusalOf(damaged)).toBeUndefined();
    expect(await rowsOf(damaged)).toEqual(await rowsOf(interlacedPng(WIDTH, HEIGHT, kind, withFilter(0))));
  });

  test('with damaged data is taken in and resized, or refused with the reason', async () => {
    const draw = draws(data.byteLength);
    for (let round = 0; round < 8; round++) {
      const damaged = withFlippedByte(data, draw(data.byteLength));
      damaged[draw(data.byteLength)] = draw(256);
      const refusal = await refusalOf(pngOf(damaged));
      if (refusal !== undefined) expect(refusal).toContain('its data is damaged and cannot be decoded');
      else expect(await rowsOf(pngOf(damaged))).toHaveLength(HEIGHT);
    }
  });

  test.each([
    [1, 1],
    [2, 1],
    [1, 9],
    [3, 5],
    [9, 2],
  ])('of %d × %d pixels is repaired, though some passes are empty', async (width, height) => {
    const few = noiseRows(width, height, kind);
    const sound = interlacedPng(width, height, kind, few);

    expect(await rowsOf(interlacedPng(width, height, kind, few, deflateSync(few).subarray(0, -4)))).toEqual(
      await rowsOf(sound),
    );
  });
});

describe('the repair', () => {
  const RGB = { colourType: 2, depth: 8 } as const;
  const sound = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'teal' } })
      .png({ progressive: true })
      .withMetadata({ orientation: 6 })
      .toBuffer();
  /** Its checksum is before that of IDAT and the 12 bytes of IEND. */
  const withWrongAdler = (png: Buffer) => withFlippedByte(png, png.byteLength - 17);

  /** Makes a copy in memory that counts how often it is asked whether the copy is still wanted. */
  async function copyOf(bytes: Buffer, maxPixels = MAX_PIXELS) {
    let asked = 0;
    const { signal } = new AbortController();
    signal.throwIfAborted = () => {
      asked++;
    };
    const budget = createDecodeBudget(100_000_000);
    const copy = await makeVariant(bytes, AS_IT_IS, maxPixels, { budget, owner: 'a', signal }).catch(() => undefined);
    expect(budget.reserved).toBe(0);
    return { copy, asked };
  }

  test('is for interlaced PNGs that cannot be decoded, and for no others', async () => {
    const png = await sound(60, 40);
    const untouched = await copyOf(png);
    const repaired = await copyOf(withWrongAdler(png));

    expect(repaired.copy).toEqual(untouched.copy);
    expect(repaired.asked).toBeGreaterThan(untouched.asked);
    expect((await copyOf(withWrongAdler(png), 2_399)).asked).toBe(untouched.asked);
  });

  test('keeps the rotation', async () => {
    const { copy } = await copyOf(withWrongAdler(await sound(60, 40)));

    expect(await sharp(copy?.bytes).metadata()).toMatchObject({ width: 40, height: 60 });
  });

  test('reads data from many chunks', async () => {
    const png = await sharp(Buffer.from(noiseRows(300, 200, RGB).subarray(0, 180_000)), {
      raw: { width: 300, height: 200, channels: 3 },
    })
      .png({ progressive: true })
      .toBuffer();
    expect(png.toString('latin1').split('IDAT').length).toBeGreaterThan(3);

    expect(await rowsOf(withWrongAdler(png))).toEqual(await rowsOf(png));
  });

  test('needs one row', async () => {
    const rows = noiseRows(WIDTH, HEIGHT, RGB);
    const refused = interlacedPng(WIDTH, HEIGHT, RGB, rows, deflateSync(rows).subarray(0, 20));

    expect(await repairInterlacedPng(refused)).toBeUndefined();
    expect(await refusalOf(refused)).toContain('its data is damaged and cannot be decoded');
  });

  test('ends when the copy is no longer wanted', async () => {
    const reason = new Error('Nobody waits.');

    await expect(repairInterlacedPng(await sound(60, 40), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test.each([
    [2_000, 1_000],
    [1, 400_000],
  ])('of %d × %d pixels takes no more than is reserved', async (width, height) => {
    const png = interlacedPng(width, height, { colourType: 0, depth: 8 }, Buffer.alloc(100_000));
    const header = readHeader('png', await sharp(png).metadata());
    const reserved = (interlaced: boolean) =>
      planVariant({ ...header, hasScans: interlaced }, { width: 16, format: 'png' }, 1_000_000_000).bytes;

    const repaired = await repairInterlacedPng(png);
    expect(repaired?.byteLength).toBeGreaterThan(width * height);
    // Of small chunks and headers of blocks there are some.
    expect(repaired?.byteLength).toBeLessThan((reserved(true) - reserved(false)) * 1.001 + 10_000);
  });
});
