const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
/** Size of the header of a key frame, through width and height (RFC 6386, section 9.1). */
const FRAME_HEADER_BYTES = 10;
/** Maximum size of the first partition: its length has 19 bits, after 5 bits of flags. */
const MAX_FIRST_PARTITION_BYTES = 2 ** 19 - 1;
/**
 * Maximum size of a macroblock of zeros in each partition: 21 decisions for its modes, and 25 blocks that end with
 * their first decision. A decision takes at most 7 bits (RFC 6386, sections 7.3, 8 and 13).
 */
const MODES_BYTES = 19;
const COEFFICIENTS_BYTES = 22;
/** Number of bytes that a decoder reads ahead. */
const READ_AHEAD_BYTES = 16;

/**
 * Pads the first and the last partition of a lossy WebP with zeros. The decoder rejects damaged data that ends before
 * the whole image is decoded, but accepts any data that is long enough.
 *
 * Takes the memory of the file, and a sixth of a byte per pixel.
 *
 * @param webp A WebP whose header the decoder has accepted.
 * @returns The repaired WebP; undefined when it is lossless or animated.
 */
export function repairLossyWebp(webp: Buffer): Buffer | undefined {
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES + FRAME_HEADER_BYTES <= webp.byteLength; ) {
    const length = webp.readUInt32LE(at + 4);
    const start = at + CHUNK_HEADER_BYTES;
    const end = start + length + (length % 2);
    if (webp.toString('latin1', at, at + 4) === 'VP8 ') {
      const frame = padPartitions(webp.subarray(start, start + length));
      const padded = Buffer.concat([webp.subarray(0, start), frame, webp.subarray(end)]);
      padded.writeUInt32LE(frame.byteLength, at + 4);
      padded.writeUInt32LE(webp.readUInt32LE(4) + padded.byteLength - webp.byteLength, 4);
      return padded;
    }
    at = end;
  }
  return undefined;
}

/** A key frame of even length with zeros after its first and its last partition. */
function padPartitions(frame: Buffer): Buffer {
  const macroblocks =
    Math.ceil((frame.readUInt16LE(6) & 0x3fff) / 16) * Math.ceil((frame.readUInt16LE(8) & 0x3fff) / 16);
  const tag = frame.readUIntLE(0, 3);
  const firstLength = tag >>> 5;
  const firstEnd = FRAME_HEADER_BYTES + firstLength;
  const modes = Math.min(macroblocks * MODES_BYTES + READ_AHEAD_BYTES, MAX_FIRST_PARTITION_BYTES - firstLength);
  const coefficients = macroblocks * COEFFICIENTS_BYTES + READ_AHEAD_BYTES;
  const padded = Buffer.concat([
    frame.subarray(0, firstEnd),
    Buffer.alloc(modes),
    frame.subarray(firstEnd),
    Buffer.alloc(coefficients + ((frame.byteLength + modes + coefficients) % 2)),
  ]);
  padded.writeUIntLE((tag & 0x1f) + (firstLength + modes) * 32, 0, 3);
  return padded;
}
