import sharp from 'sharp';
import { createSealer } from '../../src/auth/sealed-token.ts';
import { createImages, type ImagesOptions } from '../../src/images/images.ts';
import type { ImageSource } from '../../src/images/source.ts';
import type { Variant } from '../../src/images/variant.ts';
import { type ImageStream, imageFromBase64 } from '../../src/upstream/images/image-stream.ts';

export const HOUR = 3_600_000;
export const NOON = 490_000 * HOUR;
export const cat: ImageSource = { kind: 'dataItem', modelId: 'pets', dataId: 'cat' };
export const painting: ImageSource = { kind: 'prediction', predictionId: 'sunset', index: 3 };

/** A PNG file of a single color. */
export const pngOf = (width: number, height: number, background = 'teal'): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

export const imageStreamOf = (bytes: Buffer): ImageStream => imageFromBase64(bytes.toString('base64'));

export const png = await pngOf(8, 8);
export const pngImage = () => imageStreamOf(png);

/** Images of a gateway whose originals come from a function, with a manual clock. */
export function startImages({
  at = NOON,
  open = async () => pngImage(),
  limits,
}: {
  at?: number;
  open?: ImagesOptions['open'];
  limits?: ImagesOptions['limits'];
} = {}) {
  const clock = { at };
  const now = () => clock.at;
  const failures: unknown[] = [];
  const opened: unknown[] = [];
  const images = createImages({
    sealer: createSealer({ secrets: ['a-secret-of-enough-characters-for-all'], now }),
    now,
    monotonicNow: () => clock.at - NOON,
    ...(limits && { limits }),
    onFailure: (error) => failures.push(error),
    open: (apiKey, source, signal) => {
      opened.push([apiKey, source]);
      return open(apiKey, source, signal);
    },
  });
  const url = (source = cat, variant?: Variant, apiKey = 'key-1') =>
    images.url('https://gateway.example/base', apiKey, source, variant);
  const send = (imageUrl: string, init?: RequestInit) => images.serve(new Request(imageUrl, init));
  return { images, url, send, clock, failures, opened };
}
