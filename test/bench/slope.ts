/** Slope of the least-squares line through the points. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const across = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / across;
}

/**
 * Exponent of the growth of `y` with `x`: 1 if twice the work takes twice as long, 2 if it takes four times as long.
 */
export const exponent = (points: readonly (readonly [x: number, y: number])[]): number =>
  slope(points.map(([x, y]) => [Math.log(x), Math.log(y)]));
