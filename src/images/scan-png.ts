import { unreadable } from './refused-picture.ts';
import { take, type Walk } from './walk.ts';

const IHDR = 0x49484452;
const IDAT = 0x49444154;
const IEND = 0x49454e44;
/** Of a chunk's data, in bytes. */
const MOST = 2 ** 31 - 1;
const CRC_BYTES = 4;
const IHDR_BYTES = 13;

/**
 * Walks a PNG from behind its signature to behind its IEND chunk (Portable Network Graphics, sections 5.3 and 11.2).
 *
 * @throws RefusedPictureError `unsupported` when its chunks are in no order that can be decoded.
 */
export function* walkPng(): Walk {
  const header = yield* take(16);
  if (header.getUint32(0) !== IHDR_BYTES || header.getUint32(4) !== IHDR) {
    throw unreadable('png', 'its first chunk is no IHDR of 13 bytes');
  }
  yield { size: { width: header.getUint32(8), height: header.getUint32(12) } };
  yield { skip: IHDR_BYTES - 8 + CRC_BYTES };
  for (let hasData = false; ; ) {
    const chunk = yield* take(8);
    const length = chunk.getUint32(0);
    const type = chunk.getUint32(4);
    if (length > MOST) throw unreadable('png', `one of its chunks claims ${length} bytes, more than ${MOST}`);
    yield { skip: length + CRC_BYTES };
    hasData ||= type === IDAT;
    if (type !== IEND) continue;
    if (!hasData) throw unreadable('png', 'it has no IDAT chunk before its end');
    return;
  }
}
