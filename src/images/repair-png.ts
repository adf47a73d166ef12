import { crc32, createInflateRaw } from 'node:zlib';
import { Deinterlacer, rowBytes } from './deinterlace.ts';
import { StoredPng } from './stored-png.ts';

const SIGNATURE_BYTES = 8;
/** Size of the length, type and checksum of a chunk. */
const CHUNK_BYTES = 12;
/** Positions of the fields of IHDR in the file (Portable Network Graphics, section 11.2.1). */
const IHDR = { type: 12, width: 16, height: 20, depth: 24, colorType: 25, interlacing: 28, checksum: 29 };
/** Samples per pixel by color type. */
const SAMPLES = [1, undefined, 3, 1, 2, undefined, 4];
/** Size of the header of a zlib stream (RFC 1950, section 2.2). */
const ZLIB_HEADER_BYTES = 2;
/** Maximum number of pieces of the data. An error loses all of the piece that it is in, so pieces should be small. */
const MAX_PIECES = 1_000;
const MIN_PIECE_BYTES = 64;
/** Size of the chunks that zlib emits; each is processed synchronously. */
const INFLATE_CHUNK_BYTES = 65_536;

/**
 * Converts the intact data of an interlaced PNG to a PNG without interlacing. Of a damaged PNG, the decoder returns the
 * intact rows only if it is not interlaced; it rejects an interlaced one even if only its last checksum is wrong.
 *
 * Takes the memory of all pixels and one byte per row, which `planVariant` reserves for interlaced PNGs.
 *
 * @param png An interlaced PNG whose header the decoder has accepted.
 * @returns The repaired PNG; undefined when not even the first row can be inflated.
 * @throws The signal's reason.
 */
export async function repairInterlacedPng(png: Buffer, signal?: AbortSignal): Promise<Buffer | undefined> {
  const grid = {
    width: png.readUInt32BE(IHDR.width),
    height: png.readUInt32BE(IHDR.height),
    bitsPerPixel: png.readUInt8(IHDR.depth) * (SAMPLES[png.readUInt8(IHDR.colorType)] ?? 0),
  };
  const stored = new StoredPng(headOf(png), grid.height * rowBytes(grid.width, grid.bitsPerPixel));
  const image = new Deinterlacer(grid, stored.rows);
  await inflate(png, image, signal);
  return image.isEmpty ? undefined : await stored.finish(signal);
}

/** Signature and chunks before the first IDAT, with the interlacing removed from IHDR. */
function headOf(png: Buffer): Buffer {
  let end = SIGNATURE_BYTES;
  for (const { type, start } of chunksOf(png)) {
    end = start;
    if (type === 'IDAT') break;
  }
  const head = Buffer.from(png.subarray(0, end));
  head.writeUInt8(0, IHDR.interlacing);
  head.writeUInt32BE(crc32(head.subarray(IHDR.type, IHDR.checksum)), IHDR.checksum);
  return head;
}

/**
 * Inflates the data of a PNG up to the first error. Ignores the zlib header and checksum, because those may be what the
 * decoder failed on.
 */
async function inflate(png: Buffer, image: Deinterlacer, signal: AbortSignal | undefined): Promise<void> {
  const stream = createInflateRaw({ chunkSize: INFLATE_CHUNK_BYTES });
  stream.on('data', (bytes: Buffer) => image.push(bytes));
  const ended = new Promise((resolve) => stream.once('error', resolve).once('end', resolve)).then(() => true);
  try {
    for (const piece of piecesOf(png)) {
      const written = new Promise((resolve) => stream.write(piece, resolve)).then(() => false);
      const isOver = await Promise.race([ended, written]);
      signal?.throwIfAborted();
      if (isOver || image.isFull) return;
    }
  } finally {
    stream.destroy();
  }
}

/** The deflated data in pieces of equal size. Each piece is valid until the next one. */
function* piecesOf(png: Buffer): Generator<Buffer> {
  const piece = Buffer.allocUnsafe(Math.max(MIN_PIECE_BYTES, Math.ceil(png.byteLength / MAX_PIECES)));
  let filled = 0;
  let skipped = 0;
  for (const { type, data } of chunksOf(png)) {
    if (type !== 'IDAT') continue;
    let at = Math.min(ZLIB_HEADER_BYTES - skipped, data.byteLength);
    skipped += at;
    while (at < data.byteLength) {
      const copied = data.copy(piece, filled, at);
      at += copied;
      filled += copied;
      if (filled < piece.byteLength) continue;
      yield piece;
      filled = 0;
    }
  }
  yield piece.subarray(0, filled);
}

/** The chunks of a PNG. The last one may be truncated. */
function* chunksOf(png: Buffer): Generator<{ type: string; start: number; data: Buffer }> {
  for (let start = SIGNATURE_BYTES; start + 8 <= png.byteLength; ) {
    const length = png.readUInt32BE(start);
    const type = png.toString('latin1', start + 4, start + 8);
    yield { type, start, data: png.subarray(start + 8, start + 8 + length) };
    if (type === 'IEND') return;
    start += CHUNK_BYTES + length;
  }
}
