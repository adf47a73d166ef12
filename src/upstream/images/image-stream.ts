import { inPieces } from '../../util/pieces.ts';
import { DownloadError } from './download-error.ts';

/** A picture on its way. Whoever holds it reads the body or cancels it. */
export interface ImageStream {
  /** What its source claims, not what its bytes are. */
  contentType: string | undefined;
  /** In bytes; `undefined` when not known before it is read. */
  byteSize: number | undefined;
  body: ReadableStream<Uint8Array>;
}

/** The largest picture that is read when nobody says otherwise, in bytes (32 MiB). */
export const MAX_IMAGE_STREAM_BYTES = 33_554_432;

const MAX_HEAD = 2_048;
const DATA_URL = /^\s*data:([^;,]{0,255})([^,]{0,1024}),/i;

/**
 * The picture in a base64 text, bare or as a `data:` URL (RFC 2397), in either alphabet of RFC 4648, padded or not;
 * white space is skipped.
 *
 * @param maxBytes The largest picture that is decoded.
 * @throws DownloadError `invalid` when the text is something else, `too-large` when it holds more than `maxBytes`.
 */
export function imageFromBase64(text: string, maxBytes: number = MAX_IMAGE_STREAM_BYTES): ImageStream {
  if (text.length > maxBytes * 2 + MAX_HEAD) throw tooLarge(maxBytes, text.length / 2);
  const [head = '', mediaType = '', parameters = ''] = DATA_URL.exec(text.slice(0, MAX_HEAD)) ?? [];
  if (head !== '' && !/;\s*base64\s*$/i.test(parameters)) {
    throw new DownloadError('invalid', 'Expected a data: URL with base64, but got one without.');
  }
  const digits = base64Digits(text.slice(head.length));
  const byteSize = Math.floor((digits.length * 3) / 4);
  if (byteSize > maxBytes) throw tooLarge(maxBytes, byteSize);
  const bytes = Buffer.from(digits, 'base64');
  return {
    contentType: mediaType.trim().toLowerCase() || undefined,
    byteSize: bytes.byteLength,
    body: inPieces(bytes),
  };
}

function base64Digits(text: string): string {
  // In a URL "+", "/" and "=" may be written as percent-encoded bytes.
  const plain = text.replace(/%(2B|2F|3D|0A|0D|20)/gi, (encoded) => decodeURIComponent(encoded)).replace(/\s+/g, '');
  const digits = plain.replace(/={0,2}$/, '');
  if (digits === '' || digits.length % 4 === 1 || !/^[\w+/-]+$/.test(digits)) {
    throw new DownloadError('invalid', `Expected base64, but got ${plain.length} characters that are not.`);
  }
  return digits;
}

const tooLarge = (maxBytes: number, byteSize: number) =>
  new DownloadError('too-large', `Expected at most ${maxBytes} bytes, but got ${Math.floor(byteSize)} or more.`);
