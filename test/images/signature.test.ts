import sharp from 'sharp';
import { expect, test } from 'vitest';
import { detectFormat, MEDIA_TYPES, SIGNATURE_BYTES } from '../../src/images/signature.ts';

const square = sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } });

test.each(['webp', 'png', 'jpeg'] as const)('a %s is detected by its first twelve bytes', async (format) => {
  const bytes = await square.clone().toFormat(format).toBuffer();

  expect(detectFormat(bytes.subarray(0, SIGNATURE_BYTES))).toBe(format);
  expect(MEDIA_TYPES[format]).toBe(`image/${format}`);
});

test.each(['gif', 'tiff', 'avif'] as const)('a %s is not a supported format', async (format) => {
  expect(detectFormat(await square.clone().toFormat(format).toBuffer())).toBeUndefined();
});

test.each([
  ['an empty file', ''],
  ['an HTML page', '<!doctype html>'],
  ['an SVG with a script', '<svg xmlns="http://www.w3.org/2000/svg">'],
  ['an audio file in a RIFF container', 'RIFF....WAVEfmt '],
  ['a signature that is not at the beginning', ' \xff\xd8\xff'],
])('%s is not a supported format', (_, text) => {
  expect(detectFormat(Buffer.from(text, 'latin1'))).toBeUndefined();
});

test('an incomplete signature is not a supported format', async () => {
  const png = await square.clone().png().toBuffer();
  const webp = await square.clone().webp().toBuffer();

  for (let length = 0; length < 8; length++) expect(detectFormat(png.subarray(0, length))).toBeUndefined();
  for (let length = 0; length < 12; length++) expect(detectFormat(webp.subarray(0, length))).toBeUndefined();
});
