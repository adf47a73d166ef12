/** The slope of the line that fits points best (least squares). */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const across = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  return points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / across;
}

/**
 * The power with which `y` grows when `x` does: 1 for work that takes twice as long when there is twice as much of it, 2
 * for four times as long.
 */
export const power = (points: readonly (readonly [x: number, y: number])[]): number =>
  slope(points.map(([x, y]) => [Math.log(x), Math.log(y)]));
