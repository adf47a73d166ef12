import { CHANNELS, type Color, meanOf, type Pixels, sample, shiftMean } from './pixels.ts';
import { createField, createLens } from './shapes.ts';

/** An image and its weight in a blend. */
export interface Source {
  pixels: Pixels;
  /** Relative to the weights of the other sources. */
  weight: number;
}

/** Exponent of the blend; higher values give sharper borders between the images. */
const SHARPNESS = { base: 3, perGuidance: 0.6 };
/** Maximum displacement of the images, as a share of the blend's side. */
const FLOW = 0.05;
const LENSES = 4;
/** Maximum radius, as a share of the blend's side. */
const MAX_LENS_RADIUS = 0.15;
/** Layers with a smaller share of a pixel are skipped. */
const MIN_SHARE = 0.004;

/**
 * Blends images into each other under lens effects. The regions of each image are random, but the mean color of the
 * result is the weighted mean of the sources' mean colors.
 *
 * @param sources The first one determines the size.
 * @param guidanceScale Sharpness of the borders between the images, 0 to 10.
 */
export function blend(sources: readonly [Source, ...Source[]], guidanceScale: number, random: () => number): Pixels {
  const { width, height } = sources[0].pixels;
  const total = sources.reduce((sum, { weight }) => sum + weight, 0);
  const sharpness = SHARPNESS.base + SHARPNESS.perGuidance * guidanceScale;
  const layers = sources.map(({ pixels, weight }) => ({
    pixels,
    part: weight / total,
    field: createField(random, 2),
    share: 0,
  }));
  const [flowX, flowY] = [createField(random, 1.5), createField(random, 1.5)];
  const lenses = Array.from({ length: LENSES }, () => createLens(random, MAX_LENS_RADIUS));
  const data = new Uint8ClampedArray(width * height * CHANNELS);
  const color: Color = [0, 0, 0];

  for (let y = 0; y < height; y++) {
    const v = y / height;
    for (let x = 0; x < width; x++) {
      const u = x / width;
      let fromU = u + FLOW * flowX(u, v);
      let fromV = v + FLOW * flowY(u, v);
      let light = 0;
      for (const lens of lenses) {
        const strength = lens.at(u, v);
        fromU += strength * lens.pull * (lens.u - u);
        fromV += strength * lens.pull * (lens.v - v);
        light += strength * lens.light;
      }
      let sum = 0;
      for (const layer of layers) {
        layer.share = layer.part * Math.exp(sharpness * layer.field(fromU, fromV));
        sum += layer.share;
      }
      color.fill(light);
      for (const { pixels, share } of layers) {
        if (share > MIN_SHARE * sum) sample(pixels, fromU, fromV, share / sum, color);
      }
      data.set(color, (y * width + x) * CHANNELS);
    }
  }
  return shiftMean({ width, height, data }, mixedMean(sources, total));
}

function mixedMean(sources: readonly Source[], total: number): Color {
  const mixed: Color = [0, 0, 0];
  for (const { pixels, weight } of sources) {
    for (const [channel, value] of meanOf(pixels).entries()) {
      mixed[channel] = (mixed[channel] ?? 0) + (value * weight) / total;
    }
  }
  return mixed;
}
