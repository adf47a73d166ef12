import { malformedImage } from './invalid-image-error.ts';
import { type Scan, take } from './scan-steps.ts';

// FourCC codes, with the first character in the highest byte.
const VP8 = 0x56503820;
const VP8L = 0x5650384c;
const VP8X = 0x56503858;
const ANMF = 0x414e4d46;

/** Size of a chunk header: FourCC and length. */
const CHUNK_HEADER_BYTES = 8;
/** Number of bytes at the beginning of a first chunk's data that contain width and height. */
const SIZE_BYTES = 10;
const LOSSLESS_SIZE_BYTES = 5;

/**
 * Scans a WebP through the end of its RIFF container, starting after its first twelve bytes (RFC 9649, section 2).
 *
 * @param riffSize Size in the RIFF header, in bytes. It includes the four bytes of "WEBP".
 * @throws InvalidImageError `unsupported` when its chunks cannot be decoded.
 */
export function* scanWebp(riffSize: number): Scan {
  let left = riffSize - 4;
  for (let isFirst = true, hasData = false; ; isFirst = false) {
    if (left < CHUNK_HEADER_BYTES) {
      if (!hasData) throw malformedImage('webp', 'it ends without any image data');
      yield { skip: Math.max(left, 0) };
      return;
    }
    const chunk = yield* take(CHUNK_HEADER_BYTES);
    const code = chunk.getUint32(0);
    const length = chunk.getUint32(4, true);
    left -= CHUNK_HEADER_BYTES;
    if (length > left)
      throw malformedImage('webp', `one of its chunks claims ${length} bytes, but only ${left} are left`);
    // A chunk of odd length has a padding byte (section 2.3), which some encoders omit at the end of the file.
    const padded = Math.min(length + (length % 2), left);
    left -= padded;
    hasData ||= code === VP8 || code === VP8L || code === ANMF;
    yield { skip: padded - (isFirst ? yield* scanSize(code, length) : 0) };
  }
}

/** Reports width and height from the data of the first chunk. Returns the number of bytes that it has taken. */
function* scanSize(code: number, length: number): Scan<number> {
  const bytes = code === VP8L ? LOSSLESS_SIZE_BYTES : SIZE_BYTES;
  if ((code !== VP8 && code !== VP8L && code !== VP8X) || length < bytes) {
    throw malformedImage('webp', 'its first chunk is not a VP8, VP8L or VP8X with a size');
  }
  const data = yield* take(bytes);
  if (code === VP8) yield { size: lossySize(data) };
  if (code === VP8L) yield { size: losslessSize(data) };
  if (code === VP8X) yield { size: { width: uint24(data, 4) + 1, height: uint24(data, 7) + 1 } };
  return bytes;
}

/** Size in a key frame header: 3 bytes of flags, a start code, then twice 14 bits (RFC 6386, section 9.1). */
function lossySize(data: DataView) {
  if (data.getUint8(0) % 2 !== 0 || data.getUint16(3) !== 0x9d01 || data.getUint8(5) !== 0x2a) {
    throw malformedImage('webp', 'its VP8 data does not begin with a key frame');
  }
  return { width: data.getUint16(6, true) & 0x3fff, height: data.getUint16(8, true) & 0x3fff };
}

/** Size in a lossless header: a signature byte, then twice 14 bits of the size minus one (RFC 9649, section 3.4). */
function losslessSize(data: DataView) {
  if (data.getUint8(0) !== 0x2f) throw malformedImage('webp', 'its VP8L data does not begin with 2f');
  const bits = data.getUint32(1, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

const uint24 = (data: DataView, at: number) => data.getUint16(at, true) + data.getUint8(at + 2) * 0x10000;
