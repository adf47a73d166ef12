import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidImageError } from '../../src/images/invalid-image-error.ts';
import { createImageScanner, type ScannedImage } from '../../src/images/scan.ts';
import { noise, sampleImages, withThumbnail } from '../support/images.ts';

const LIMITS = { maxBytes: 1_000_000, maxPixels: 1_000_000 };
const samples = await sampleImages(23, 17);

/** Scans a file in pieces whose lengths repeat the given ones. @default one piece */
function scan(file: Uint8Array, { limits = LIMITS, pieces = [file.byteLength || 1] } = {}): ScannedImage {
  const scanner = createImageScanner(limits);
  for (let at = 0, index = 0; at < file.byteLength; index++) {
    const length = pieces[index % pieces.length] ?? 1;
    scanner.push(file.subarray(at, at + length));
    at += length;
  }
  return scanner.end();
}

/** Reason of the rejection of a file; undefined when it is accepted. */
function rejectionOf(file: Uint8Array, options?: Parameters<typeof scan>[1]): string | undefined {
  try {
    scan(file, options);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidImageError) return error.reason;
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

describe.each(samples)('the scan of $name', ({ format, bytes }) => {
  test('an image is accepted with the width and height in its header', () => {
    expect(scan(bytes)).toEqual({ format, byteSize: bytes.byteLength, width: 23, height: 17 });
  });

  test('the result does not depend on the size of chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }), (pieces) => {
        expect(scan(bytes, { pieces })).toEqual(scan(bytes));
      }),
      { numRuns: 30, examples: [[[1]]] },
    );
  });

  test('a file truncated at any position is rejected', () => {
    const rejections = Array.from({ length: bytes.byteLength }, (_, length) => rejectionOf(bytes.subarray(0, length)));

    expect(rejections[0]).toBe('empty');
    expect(rejections.slice(1, 12)).toSatisfy((all: string[]) =>
      all.every((one) => one === 'unsupported' || one === 'truncated'),
    );
    expect(new Set(rejections.slice(12))).toEqual(new Set(['truncated']));
  });

  test('bytes after the end of the image are accepted', () => {
    const extended = Buffer.concat([bytes, Buffer.from('appended by a camera \xff\xd8', 'latin1')]);

    expect(scan(extended)).toEqual({ ...scan(bytes), byteSize: extended.byteLength });
  });

  test('a file is rejected as soon as it is one byte too large', () => {
    const exact = { ...LIMITS, maxBytes: bytes.byteLength };
    const scanner = createImageScanner({ ...LIMITS, maxBytes: bytes.byteLength - 1 });

    expect(rejectionOf(bytes, { limits: exact })).toBeUndefined();
    scanner.push(bytes.subarray(0, -1));
    expect(() => scanner.push(bytes.subarray(-1))).toThrow(
      `Expected an image of at most ${bytes.byteLength - 1} bytes, but the file has more.`,
    );
  });

  test('an image with one pixel too many is rejected', () => {
    expect(rejectionOf(bytes, { limits: { ...LIMITS, maxPixels: 23 * 17 } })).toBeUndefined();
    expect(message(bytes, { ...LIMITS, maxPixels: 23 * 17 - 1 })).toContain(
      'Expected an image of at most 390 pixels (MAX_IMAGE_PIXELS), but its header contains 23 × 17.',
    );
  });

  test('a modified file is accepted or rejected with an InvalidImageError', () => {
    const change = fc.record({ at: fc.nat(bytes.byteLength - 1), to: fc.integer({ min: 0, max: 255 }) });

    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 99 }),
        (changes, piece) => {
          const changed = Uint8Array.from(bytes);
          for (const { at, to } of changes) changed[at] = to;
          expect(rejectionOf(changed, { pieces: [piece] })).toBe(rejectionOf(changed));
        },
      ),
    );
  });
});

test.each([
  ['an empty file', '', 'empty', 'the file is empty'],
  ['an SVG with a script', '<svg xmlns="http://www.w3.org/2000/svg">', 'unsupported', 'received an SVG image'],
  ['an HTML page', '<!doctype html><title>a</title>', 'unsupported', 'received HTML text'],
  ['a text', 'Once upon a time', 'unsupported', 'received text that begins with "Once upon a "'],
  ['a short text', 'Once', 'unsupported', 'has only 4 bytes'],
  ['an audio file in a RIFF container', 'RIFF\x04\0\0\0WAVEfmt ', 'unsupported', 'received a WAV audio'],
])('%s is rejected', (_, text, reason, part) => {
  const file = Buffer.from(text, 'latin1');

  expect(rejectionOf(file)).toBe(reason);
  expect(message(file)).toContain(part);
});

test.each(['gif', 'tiff', 'avif'] as const)('a %s is rejected by its first bytes', async (format) => {
  const scanner = createImageScanner(LIMITS);
  const file = await noise(8, 8).toFormat(format).toBuffer();

  expect(() => scanner.push(file.subarray(0, 12))).toThrow('Expected a webp, png or jpeg, but received ');
});

describe('images with a huge size in the header', () => {
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

  test.each(Object.keys(claiming))(
    'a %s with a header of 30000 × 30000 is rejected as soon as the header is complete',
    async (kind) => {
      const [file, length] = (await claiming[kind]?.()) ?? [Buffer.alloc(0), 0];
      const scanner = createImageScanner({ maxBytes: 1_000_000, maxPixels: 100_000_000 });

      scanner.push(file.subarray(0, length - 1));
      expect(() => scanner.push(file.subarray(length - 1, length))).toThrow('its header contains 30000 × 30000');
    },
  );
});

test('the thumbnail inside a jpeg is not mistaken for the image', async () => {
  const image = await noise(64, 48).jpeg().toBuffer();
  const thumbnail = await noise(16, 12).jpeg().toBuffer();
  const file = withThumbnail(image, thumbnail);

  expect(scan(file)).toMatchObject({ width: 64, height: 48 });
  expect(rejectionOf(file.subarray(0, file.indexOf(thumbnail) + thumbnail.byteLength))).toBe('truncated');
});

test('width and height are those in the header, whatever the EXIF orientation', async () => {
  expect(scan(await noise(20, 10).withMetadata({ orientation: 6 }).jpeg().toBuffer())).toMatchObject({
    width: 20,
    height: 10,
  });
});

test('restart markers, stuffed bytes and fill bytes do not end a jpeg', async () => {
  const image = await noise(16, 16).jpeg().toBuffer();
  const inserted = Buffer.from('00ffd0ff00ff01ffd7ffffff00ffd9', 'hex');
  const end = Buffer.concat([image.subarray(0, -2), inserted]);

  expect(scan(end).byteSize).toBe(end.byteLength);
  for (let missing = 1; missing < inserted.byteLength; missing++) {
    expect(rejectionOf(end.subarray(0, -missing))).toBe('truncated');
  }
});

test('the padding of a chunk of odd length is part of a webp', () => {
  const extended = '565038580a00000000000000000000000000';
  const odd = '616263640100000000ab';
  const image = '5650384c0c0000002f00000000000000000000ff';
  const file = Buffer.from(`524946463400000057454250${extended}${odd}${image}`, 'hex');

  expect(scan(file)).toEqual({ format: 'webp', byteSize: 60, width: 1, height: 1 });
  expect(rejectionOf(file.subarray(0, 59))).toBe('truncated');
});

test('a jpeg with too many segments is rejected', () => {
  const segments = (count: number) =>
    Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.alloc(count * 4, 'ffe00002', 'hex')]);

  expect(rejectionOf(segments(10_000))).toBe('truncated');
  expect(message(segments(10_001))).toContain('it has more than 10000 segments');
});

test('a webp whose last chunk has no padding is accepted', () => {
  const file = Buffer.from('5249464617000000574542505650384c0b0000002f0000000000000000000000', 'hex').subarray(0, 31);

  expect(scan(file)).toEqual({ format: 'webp', byteSize: 31, width: 1, height: 1 });
});

test('an image without pixels is rejected', async () => {
  const file = await noise(8, 8).png().toBuffer();
  file.writeUInt32BE(0, 16);

  expect(message(file)).toContain('Expected an image with pixels, but its header contains 0 × 8.');
});

test.each([
  ['a jpeg without a scan', 'ffd8ffe00004abcdffd9', 'it ends without any image data'],
  ['a jpeg whose scan has no frame', 'ffd8ffda0002', 'a scan comes before its frame header'],
  ['a jpeg with a segment that is too short', 'ffd8ffe00001', 'has a length of 1, but the minimum is 2'],
  ['a jpeg in a jpeg', 'ffd8ffd8ffe0', 'another image begins inside it'],
  ['a png that begins with its data', '89504e470d0a1a0a0000000d494441540000000100000001', 'is not an IHDR'],
  [
    'a png without data',
    `89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de${'0000000049454e44ae426082'}`,
    'it has no IDAT',
  ],
  ['a webp without chunks', '524946460400000057454250', 'it ends without any image data'],
  [
    'an extended webp without image data',
    '524946461600000057454250565038580a00000000000000000000000000',
    'ends without',
  ],
  [
    'a webp with a chunk that is too long',
    '524946461000000057454250565038209600000000000000',
    'claims 150 bytes, but only 4 are left',
  ],
])('%s is rejected', (_, hex, part) => {
  const file = Buffer.from(hex, 'hex');

  expect(rejectionOf(file)).toBe('unsupported');
  expect(message(file)).toContain(part);
});

test('a scanner that has rejected an image repeats its error', () => {
  const scanner = createImageScanner(LIMITS);

  expect(() => scanner.push(Buffer.from('Once upon a time'))).toThrow(InvalidImageError);
  expect(() => scanner.push(Buffer.alloc(0))).toThrow(InvalidImageError);
  expect(() => scanner.end()).toThrow(InvalidImageError);
});

test('arbitrary bytes after a signature are accepted or rejected with an InvalidImageError', () => {
  const signature = fc.constantFrom(...samples.map(({ bytes }) => bytes.subarray(0, 12)), Buffer.from([0xff, 0xd8]));
  const byte = fc.oneof(fc.constantFrom(0x00, 0xff, 0xd9, 0xda, 0xc0), fc.integer({ min: 0, max: 255 }));

  fc.assert(
    fc.property(signature, fc.array(byte, { maxLength: 200 }), fc.integer({ min: 1, max: 9 }), (start, rest, piece) => {
      const file = Buffer.concat([start, Buffer.from(rest)]);
      expect(rejectionOf(file, { pieces: [piece] })).toBe(rejectionOf(file));
    }),
    { numRuns: 500 },
  );
});
