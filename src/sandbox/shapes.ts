/** Number of grid cells per side; values between grid points are interpolated. */
const GRID = 48;
const WAVES = 4;

/**
 * Creates a smooth random field over the unit square.
 *
 * @param waves Approximate number of periods per side.
 * @returns A function for the value at a position, from -1 to 1.
 */
export function createField(random: () => number, waves: number): (u: number, v: number) => number {
  const sines = Array.from({ length: WAVES }, () => {
    const angle = random() * 2 * Math.PI;
    const frequency = waves * (0.5 + random()) * 2 * Math.PI;
    return { x: Math.cos(angle) * frequency, y: Math.sin(angle) * frequency, phase: random() * 2 * Math.PI };
  });
  const side = GRID + 1;
  const heights = new Float64Array(side * side);
  for (let at = 0; at < heights.length; at++) {
    const [u, v] = [(at % side) / GRID, Math.floor(at / side) / GRID];
    heights[at] = sines.reduce((sum, { x, y, phase }) => sum + Math.sin(x * u + y * v + phase), 0) / WAVES;
  }

  return (u, v) => {
    const x = Math.min(1, Math.max(0, u)) * GRID;
    const y = Math.min(1, Math.max(0, v)) * GRID;
    const left = Math.min(GRID - 1, Math.floor(x));
    const top = Math.min(GRID - 1, Math.floor(y));
    const right = x - left;
    const bottom = y - top;
    const at = top * side + left;
    const above = (heights[at] ?? 0) * (1 - right) + (heights[at + 1] ?? 0) * right;
    const below = (heights[at + side] ?? 0) * (1 - right) + (heights[at + side + 1] ?? 0) * right;
    return above * (1 - bottom) + below * bottom;
  };
}

/** A round spot with a soft edge that magnifies and brightens the image below it. */
export interface Lens {
  u: number;
  v: number;
  /** Strength of the displacement toward its center. */
  pull: number;
  /** Brightening, in units of a color value. */
  light: number;
  /** Strength at a position: 1 inside, 0 outside. */
  at(u: number, v: number): number;
}

/** Width of the soft edge, as a share of the radius. */
const EDGE = 0.12;

/**
 * Creates a lens at a random position in the unit square.
 *
 * @param largest Maximum radius.
 */
export function createLens(random: () => number, largest: number): Lens {
  const [u, v, radius] = [random(), random(), largest * (0.3 + 0.7 * random())];
  const [pull, light] = [0.1 + 0.2 * random(), 6 + 14 * random()];
  return {
    u,
    v,
    pull,
    light,
    at: (x, y) => {
      const square = (x - u) ** 2 + (y - v) ** 2;
      if (square >= radius ** 2) return 0;
      const inside = (1 - Math.sqrt(square) / radius) / EDGE;
      return inside >= 1 ? 1 : inside * inside * (3 - 2 * inside);
    },
  };
}
