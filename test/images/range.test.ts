import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRange, sliceStream } from '../../src/images/range.ts';

/** A stream of bytes in pieces of the given sizes, and its state. */
function streamOf(bytes: Buffer, pieces: readonly number[]) {
  const source = { canceled: false, at: 0 };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (source.at >= bytes.length) return controller.close();
        const size = pieces[source.at % pieces.length] ?? 1;
        controller.enqueue(bytes.subarray(source.at, source.at + size));
        source.at += size;
      },
      cancel() {
        source.canceled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { source, body };
}

const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });

test('a range of a stream contains the same bytes, whatever the size of its chunks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(), pieces, async (data, a, b, sizes) => {
      const bytes = Buffer.from(data);
      const first = a % bytes.length;
      const last = first + (b % (bytes.length - first));
      const { body } = streamOf(bytes, sizes);

      const part = Buffer.from(await new Response(sliceStream(body, { first, last })).arrayBuffer());

      expect(part).toEqual(bytes.subarray(first, last + 1));
    }),
  );
});

test('the stream is not read beyond the range', async () => {
  const { body, source } = streamOf(Buffer.alloc(1_000), [10]);

  await new Response(sliceStream(body, { first: 15, last: 25 })).arrayBuffer();

  expect(source).toEqual({ canceled: true, at: 30 });
});

test('every range is parsed to the positions of its bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(120), fc.nat(120), (size, first, last) => {
      const bytes = Buffer.from(Array.from({ length: size }, (_, index) => index));
      const cut = (header: string) => {
        const range = parseRange(header, size);
        return typeof range === 'object' ? bytes.subarray(range.first, range.last + 1) : range;
      };

      const between = cut(`bytes=${first}-${last}`);
      if (last < first) expect(between).toBeUndefined();
      else expect(between).toEqual(first < size ? bytes.subarray(first, last + 1) : 'unsatisfiable');
      expect(cut(`bytes=${first}-`)).toEqual(first < size ? bytes.subarray(first) : 'unsatisfiable');
      expect(cut(`bytes=-${last}`)).toEqual(last > 0 ? bytes.subarray(-last) : 'unsatisfiable');
    }),
  );
});

test.each([
  null,
  '',
  'bytes',
  'bytes=',
  'bytes=-',
  'bytes=a-b',
  'bytes=1',
  'bytes=0x1-2',
  'bytes=1.5-2',
  'bytes=--1',
  'bytes=0-1,4-5',
  'pixels=0-1',
])('the Range header %j is ignored', (header) => {
  expect(parseRange(header, 10)).toBeUndefined();
});

test('positions of any length are parsed', () => {
  const endless = '9'.repeat(500);

  expect(parseRange(`bytes=2-${endless}`, 10)).toEqual({ first: 2, last: 9 });
  expect(parseRange(`bytes=-${endless}`, 10)).toEqual({ first: 0, last: 9 });
  expect(parseRange(`bytes=${endless}-`, 10)).toBe('unsatisfiable');
  expect(parseRange('BYTES=0-0', 10)).toEqual({ first: 0, last: 0 });
});
