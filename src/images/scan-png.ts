import { crc32 } from 'node:zlib';
import { malformedImage } from './invalid-image-error.ts';
import { type Scan, take } from './scan-steps.ts';

const IHDR = 0x49484452;
const PLTE = 0x504c5445;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
/** Of a chunk's data, in bytes. */
const MAX_CHUNK_BYTES = 2 ** 31 - 1;
const CRC_BYTES = 4;
const IHDR_BYTES = 13;
/** 256 colours. */
const PLTE_BYTES = 768;

/**
 * Walks a PNG from behind its signature to behind its IEND chunk (Portable Network Graphics, sections 5.3 and 11.2).
 *
 * @throws RefusedPictureError `unsupported` when its chunks are in no order that can be decoded, or browsers cannot show it for a wrong
 * checksum.
 */
export function* scanPng(): Scan {
  const header = yield* take(8);
  if (header.getUint32(0) !== IHDR_BYTES || header.getUint32(4) !== IHDR) {
    throw malformedImage('png', 'its first chunk is no IHDR of 13 bytes');
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
 * Reads the checksum behind a chunk's data. Browsers show no picture at all where that of IHDR or PLTE is wrong; where that
 * of IDAT is, they show what there is.
 */
function* requireChecksum(type: number, ...data: readonly DataView[]): Scan {
  const code = Buffer.alloc(4);
  code.writeUInt32BE(type);
  const checksum = data.reduce((value, part) => crc32(part, value), crc32(code));
  if ((yield* take(CRC_BYTES)).getUint32(0) !== checksum) {
    throw malformedImage('png', `the checksum of its ${code.toString('latin1')} chunk is wrong`);
  }
}
