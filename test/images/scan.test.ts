import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createImageScanner, RefusedPictureError, type ScannedImage } from '../../src/images/scan.ts';
import { noise, pictures, withThumbnail } from '../support/images.ts';

const LIMITS = { maxBytes: 1_000_000, maxPixels: 1_000_000 };
const samples = await pictures(23, 17);

/** Scans a file in pieces of the given lengths, again and again; in one piece when there are none. */
function scan(file: Uint8Array, { limits = LIMITS, pieces = [file.byteLength || 1] } = {}): ScannedImage {
  const scanner = createImageScanner(limits);
  for (let at = 0, turn = 0; at < file.byteLength; turn++) {
    const length = pieces[turn % pieces.length] ?? 1;
    scanner.push(file.subarray(at, at + length));
    at += length;
  }
  return scanner.end();
}

/** Why a file is refused; undefined when it is not. */
function refusalOf(file: Uint8Array, options?: Parameters<typeof scan>[1]): string | undefined {
  try {
    scan(file, options);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedPictureError) return error.reason;
    throw error;
  }
}

const message = (file: Uint8Array, limits = LIMITS): string => {
  try {
    return JSON.stringify(scan(file, { limits }));
  } catch (error) {
    return String(error);
  }
};

describe.each(samples)('$name', ({ format, bytes }) => {
  test('is taken in with the size of its header', () => {
    expect(scan(bytes)).toEqual({ format, byteSize: bytes.byteLength, width: 23, height: 17 });
  });

  test('is the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }), (pieces) => {
        expect(scan(bytes, { pieces })).toEqual(scan(bytes));
      }),
      { numRuns: 30, examples: [[[1]]] },
    );
  });

  test('is refused when any part of its end is missing', () => {
    const refusals = Array.from({ length: bytes.byteLength }, (_, length) => refusalOf(bytes.subarray(0, length)));

    expect(refusals[0]).toBe('empty');
    expect(refusals.slice(1, 12)).toSatisfy((all: string[]) =>
      all.every((one) => one === 'unsupported' || one === 'truncated'),
    );
    expect(new Set(refusals.slice(12))).toEqual(new Set(['truncated']));
  });

  test('may be followed by other bytes', () => {
    const followed = Buffer.concat([bytes, Buffer.from('what a camera appends \xff\xd8', 'latin1')]);

    expect(scan(followed)).toEqual({ ...scan(bytes), byteSize: followed.byteLength });
  });

  test('is refused as soon as it is one byte too large', () => {
    const exact = { ...LIMITS, maxBytes: bytes.byteLength };
    const scanner = createImageScanner({ ...LIMITS, maxBytes: bytes.byteLength - 1 });

    expect(refusalOf(bytes, { limits: exact })).toBeUndefined();
    scanner.push(bytes.subarray(0, -1));
    expect(() => scanner.push(bytes.subarray(-1))).toThrow(
      `Expected a picture of at most ${bytes.byteLength - 1} bytes, but the file has more.`,
    );
  });

  test('is refused when it has one pixel too many', () => {
    expect(refusalOf(bytes, { limits: { ...LIMITS, maxPixels: 23 * 17 } })).toBeUndefined();
    expect(message(bytes, { ...LIMITS, maxPixels: 23 * 17 - 1 })).toContain(
      'Expected a picture of at most 390 pixels, but its header says 23 × 17.',
    );
  });

  test('never fails with anything but a refusal, whatever is changed in it', () => {
    const change = fc.record({ at: fc.nat(bytes.byteLength - 1), to: fc.integer({ min: 0, max: 255 }) });

    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 99 }),
        (changes, piece) => {
          const changed = Uint8Array.from(bytes);
          for (const { at, to } of changes) changed[at] = to;
          expect(refusalOf(changed, { pieces: [piece] })).toBe(refusalOf(changed));
        },
      ),
    );
  });
});

test.each([
  ['nothing', '', 'empty', 'the file is empty'],
  ['a drawing with script', '<svg xmlns="http://www.w3.org/2000/svg">', 'unsupported', 'begins with 3c73766720786d6c'],
  ['a page', '<!doctype html><title>a</title>', 'unsupported', 'begins with 3c21646f63747970'],
  ['a text', 'Once upon a time', 'unsupported', 'begins with 4f6e6365'],
  ['a short text', 'Once', 'unsupported', 'has only 4 bytes'],
  ['a sound in the container of webp', 'RIFF\x04\0\0\0WAVEfmt ', 'unsupported', 'begins with 52494646'],
])('%s is refused', (_, text, reason, part) => {
  const file = Buffer.from(text, 'latin1');

  expect(refusalOf(file)).toBe(reason);
  expect(message(file)).toContain(part);
});

test.each(['gif', 'tiff', 'avif'] as const)('a %s is refused by its first bytes', async (format) => {
  const scanner = createImageScanner(LIMITS);
  const file = await noise(8, 8).toFormat(format).toBuffer();

  expect(() => scanner.push(file.subarray(0, 12))).toThrow('Expected a webp, png or jpeg, but the file begins with');
});

describe('a header that claims 30000 × 30000', () => {
  const claiming: Record<string, () => Promise<[Buffer, number]>> = {
    png: async () => {
      const file = await noise(8, 8).png().toBuffer();
      file.writeUInt32BE(30_000, 16);
      file.writeUInt32BE(30_000, 20);
      return [file, 24];
    },
    jpeg: async () => {
      const file = await noise(8, 8).jpeg().toBuffer();
      const frame = file.indexOf(Buffer.from([0xff, 0xc0]));
      file.writeUInt16BE(30_000, frame + 5);
      file.writeUInt16BE(30_000, frame + 7);
      return [file, frame + 9];
    },
    'extended webp': async () => {
      const file = await noise(8, 8, 4).webp().toBuffer();
      expect(file.toString('latin1', 12, 16)).toBe('VP8X');
      file.writeUIntLE(29_999, 24, 3);
      file.writeUIntLE(29_999, 27, 3);
      return [file, 30];
    },
  };

  test.each(Object.keys(claiming))('is refused as soon as it is there, in a %s', async (kind) => {
    const [file, length] = (await claiming[kind]?.()) ?? [Buffer.alloc(0), 0];
    const scanner = createImageScanner({ maxBytes: 1_000_000, maxPixels: 100_000_000 });

    scanner.push(file.subarray(0, length - 1));
    expect(() => scanner.push(file.subarray(length - 1, length))).toThrow('its header says 30000 × 30000');
  });
});

test('the thumbnail inside of a jpeg is not taken for the picture', async () => {
  const picture = await noise(64, 48).jpeg().toBuffer();
  const thumbnail = await noise(16, 12).jpeg().toBuffer();
  const file = withThumbnail(picture, thumbnail);

  expect(scan(file)).toMatchObject({ width: 64, height: 48 });
  expect(refusalOf(file.subarray(0, file.indexOf(thumbnail) + thumbnail.byteLength))).toBe('truncated');
});

test('width and height are those of the header, whatever rotation the picture asks for', async () => {
  expect(scan(await noise(20, 10).withMetadata({ orientation: 6 }).jpeg().toBuffer())).toMatchObject({
    width: 20,
    height: 10,
  });
});

test('restart markers, stuffed bytes and fill bytes do not end a jpeg', async () => {
  const picture = await noise(16, 16).jpeg().toBuffer();
  const inserted = Buffer.from('00ffd0ff00ff01ffd7ffffff00ffd9', 'hex');
  const end = Buffer.concat([picture.subarray(0, -2), inserted]);

  expect(scan(end).byteSize).toBe(end.byteLength);
  for (let missing = 1; missing < inserted.byteLength; missing++) {
    expect(refusalOf(end.subarray(0, -missing))).toBe('truncated');
  }
});

test('the padding behind a chunk of odd length belongs to a webp', () => {
  const extended = '565038580a00000000000000000000000000';
  const odd = '616263640100000000ab';
  const picture = '5650384c0c0000002f00000000000000000000ff';
  const file = Buffer.from(`524946463400000057454250${extended}${odd}${picture}`, 'hex');

  expect(scan(file)).toEqual({ format: 'webp', byteSize: 60, width: 1, height: 1 });
  expect(refusalOf(file.subarray(0, 59))).toBe('truncated');
});

test('a jpeg of nothing but segments is refused before it has taken long', () => {
  const segments = (count: number) =>
    Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.alloc(count * 4, 'ffe00002', 'hex')]);

  expect(refusalOf(segments(10_000))).toBe('truncated');
  expect(message(segments(10_001))).toContain('it has more than 10000 segments');
});

test('a webp whose last chunk has no padding is taken in', () => {
  const file = Buffer.from('5249464617000000574542505650384c0b0000002f0000000000000000000000', 'hex').subarray(0, 31);

  expect(scan(file)).toEqual({ format: 'webp', byteSize: 31, width: 1, height: 1 });
});

test('a picture without pixels is refused', async () => {
  const file = await noise(8, 8).png().toBuffer();
  file.writeUInt32BE(0, 16);

  expect(message(file)).toContain('Expected a picture with pixels, but its header says 0 × 8.');
});

test.each([
  ['a jpeg without a picture', 'ffd8ffe00004abcdffd9', 'it ends without a picture'],
  ['a jpeg whose scan has no frame', 'ffd8ffda0002', 'a scan comes before its frame header'],
  ['a jpeg with a segment of no length', 'ffd8ffe00001', 'claims 1 bytes'],
  ['a jpeg in a jpeg', 'ffd8ffd8ffe0', 'another picture begins inside of it'],
  ['a png that begins with its data', '89504e470d0a1a0a0000000d494441540000000100000001', 'is no IHDR'],
  [
    'a png without data',
    `89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de${'0000000049454e44ae426082'}`,
    'it has no IDAT',
  ],
  ['a webp of nothing', '524946460400000057454250', 'it ends without a picture'],
  [
    'an extended webp without a picture',
    '524946461600000057454250565038580a00000000000000000000000000',
    'ends without',
  ],
  [
    'a webp with a chunk that is too long',
    '524946461000000057454250565038209600000000000000',
    'claims 150 bytes where 4 are left',
  ],
])('%s is refused', (_, hex, part) => {
  const file = Buffer.from(hex, 'hex');

  expect(refusalOf(file)).toBe('unsupported');
  expect(message(file)).toContain(part);
});

test('a refusal is final', () => {
  const scanner = createImageScanner(LIMITS);

  expect(() => scanner.push(Buffer.from('Once upon a time'))).toThrow(RefusedPictureError);
  expect(() => scanner.push(Buffer.alloc(0))).toThrow(RefusedPictureError);
  expect(() => scanner.end()).toThrow(RefusedPictureError);
});

test('any bytes behind any signature end in facts or a refusal', () => {
  const signature = fc.constantFrom(...samples.map(({ bytes }) => bytes.subarray(0, 12)), Buffer.from([0xff, 0xd8]));
  const byte = fc.oneof(fc.constantFrom(0x00, 0xff, 0xd9, 0xda, 0xc0), fc.integer({ min: 0, max: 255 }));

  fc.assert(
    fc.property(signature, fc.array(byte, { maxLength: 200 }), fc.integer({ min: 1, max: 9 }), (start, rest, piece) => {
      const file = Buffer.concat([start, Buffer.from(rest)]);
      expect(refusalOf(file, { pieces: [piece] })).toBe(refusalOf(file));
    }),
    { numRuns: 500 },
  );
});
