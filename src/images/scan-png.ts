import { crc32 } from 'node:zlib';
import { malformedImage } from './invalid-image-error.ts';
import { type Scan, take } from './scan-steps.ts';

const IHDR = 0x49484452;
const PLTE = 0x504c5445;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
/** Maximum size of the data of a chunk. */
const MAX_CHUNK_BYTES = 2 ** 31 - 1;
const CRC_BYTES = 4;
const IHDR_BYTES = 13;
/** Maximum size of a palette: 256 colors of 3 bytes. */
const PLTE_BYTES = 768;

/**
 * Scans a PNG through its IEND chunk, starting after its signature (Portable Network Graphics, sections 5.3 and 11.2).
 *
 * @throws InvalidImageError `unsupported` when the order of chunks is invalid, or a wrong checksum prevents browsers
 *   from showing the image.
 */
export function* scanPng(): Scan {
  const header = yield* take(8);
  if (header.getUint32(0) !== IHDR_BYTES || header.getUint32(4) !== IHDR) {
    throw malformedImage('png', 'its first chunk is not an IHDR of 13 bytes');
  }
  const size = yield* take(8);
  yield { size: { width: size.getUint32(0), height: size.getUint32(4) } };
  yield* requireChecksum(IHDR, size, yield* take(IHDR_BYTES - 8));
  for (let hasData = false; ; ) {
    const chunk = yield* take(8);
    const length = chunk.getUint32(0);
    const type = chunk.getUint32(4);
    if (length > MAX_CHUNK_BYTES)
      throw malformedImage('png', `one of its chunks claims ${length} bytes, more than ${MAX_CHUNK_BYTES}`);
    if (type === PLTE && length <= PLTE_BYTES) yield* requireChecksum(PLTE, yield* take(length));
    else yield { skip: length + CRC_BYTES };
    hasData ||= type === IDAT;
    if (type !== IEND) continue;
    if (!hasData) throw malformedImage('png', 'it has no IDAT chunk before its end');
    return;
  }
}

/**
 * Verifies the checksum after the data of a chunk. Browsers show nothing when that of IHDR or PLTE is wrong, but show
 * the intact part of the image when that of IDAT is.
 */
function* requireChecksum(type: number, ...data: readonly DataView[]): Scan {
  const code = Buffer.alloc(4);
  code.writeUInt32BE(type);
  const checksum = data.reduce((value, part) => crc32(part, value), crc32(code));
  if ((yield* take(CRC_BYTES)).getUint32(0) !== checksum) {
    throw malformedImage('png', `the checksum of its ${code.toString('latin1')} chunk is wrong`);
  }
}
