const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
/** Of a key frame's data until behind width and height (RFC 6386, section 9.1). */
const FRAME_HEADER_BYTES = 10;
/** The first partition's length has 19 bits, behind 5 bits of flags. */
const MAX_FIRST_PARTITION_BYTES = 2 ** 19 - 1;
/**
 * The most that a macroblock of zeros takes in each partition: 21 decisions on its modes, and 25 blocks that end with
 * their first one. A decision takes at most 7 bits (RFC 6386, sections 7.3, 8 and 13).
 */
const MODES_BYTES = 19;
const COEFFICIENTS_BYTES = 22;
/** What a decoder reads ahead. */
const READ_AHEAD_BYTES = 16;

/**
 * Lengthens the data of a lossy WebP by zeros, in its first and last partition. Damaged data often lasts for less than
 * the whole image; the decoder then returns nothing, though any data that is long enough is some image.
 *
 * Takes memory for the file, and a sixth of a byte for each pixel.
 *
 * @param webp A WebP whose header the decoder has accepted.
 * @returns undefined when it is lossless or animated.
 */
export function repairLossyWebp(webp: Buffer): Buffer | undefined {
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES + FRAME_HEADER_BYTES <= webp.byteLength; ) {
    const length = webp.readUInt32LE(at + 4);
    const start = at + CHUNK_HEADER_BYTES;
    const end = start + length + (length % 2);
    if (webp.toString('latin1', at, at + 4) === 'VP8 ') {
      const frame = lengthen(webp.subarray(start, start + length));
      const longer = Buffer.concat([webp.subarray(0, start), frame, webp.subarray(end)]);
      longer.writeUInt32LE(frame.byteLength, at + 4);
      longer.writeUInt32LE(webp.readUInt32LE(4) + longer.byteLength - webp.byteLength, 4);
      return longer;
    }
    at = end;
  }
  return undefined;
}

/** A key frame of even length with zeros behind its first and its last partition. */
function lengthen(frame: Buffer): Buffer {
  const macroblocks =
    Math.ceil((frame.readUInt16LE(6) & 0x3fff) / 16) * Math.ceil((frame.readUInt16LE(8) & 0x3fff) / 16);
  const tag = frame.readUIntLE(0, 3);
  const firstLength = tag >>> 5;
  const firstEnd = FRAME_HEADER_BYTES + firstLength;
  const modes = Math.min(macroblocks * MODES_BYTES + READ_AHEAD_BYTES, MAX_FIRST_PARTITION_BYTES - firstLength);
  const coefficients = macroblocks * COEFFICIENTS_BYTES + READ_AHEAD_BYTES;
  const longer = Buffer.concat([
    frame.subarray(0, firstEnd),
    Buffer.alloc(modes),
    frame.subarray(firstEnd),
    Buffer.alloc(coefficients + ((frame.byteLength + modes + coefficients) % 2)),
  ]);
  longer.writeUIntLE((tag & 0x1f) + (firstLength + modes) * 32, 0, 3);
  return longer;
}
