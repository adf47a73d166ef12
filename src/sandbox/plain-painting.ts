import { CHANNELS, type Color, type Pixels } from './pixels.ts';
import { createField, createLens } from './shapes.ts';

/** Saturation and lightness of a plain image, from 0 to 1: almost gray, so that a model's colors stand out. */
const SATURATION = 0.14;
const LIGHTNESS = { low: 0.42, high: 0.74 };
const DISCS = 6;
/** Maximum radius, as a share of the image's side. */
const MAX_DISC_RADIUS = 0.28;

/** Generates a neutral image: a soft gradient between two muted colors under a few pale discs. */
export function plainPixels(width: number, height: number, random: () => number): Pixels {
  const hue = random() * 360;
  const low = rgbOf(hue, SATURATION, LIGHTNESS.low);
  const high = rgbOf(hue + 40 + 80 * random(), SATURATION, LIGHTNESS.high);
  const field = createField(random, 0.8);
  const discs = Array.from({ length: DISCS }, () => createLens(random, MAX_DISC_RADIUS));
  const data = new Uint8Array(width * height * CHANNELS);

  for (let at = 0; at < width * height; at++) {
    const u = (at % width) / width;
    const v = Math.floor(at / width) / height;
    const slope = 0.5 + 0.5 * field(u, v);
    let light = 0;
    for (const disc of discs) light += disc.at(u, v) * disc.light;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const value = (low[channel] ?? 0) * (1 - slope) + (high[channel] ?? 0) * slope + light;
      data[at * CHANNELS + channel] = Math.min(255, Math.round(value));
    }
  }
  return { width, height, data };
}

/** Converts hue (degrees), saturation and lightness (0 to 1) to RGB. */
function rgbOf(hue: number, saturation: number, lightness: number): Color {
  const amount = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const k = (offset + hue / 30) % 12;
    return 255 * (lightness - amount * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}
