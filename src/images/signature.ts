import { DownloadError } from '../upstream/images/download-error.ts';
import { describeContent } from './describe-content.ts';

/** Image formats that the upstream and this gateway support. */
export type ImageFormat = 'webp' | 'png' | 'jpeg';

/** Number of bytes at the beginning of an image that determine its format. */
export const SIGNATURE_BYTES = 12;

/** The media type of each format. */
export const MEDIA_TYPES: Readonly<Record<ImageFormat, string>> = {
  webp: 'image/webp',
  png: 'image/png',
  jpeg: 'image/jpeg',
};

/**
 * Detects the format of an image from its first bytes, whatever its file name or headers claim. Returns `undefined` for
 * other content.
 *
 * PNG: section 5.2 of its specification. WebP: RFC 9649 section 2.4 (a RIFF container). JPEG: the SOI marker and the
 * first byte of the following marker, ITU-T T.81 annex B.
 *
 * @param firstBytes At least the first {@link SIGNATURE_BYTES} bytes.
 */
export function detectFormat(firstBytes: Uint8Array): ImageFormat | undefined {
  if (matchesAt(firstBytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (matchesAt(firstBytes, 0, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (matchesAt(firstBytes, 0, RIFF) && matchesAt(firstBytes, 8, WEBP)) return 'webp';
  return undefined;
}

/**
 * Detects the format of a downloaded image.
 *
 * @throws DownloadError `invalid` when the content is not in a supported format.
 */
export function requireFormat(firstBytes: Uint8Array): ImageFormat {
  const format = detectFormat(firstBytes);
  if (format) return format;
  const received = firstBytes.byteLength > 0 ? describeContent(firstBytes) : 'nothing';
  throw new DownloadError('invalid', `Expected a webp, png or jpeg, but received ${received}.`);
}

const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];

const matchesAt = (bytes: Uint8Array, offset: number, expected: readonly number[]) =>
  expected.every((byte, index) => bytes[offset + index] === byte);
