import { crc32, deflateSync } from 'node:zlib';
import { seededIntegers } from './draws.ts';

/** Color type and bit depth of a PNG, as in IHDR. */
export interface PngKind {
  readonly colorType: 0 | 2 | 3 | 4 | 6;
  readonly depth: 1 | 2 | 4 | 8 | 16;
}

const SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Yields the size of each row of each pass of an interlaced image (Adam7), in bytes without the filter byte. */
function* passRows(width: number, height: number, { colorType, depth }: PngKind): Generator<number> {
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  for (const [x, y, dx, dy] of passes) {
    const bytes = Math.ceil((Math.ceil((width - x) / dx) * SAMPLES[colorType] * depth) / 8);
    for (let row = y; row < height && x < width; row += dy) yield bytes;
  }
}

/** Creates the filtered rows of a noise image with all filters; any bytes are a valid image. */
export function noiseRows(width: number, height: number, kind: PngKind, filterOf = (drawn: number) => drawn): Buffer {
  const draw = seededIntegers(width * height);
  const rows = [...passRows(width, height, kind)].map((bytes) =>
    Buffer.from([filterOf(draw(5)), ...Array.from({ length: bytes }, () => draw(256))]),
  );
  return Buffer.concat(rows);
}

/** Creates an interlaced PNG with one IDAT chunk. @param data The zlib stream. @default The deflated rows */
export function interlacedPng(
  width: number,
  height: number,
  kind: PngKind,
  rows: Buffer,
  data: Buffer = deflateSync(rows),
) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([kind.depth, kind.colorType, 0, 0, 1], 8);
  const palette = Buffer.from(Array.from({ length: 3 * 2 ** Math.min(kind.depth, 8) }, (_, at) => (at * 89) % 256));
  const chunks = [chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))];
  if (kind.colorType === 3) chunks.splice(1, 0, chunk('PLTE', palette), chunk('tRNS', Buffer.from([0, 99])));
  return Buffer.concat([SIGNATURE, ...chunks]);
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  bytes.writeUInt32BE(data.byteLength);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.byteLength - 4);
  return bytes;
}
