/**
 * Describes content that is no webp, png or jpeg, for messages: `a GIF image`, `HTML text`.
 *
 * @param firstBytes The first bytes of a file; 12 suffice.
 */
export function describeContent(firstBytes: Uint8Array): string {
  const head = Buffer.from(firstBytes.subarray(0, 12));
  // One character per byte.
  const text = head.toString('latin1');
  const [, found] = PATTERNS.find(([pattern]) => pattern.test(text)) ?? [];
  if (found) return found;
  if (PRINTABLE.test(text)) return `text that begins with ${JSON.stringify(text)}`;
  return `unknown content that begins with the bytes ${head.toString('hex')}`;
}

const PRINTABLE = /^[\t\n\r -~]+$/;

// cspell:ignore ftyp cmsx

/** Formats that users confuse with supported ones, in order of precedence. A dot stands for any byte, also a control character. */
const PATTERNS: readonly [RegExp, string][] = [
  [/^GIF8/, 'a GIF image'],
  [/^....ftyp(avif|avis)/s, 'an AVIF image'],
  [/^....ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1)/s, 'a HEIC image'],
  [/^....ftyp/s, 'a video'],
  [/^(II\*\0|MM\0\*)/, 'a TIFF image'],
  [/^BM....\0\0\0\0/s, 'a BMP image'],
  [/^\0\0.\0/s, 'an ICO image'],
  [/^(\xff\n|....JXL )/s, 'a JPEG XL image'],
  [/^....jP {2}/s, 'a JPEG 2000 image'],
  [/^8BPS/, 'a Photoshop document'],
  [/^\s*<svg/i, 'an SVG image'],
  [/^%PDF-/, 'a PDF'],
  [/^PK[^ -~]{2}/, 'a ZIP archive or an Office document'],
  [/^[^ -~]\x8b/, 'a gzip archive'],
  [/^RIFF....WAVE/s, 'a WAV audio'],
  [/^(RIFF....AVI |.E\xdf\xa3)/s, 'a video'],
  [/^(\xef\xbb\xbf)?\s*<(!doctype|html|head|body)/i, 'HTML text'],
  [/^(\xef\xbb\xbf)?\s*<\?xml/i, 'XML text'],
  [/^(\xef\xbb\xbf)?\s*[[{]\s*["[{]/, 'JSON text'],
  [/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, 'text'],
];
