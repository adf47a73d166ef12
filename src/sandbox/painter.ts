import sharp from 'sharp';
import { blend, type Source } from './blend.ts';
import { CHANNELS, type Pixels } from './pixels.ts';
import { plainPixels } from './plain-painting.ts';
import { seededRandom } from './random.ts';

/** An image to paint. Equal paintings give equal bytes. */
export interface Painting {
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** Decides, with the prompt, every shape. */
  seed: string;
  prompt: string;
  /** The models that the prompt activates; the scales count relative to each other and to the plain picture. */
  models: readonly PaintedModel[];
  /** How clearly the pictures part from each other, 0 to 10. */
  guidanceScale: number;
}

/** A model's part in a painting. */
export interface PaintedModel {
  /** Weight; nothing is taken from a model whose weight is not positive. */
  scale: number;
  /** Its training images, in any format that sharp reads; those that cannot be read are left out. */
  pictures: readonly Uint8Array[];
}

/** Weight of the plain picture beside the models' scales. */
const PLAIN_SCALE = 0.2;
/** The painting is computed with this longer side, in pixels: its shapes are soft, and scaling up costs less. */
const WORKING_SIDE = 448;

/**
 * Paints what a model might have predicted: its training images flow into each other, and their part in the painting's
 * mean colour is their share of all scales. Without a model it is a plain, neutral picture.
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
    models.map(async ({ scale, pictures }) => {
      const decoded = await Promise.allSettled(pictures.map((picture) => decode(picture, width, height)));
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
