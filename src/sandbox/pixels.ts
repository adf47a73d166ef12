/** Red, green and blue, each from 0 to 255. */
export type Color = [red: number, green: number, blue: number];

/** Values per pixel. */
export const CHANNELS = 3;

/** An image as rows of red, green and blue bytes. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}

/** Mean color of an image. */
export function meanOf({ data }: Pixels): Color {
  const sum: Color = [0, 0, 0];
  for (let at = 0; at < data.length; at += CHANNELS) {
    sum[0] += data[at] ?? 0;
    sum[1] += data[at + 1] ?? 0;
    sum[2] += data[at + 2] ?? 0;
  }
  const count = data.length / CHANNELS;
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

/** Adds the bilinearly interpolated color at a position (0 to 1, mirrored outside), times a share, to `color`. */
export function sample({ width, height, data }: Pixels, u: number, v: number, share: number, color: Color): void {
  const x = mirrored(u) * (width - 1);
  const y = mirrored(v) * (height - 1);
  const left = Math.min(Math.floor(x), width - 2);
  const top = Math.min(Math.floor(y), height - 2);
  const right = x - left;
  const bottom = y - top;
  const at = (top * width + left) * CHANNELS;
  const below = at + width * CHANNELS;
  const a = share * (1 - right) * (1 - bottom);
  const b = share * right * (1 - bottom);
  const c = share * (1 - right) * bottom;
  const d = share * right * bottom;
  for (let channel = 0; channel < CHANNELS; channel++) {
    const here = at + channel;
    const under = below + channel;
    color[channel] =
      (color[channel] ?? 0) +
      a * (data[here] ?? 0) +
      b * (data[here + CHANNELS] ?? 0) +
      c * (data[under] ?? 0) +
      d * (data[under + CHANNELS] ?? 0);
  }
}

/** Number of shifts: clamping to 0 and 255 removes a part of each. */
const SHIFTS = 3;

/** Shifts all pixels by the same amount until the mean color is the target. Changes the pixels in place. */
export function shiftMean(pixels: Pixels, target: Color): Pixels {
  const { data } = pixels;
  for (let round = 0; round < SHIFTS; round++) {
    const mean = meanOf(pixels);
    const shift = target.map((value, channel) => value - (mean[channel] ?? 0));
    for (let channel = 0; channel < CHANNELS; channel++) {
      const by = shift[channel] ?? 0;
      for (let at = channel; at < data.length; at += CHANNELS) {
        data[at] = Math.min(255, Math.max(0, Math.round((data[at] ?? 0) + by)));
      }
    }
  }
  return pixels;
}

function mirrored(value: number): number {
  const within = Math.abs(value) % 2;
  return within > 1 ? 2 - within : within;
}
