import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { inspect } from '../../src/images/inspect.ts';
import { makeVariant } from '../../src/images/make-variant.ts';
import type { ImageFormat } from '../../src/images/signature.ts';
import { PLACEHOLDER, type Variant } from '../../src/images/variant.ts';
import { draws } from '../support/draws.ts';
import { noise, pictures } from '../support/images.ts';
import { MAX_PIXELS, refusalOf, withFlippedByte } from './refusal.ts';

const EOI = Buffer.from([0xff, 0xd9]);

const VARIANTS: readonly Variant[] = [
  PLACEHOLDER,
  { width: 64, format: undefined },
  { width: undefined, format: 'webp' },
  { width: 8, format: 'jpeg' },
  { width: undefined, format: 'png' },
];

const samples: readonly { name: string; format: ImageFormat; bytes: Buffer }[] = [
  ...(await pictures(60, 40)),
  { name: 'a CMYK jpeg', format: 'jpeg', bytes: await noise(60, 40).toColourspace('cmyk').jpeg().toBuffer() },
  { name: 'a grey jpeg', format: 'jpeg', bytes: await noise(60, 40).grayscale().jpeg().toBuffer() },
  {
    name: 'a jpeg with restart markers',
    format: 'jpeg',
    bytes: await noise(60, 40).jpeg({ mozjpeg: true }).toBuffer(),
  },
  {
    name: 'a jpeg that lies on its side',
    format: 'jpeg',
    bytes: await noise(60, 40).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  },
  { name: 'a png of 16 bits', format: 'png', bytes: await noise(60, 40).toColourspace('rgb16').png().toBuffer() },
  {
    name: 'a png with transparent palette entries',
    format: 'png',
    bytes: await noise(60, 40, 4).png({ palette: true }).toBuffer(),
  },
];

/** Damaged copies of a file: bits flipped, bytes replaced, parts cut out, cut short with an end marker, with more bytes. */
function* damage(bytes: Buffer, format: ImageFormat, count: number): Generator<[what: string, bytes: Buffer]> {
  const draw = draws(bytes.byteLength);
  const changed = (at: number, value: number) => {
    const copy = Buffer.from(bytes);
    copy[at] = value;
    return copy;
  };
  for (let round = 0; round < count; round++) {
    const anywhere = draw(bytes.byteLength);
    // Most of what can be wrong is in the first bytes.
    const inHead = draw(Math.min(400, bytes.byteLength));
    const length = 1 + draw(40);
    yield [`a bit of byte ${anywhere} flipped`, changed(anywhere, (bytes[anywhere] ?? 0) ^ (1 << draw(8)))];
    yield [`byte ${inHead} replaced`, changed(inHead, draw(256))];
    yield [
      `${length} bytes cut out at ${anywhere}`,
      Buffer.concat([bytes.subarray(0, anywhere), bytes.subarray(anywhere + length)]),
    ];
    yield [`ended at ${anywhere}`, bytes.subarray(0, anywhere)];
    if (format !== 'jpeg') continue;
    yield [`ended at ${anywhere} with an end marker`, Buffer.concat([bytes.subarray(0, anywhere), EOI])];
    yield [
      `${length} bytes before its end marker`,
      Buffer.concat([bytes.subarray(0, -2), Buffer.alloc(length, 0x5a), EOI]),
    ];
  }
}

describe.each(samples)('$name', ({ bytes, format }) => {
  test('is taken in as it is', async () => {
    expect(await refusalOf(bytes)).toBeUndefined();
  });

  test('that is damaged is refused with a reason, or every version of it can be made', async () => {
    for (const [what, damaged] of damage(bytes, format, bytes.byteLength > 50_000 ? 2 : 8)) {
      const refusal = await refusalOf(damaged);
      if (refusal !== undefined) {
        expect([what, refusal]).toEqual([what, expect.stringMatching(/^Expected .+, but .+\./)]);
        continue;
      }
      for (const variant of VARIANTS) {
        await expect(
          makeVariant(damaged, variant, MAX_PIXELS),
          `${what}, as ${JSON.stringify(variant)}`,
        ).resolves.toBeDefined();
      }
      await expect(inspect(damaged, MAX_PIXELS), what).resolves.toMatchObject({ width: expect.any(Number) });
    }
  });
});

/** What Chromium shows is resized; found by decoding the same files there. */
describe('as in browsers', () => {
  const jpeg = async () => noise(60, 40).jpeg().toBuffer();
  const chunkOf = (png: Buffer, type: string) => png.indexOf(type, 0, 'latin1');
  /** Breaks the checksum of a PNG's chunk. */
  const withWrongChecksum = (png: Buffer, type: string) => {
    const at = chunkOf(png, type);
    return withFlippedByte(png, at + 4 + png.readUInt32BE(at - 4));
  };

  test.each<[what: string, file: () => Promise<Buffer>]>([
    [
      'a jpeg that is cut short and has an end marker',
      async () => Buffer.concat([(await jpeg()).subarray(0, 900), EOI]),
    ],
    [
      'a jpeg with other bytes before its end marker',
      async () => Buffer.concat([(await jpeg()).subarray(0, -2), Buffer.alloc(50, 0x5a), EOI]),
    ],
    [
      'a png whose data has a wrong checksum',
      async () => withWrongChecksum(await noise(60, 40).png().toBuffer(), 'IDAT'),
    ],
    [
      'a png whose resolution has a wrong checksum',
      async () => withWrongChecksum(await noise(60, 40).withMetadata({ density: 300 }).png().toBuffer(), 'pHYs'),
    ],
  ])('%s is taken in and resized', async (_, make) => {
    const file = await make();

    expect(await refusalOf(file)).toBeUndefined();
    const copy = await makeVariant(file, { width: 30, format: 'png' }, MAX_PIXELS);
    expect(await sharp(copy.bytes).metadata()).toMatchObject({ width: 30, height: 20 });
  });

  test.each<[what: string, file: () => Promise<Buffer>, reason: string]>([
    [
      'a png whose header has a wrong checksum',
      async () => withWrongChecksum(await noise(60, 40).png().toBuffer(), 'IHDR'),
      'the checksum of its IHDR chunk is wrong',
    ],
    [
      'a png whose palette has a wrong checksum',
      async () => withWrongChecksum(await noise(60, 40).png({ palette: true }).toBuffer(), 'PLTE'),
      'the checksum of its PLTE chunk is wrong',
    ],
    [
      'a jpeg with an impossible Huffman table',
      async () => {
        const file = await jpeg();
        file.fill(0xff, file.indexOf(Buffer.from([0xff, 0xc4])) + 5, file.indexOf(Buffer.from([0xff, 0xc4])) + 21);
        return file;
      },
      'Bogus Huffman table definition',
    ],
  ])('%s is refused with the reason', async (_, make, reason) => {
    expect(await refusalOf(await make())).toContain(reason);
  });
});
