/** Side of the grid on which a field is computed; between its points it is interpolated. */
const GRID = 48;
const WAVES = 4;

/**
 * A smooth landscape over the unit square.
 *
 * @param waves How many hills fit beside each other, about.
 * @returns Its height at a place, from -1 to 1.
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

/** A round spot with a soft edge, like a drop of glass. */
export interface Lens {
  u: number;
  v: number;
  /** How far it draws what lies under it towards its middle. */
  pull: number;
  /** How much brighter it is, in units of a colour's value. */
  light: number;
  /** 1 within, 0 outside. */
  at(u: number, v: number): number;
}

/** Share of a lens's radius over which its edge fades. */
const EDGE = 0.12;

/**
 * A lens somewhere in the unit square.
 *
 * @param largest Its greatest possible radius.
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
