import sharp, { type Sharp } from 'sharp';
import type { ImageFormat } from '../../src/images/signature.ts';

/** Creates an image of noise, whose encoded data is at least as long as that of a photograph. */
export function noise(width: number, height: number, channels: 3 | 4 = 3): Sharp {
  let state = 1;
  const pixels = Uint8Array.from({ length: width * height * channels }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state & 0xff;
  });
  return sharp(pixels, { raw: { width, height, channels } });
}

/** Creates an image of each variety of each format. */
export async function sampleImages(width: number, height: number) {
  const opaque = () => noise(width, height);
  const frames = await Promise.all([noise(width, height, 4).png().toBuffer(), opaque().negate().png().toBuffer()]);
  const variants: [name: string, format: ImageFormat, image: Sharp][] = [
    ['a png', 'png', opaque().png()],
    ['an interlaced png', 'png', opaque().png({ progressive: true })],
    ['a png with alpha', 'png', noise(width, height, 4).png()],
    ['a png with a palette', 'png', opaque().png({ palette: true })],
    ['a baseline jpeg', 'jpeg', opaque().jpeg()],
    ['a progressive jpeg', 'jpeg', opaque().jpeg({ progressive: true })],
    [
      'a jpeg with EXIF and a profile',
      'jpeg',
      opaque()
        .withExif({ IFD0: { Copyright: 'a photographer' } })
        .withIccProfile('srgb')
        .jpeg(),
    ],
    ['a lossy webp', 'webp', opaque().webp()],
    ['a lossless webp', 'webp', opaque().webp({ lossless: true })],
    ['a webp with alpha', 'webp', noise(width, height, 4).webp()],
    [
      'a webp with EXIF',
      'webp',
      opaque()
        .withExif({ IFD0: { Copyright: 'a photographer' } })
        .webp(),
    ],
    ['an animated webp', 'webp', sharp(frames, { join: { animated: true } }).webp()],
  ];
  return await Promise.all(
    variants.map(async ([name, format, image]) => ({ name, format, bytes: await image.toBuffer() })),
  );
}

/** Embeds a thumbnail in a JPEG, in an APP1 segment after its SOI marker, as in photographs. */
export function withThumbnail(image: Buffer, thumbnail: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from('Exif\0\0'), thumbnail]);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(data.byteLength + 2, 4);
  return Buffer.concat([head, data, image.subarray(2)]);
}
