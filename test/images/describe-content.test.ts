import sharp from 'sharp';
import { expect, test } from 'vitest';
import { describeContent } from '../../src/images/describe-content.ts';

const square = sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } });

test.each([
  ['gif', 'a GIF image'],
  ['tiff', 'a TIFF image'],
  ['avif', 'an AVIF image'],
] as const)('a %s is named', async (format, expected) => {
  expect(describeContent(await square.clone().toFormat(format).toBuffer())).toBe(expected);
});

// cspell:ignore ftypheic ftypmp
test.each([
  ['\0\0\0\x18ftypheic\0\0', 'a HEIC image'],
  ['\0\0\0\x18ftypmp42\0\0', 'a video'],
  ['\x1aE\xdf\xa3\x9f', 'a video'],
  ['BM\x8a\x04\0\0\0\0\0\0\x8a\0', 'a BMP image'],
  ['BMW sells cars', 'text that begins with "BMW sells ca"'],
  ['\0\0\x01\0\x01\0', 'an ICO image'],
  ['\xff\x0a\xfa', 'a JPEG XL image'],
  ['8BPS\0\x01', 'a Photoshop document'],
  ['<svg xmlns="http://www.w3.org/2000/svg">', 'an SVG image'],
  ['%PDF-1.7\n', 'a PDF'],
  ['PK\x03\x04\x14\0', 'a ZIP archive or an Office document'],
  ['RIFF\x04\0\0\0WAVEfmt ', 'a WAV audio'],
  ['\n<!DOCTYPE html>', 'HTML text'],
  ['<?xml version="1.0"?>', 'XML text'],
  ['{"error":"no"}', 'JSON text'],
  ['\xef\xbb\xbfText', 'text'],
  ['a"b', 'text that begins with "a\\"b"'],
  ['\x7f\x01\x02', 'unknown content that begins with the bytes 7f0102'],
  ['', 'unknown content that begins with the bytes '],
])('%j is described', (text, expected) => {
  expect(describeContent(Buffer.from(text, 'latin1'))).toBe(expected);
});
