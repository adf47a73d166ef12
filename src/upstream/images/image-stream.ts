import { toChunkStream } from '../../util/byte-streams.ts';
import { DownloadError } from './download-error.ts';

/** An open image. Its owner must read the body or cancel it. */
export interface ImageStream {
  /** As declared by its source, which may be wrong. */
  contentType: string | undefined;
  /** Size in bytes; undefined if it is unknown before the body is read. */
  byteSize: number | undefined;
  body: ReadableStream<Uint8Array>;
}

/** Default maximum size of an image, in bytes (32 MiB). */
export const MAX_IMAGE_STREAM_BYTES = 33_554_432;

const MAX_PREFIX_LENGTH = 2_048;
const DATA_URL = /^\s*data:([^;,]{0,255})([^,]{0,1024}),/i;

/**
 * Decodes an image from base64, bare or as a `data:` URL (RFC 2397), in either alphabet of RFC 4648, with or without
 * padding. White space is ignored.
 *
 * @param maxBytes Maximum size of the image, in bytes.
 * @throws DownloadError `invalid` if the text is not base64, `too-large` if it encodes more than `maxBytes`.
 */
export function imageFromBase64(text: string, maxBytes: number = MAX_IMAGE_STREAM_BYTES): ImageStream {
  if (text.length > maxBytes * 2 + MAX_PREFIX_LENGTH) throw tooLarge(maxBytes, text.length / 2);
  const [prefix = '', mediaType = '', parameters = ''] = DATA_URL.exec(text.slice(0, MAX_PREFIX_LENGTH)) ?? [];
  if (prefix !== '' && !/;\s*base64\s*$/i.test(parameters)) {
    throw new DownloadError('invalid', 'Expected a data: URL with base64, but got one with another encoding.');
  }
  const digits = base64Digits(text.slice(prefix.length));
  const byteSize = Math.floor((digits.length * 3) / 4);
  if (byteSize > maxBytes) throw tooLarge(maxBytes, byteSize);
  const bytes = Buffer.from(digits, 'base64');
  return {
    contentType: mediaType.trim().toLowerCase() || undefined,
    byteSize: bytes.byteLength,
    body: toChunkStream(bytes),
  };
}

function base64Digits(text: string): string {
  // In a URL, "+", "/" and "=" may be percent-encoded.
  const encoded = text.replace(/%(2B|2F|3D|0A|0D|20)/gi, (byte) => decodeURIComponent(byte)).replace(/\s+/g, '');
  const digits = encoded.replace(/={0,2}$/, '');
  if (digits === '' || digits.length % 4 === 1 || !/^[\w+/-]+$/.test(digits)) {
    throw new DownloadError('invalid', `Expected base64, but got ${encoded.length} characters of another format.`);
  }
  return digits;
}

const tooLarge = (maxBytes: number, byteSize: number) =>
  new DownloadError('too-large', `Expected at most ${maxBytes} bytes, but got ${Math.floor(byteSize)} or more.`);
