import sharp from 'sharp';
import { blend, type Source } from './blend.ts';
import { CHANNELS, type Pixels } from './pixels.ts';
import { plainPixels } from './plain-painting.ts';
import { seededRandom } from './random.ts';

/** Parameters of a generated image. Equal parameters give equal bytes. */
export interface Painting {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Determines, with the prompt, all shapes. */
  seed: string;
  prompt: string;
  /** Models activated by the prompt; their scales are relative to each other and to the plain background. */
  models: readonly PaintedModel[];
  /** Sharpness of the borders between the images, 0 to 10. */
  guidanceScale: number;
}

/** A model's contribution to a generated image. */
export interface PaintedModel {
  /** Weight; models without a positive weight are ignored. */
  scale: number;
  /** Its training images, in any format that sharp decodes; undecodable ones are skipped. */
  images: readonly Uint8Array[];
}

/** Weight of the plain background relative to the models' scales. */
const PLAIN_SCALE = 0.2;
/** Longer side of the computation, in pixels; the result is scaled up, which is cheaper and not visible in soft shapes. */
const WORKING_SIDE = 448;

/**
 * Generates an image in place of a prediction: training images of the models, blended by their scales, which also
 * determine the mean color. Without a model the result is a plain, neutral image.
 *
 * @returns A PNG image.
 */
export async function paint(painting: Painting): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height, seed, prompt } = painting;
  const random = seededRandom(`${seed}\n${prompt}`);
  const share = WORKING_SIDE / Math.max(width, height);
  const [w, h] = [Math.ceil(width * share), Math.ceil(height * share)];
  const plain = plainPixels(w, h, random);
  const models = await readSources(painting.models, w, h);
  const pixels =
    models.length === 0
      ? plain
      : blend([{ pixels: plain, weight: PLAIN_SCALE }, ...models], painting.guidanceScale, random);

  const image = sharp(pixels.data, { raw: { width: w, height: h, channels: CHANNELS } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .png({ compressionLevel: 4 });
  return new Uint8Array(await image.toBuffer());
}

async function readSources(models: readonly PaintedModel[], width: number, height: number): Promise<Source[]> {
  const read = await Promise.all(
    models.map(async ({ scale, images }) => {
      const decoded = await Promise.allSettled(images.map((image) => decode(image, width, height)));
      const readable = decoded.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      return readable.map((pixels) => ({ pixels, weight: Math.max(0, scale) / readable.length }));
    }),
  );
  return read.flat().filter(({ weight }) => weight > 0);
}

async function decode(bytes: Uint8Array, width: number, height: number): Promise<Pixels> {
  const data = await sharp(bytes)
    .resize(width, height, { fit: 'cover', fastShrinkOnLoad: true })
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return { width, height, data };
}
