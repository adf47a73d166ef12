import { crc32 } from 'node:zlib';
import { yieldToEventLoop } from '../util/next-turn.ts';

/** Size of the length and type of a chunk. */
const CHUNK_START_BYTES = 8;
const CRC_BYTES = 4;
const IEND = Buffer.from('0000000049454e44ae426082', 'hex');
/** Header of a zlib stream with stored blocks (RFC 1950, section 2.2). */
const ZLIB_HEADER = Buffer.from([0x78, 0x01]);
const ADLER_BYTES = 4;
/** Maximum size of the data of a stored deflate block, and size of its header (RFC 1951, section 3.2.4). */
const BLOCK_BYTES = 65_535;
const BLOCK_HEADER_BYTES = 5;
/** Number of blocks processed before yielding to the event loop; takes a few milliseconds. */
const BLOCKS_AT_ONCE = 16;

/**
 * A PNG without compression, built in a single buffer. The rows are written at the end of the buffer, after the space
 * for all block headers, and `finish` then moves each block forward to its final position.
 */
export class StoredPng {
  /** The filtered rows, zeros at first. */
  readonly rows: Buffer;
  readonly #file: Buffer;
  /** Position of the IDAT chunk in the file. */
  readonly #idat: number;

  /**
   * @param head Signature and chunks before the first IDAT.
   * @param rowsBytes Size of all rows with their filter bytes.
   */
  constructor(head: Buffer, rowsBytes: number) {
    const blocks = Math.ceil(rowsBytes / BLOCK_BYTES);
    const data = head.byteLength + CHUNK_START_BYTES;
    const rows = data + ZLIB_HEADER.byteLength + blocks * BLOCK_HEADER_BYTES;
    const end = rows + rowsBytes + ADLER_BYTES;
    this.#file = Buffer.alloc(end + CRC_BYTES + IEND.byteLength);
    this.#idat = head.byteLength;
    this.rows = this.#file.subarray(rows, rows + rowsBytes);
    head.copy(this.#file);
    this.#file.writeUInt32BE(end - data, this.#idat);
    this.#file.write('IDAT', this.#idat + 4, 'latin1');
    ZLIB_HEADER.copy(this.#file, data);
    IEND.copy(this.#file, end + CRC_BYTES);
  }

  /** Completes and returns the file; the rows are then no longer valid. @throws The signal's reason. */
  async finish(signal?: AbortSignal): Promise<Buffer> {
    const file = this.#file;
    const { rows } = this;
    let to = this.#idat + CHUNK_START_BYTES + ZLIB_HEADER.byteLength;
    let checksum = crc32(file.subarray(this.#idat + 4, to));
    let adler = 1;
    for (let at = 0, block = 1; at < rows.byteLength; at += BLOCK_BYTES, block++) {
      const bytes = rows.subarray(at, at + BLOCK_BYTES);
      const { byteLength } = bytes;
      adler = adler32(bytes, adler);
      bytes.copy(file, to + BLOCK_HEADER_BYTES);
      file.writeUInt8(at + byteLength === rows.byteLength ? 1 : 0, to);
      file.writeUInt16LE(byteLength, to + 1);
      file.writeUInt16LE(byteLength ^ 0xffff, to + 3);
      const after = to + BLOCK_HEADER_BYTES + byteLength;
      checksum = crc32(file.subarray(to, after), checksum);
      to = after;
      if (block % BLOCKS_AT_ONCE !== 0) continue;
      await yieldToEventLoop();
      signal?.throwIfAborted();
    }
    to = file.writeUInt32BE(adler, to);
    file.writeUInt32BE(crc32(file.subarray(to - ADLER_BYTES, to), checksum), to);
    return file;
  }
}

/** Number of bytes whose sums cannot overflow 32 bits, as in zlib. */
const ADLER_BATCH_BYTES = 3_800;

/**
 * Adler-32 checksum of a zlib stream (RFC 1950, section 8.2), which Node.js 20 does not provide.
 *
 * @param value Checksum of the preceding bytes.
 */
function adler32(bytes: Buffer, value: number): number {
  let low = value & 0xffff;
  let high = value >>> 16;
  for (let at = 0; at < bytes.byteLength; ) {
    const end = Math.min(at + ADLER_BATCH_BYTES, bytes.byteLength);
    for (; at < end; at++) {
      low += bytes[at] ?? 0;
      high += low;
    }
    low %= 65_521;
    high %= 65_521;
  }
  return high * 0x10000 + low;
}
