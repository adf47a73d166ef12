import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { inspect } from '../../src/images/inspect.ts';
import { makeVariant } from '../../src/images/make-variant.ts';
import type { ImageFormat } from '../../src/images/signature.ts';
import { PLACEHOLDER, type Variant } from '../../src/images/variant.ts';
import { seededIntegers } from '../support/draws.ts';
import { noise, sampleImages } from '../support/images.ts';
import { MAX_PIXELS, rejectionOf, withFlippedByte } from './rejection.ts';

const EOI = Buffer.from([0xff, 0xd9]);

const VARIANTS: readonly Variant[] = [
  PLACEHOLDER,
  { width: 64, format: undefined },
  { width: undefined, format: 'webp' },
  { width: 8, format: 'jpeg' },
  { width: undefined, format: 'png' },
];

const samples: readonly { name: string; format: ImageFormat; bytes: Buffer }[] = [
  ...(await sampleImages(60, 40)),
  { name: 'a CMYK jpeg', format: 'jpeg', bytes: await noise(60, 40).toColourspace('cmyk').jpeg().toBuffer() },
  { name: 'a grayscale jpeg', format: 'jpeg', bytes: await noise(60, 40).grayscale().jpeg().toBuffer() },
  {
    name: 'a jpeg with restart markers',
    format: 'jpeg',
    bytes: await noise(60, 40).jpeg({ mozjpeg: true }).toBuffer(),
  },
  {
    name: 'a jpeg with a rotating orientation',
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

/** Damaged copies of a file: with flipped bits, replaced, removed or inserted bytes, or a moved end marker. */
function* damage(bytes: Buffer, format: ImageFormat, count: number): Generator<[description: string, bytes: Buffer]> {
  const draw = seededIntegers(bytes.byteLength);
  const changed = (at: number, value: number) => {
    const copy = Buffer.from(bytes);
    copy[at] = value;
    return copy;
  };
  for (let round = 0; round < count; round++) {
    const anywhere = draw(bytes.byteLength);
    // Most structural errors are in the first bytes.
    const inHead = draw(Math.min(400, bytes.byteLength));
    const length = 1 + draw(40);
    yield [`with a flipped bit in byte ${anywhere}`, changed(anywhere, (bytes[anywhere] ?? 0) ^ (1 << draw(8)))];
    yield [`with byte ${inHead} replaced`, changed(inHead, draw(256))];
    yield [
      `with ${length} bytes removed at ${anywhere}`,
      Buffer.concat([bytes.subarray(0, anywhere), bytes.subarray(anywhere + length)]),
    ];
    yield [`truncated at ${anywhere}`, bytes.subarray(0, anywhere)];
    if (format !== 'jpeg') continue;
    yield [`truncated at ${anywhere} with an end marker`, Buffer.concat([bytes.subarray(0, anywhere), EOI])];
    yield [
      `with ${length} bytes inserted before its end marker`,
      Buffer.concat([bytes.subarray(0, -2), Buffer.alloc(length, 0x5a), EOI]),
    ];
  }
}

describe.each(samples)('$name', ({ bytes, format }) => {
  test('an intact image is accepted', async () => {
    expect(await rejectionOf(bytes)).toBeUndefined();
  });

  test('a damaged image is rejected with a message, or all its variants can be made', async () => {
    for (const [description, damaged] of damage(bytes, format, bytes.byteLength > 50_000 ? 2 : 8)) {
      const rejection = await rejectionOf(damaged);
      if (rejection !== undefined) {
        expect([description, rejection]).toEqual([description, expect.stringMatching(/^Expected .+, but .+\./)]);
        continue;
      }
      for (const variant of VARIANTS) {
        await expect(
          makeVariant(damaged, variant, MAX_PIXELS),
          `${description}, as ${JSON.stringify(variant)}`,
        ).resolves.toBeDefined();
      }
      await expect(inspect(damaged, MAX_PIXELS), description).resolves.toMatchObject({ width: expect.any(Number) });
    }
  });
});

/** The expectations come from decoding the same files in Chromium. */
describe('damaged images are treated as in browsers', () => {
  const jpeg = async () => noise(60, 40).jpeg().toBuffer();
  const chunkOf = (png: Buffer, type: string) => png.indexOf(type, 0, 'latin1');
  /** Corrupts the checksum of a PNG chunk. */
  const withWrongChecksum = (png: Buffer, type: string) => {
    const at = chunkOf(png, type);
    return withFlippedByte(png, at + 4 + png.readUInt32BE(at - 4));
  };

  test.each<[name: string, file: () => Promise<Buffer>]>([
    ['a truncated jpeg with an end marker', async () => Buffer.concat([(await jpeg()).subarray(0, 900), EOI])],
    [
      'a jpeg with invalid bytes before its end marker',
      async () => Buffer.concat([(await jpeg()).subarray(0, -2), Buffer.alloc(50, 0x5a), EOI]),
    ],
    [
      'a png with a wrong checksum of its data',
      async () => withWrongChecksum(await noise(60, 40).png().toBuffer(), 'IDAT'),
    ],
    [
      'a png with a wrong checksum of its resolution',
      async () => withWrongChecksum(await noise(60, 40).withMetadata({ density: 300 }).png().toBuffer(), 'pHYs'),
    ],
  ])('%s is accepted and resized', async (_, make) => {
    const file = await make();

    expect(await rejectionOf(file)).toBeUndefined();
    const variant = await makeVariant(file, { width: 30, format: 'png' }, MAX_PIXELS);
    expect(await sharp(variant.bytes).metadata()).toMatchObject({ width: 30, height: 20 });
  });

  test.each<[name: string, file: () => Promise<Buffer>, reason: string]>([
    [
      'a png with a wrong checksum of its header',
      async () => withWrongChecksum(await noise(60, 40).png().toBuffer(), 'IHDR'),
      'the checksum of its IHDR chunk is wrong',
    ],
    [
      'a png with a wrong checksum of its palette',
      async () => withWrongChecksum(await noise(60, 40).png({ palette: true }).toBuffer(), 'PLTE'),
      'the checksum of its PLTE chunk is wrong',
    ],
    [
      'a jpeg with an invalid Huffman table',
      async () => {
        const file = await jpeg();
        file.fill(0xff, file.indexOf(Buffer.from([0xff, 0xc4])) + 5, file.indexOf(Buffer.from([0xff, 0xc4])) + 21);
        return file;
      },
      'Bogus Huffman table definition',
    ],
  ])('%s is rejected with the reason', async (_, make, reason) => {
    expect(await rejectionOf(await make())).toContain(reason);
  });
});
