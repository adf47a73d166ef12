import sharp from 'sharp';
import { expect, test } from 'vitest';
import { detectFormat, MEDIA_TYPES, SIGNATURE_BYTES } from '../../src/images/signature.ts';

const square = sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } });

test.each(['webp', 'png', 'jpeg'] as const)('a %s is known by its first twelve bytes', async (format) => {
  const bytes = await square.clone().toFormat(format).toBuffer();

  expect(detectFormat(bytes.subarray(0, SIGNATURE_BYTES))).toBe(format);
  expect(MEDIA_TYPES[format]).toBe(`image/${format}`);
});

test.each(['gif', 'tiff', 'avif'] as const)('a %s is none of the formats', async (format) => {
  expect(detectFormat(await square.clone().toFormat(format).toBuffer())).toBeUndefined();
});

test.each([
  ['nothing', ''],
  ['a page', '<!doctype html>'],
  ['a drawing with script', '<svg xmlns="http://www.w3.org/2000/svg">'],
  ['a sound in the same container as webp', 'RIFF....WAVEfmt '],
  ['a signature that does not stand at the beginning', ' \xff\xd8\xff'],
])('%s is none of the formats', (_, text) => {
  expect(detectFormat(Buffer.from(text, 'latin1'))).toBeUndefined();
});

test('every beginning that is too short is none of the formats', async () => {
  const png = await square.clone().png().toBuffer();
  const webp = await square.clone().webp().toBuffer();

  for (let length = 0; length < 8; length++) expect(detectFormat(png.subarray(0, length))).toBeUndefined();
  for (let length = 0; length < 12; length++) expect(detectFormat(webp.subarray(0, length))).toBeUndefined();
});
