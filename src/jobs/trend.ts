/** Minimum number of values in which a trend differs from chance. */
const MIN_VALUES = 10;
/** Minimum deviation of the Mann–Kendall statistic from 0, in standard deviations. Chance exceeds it in 1 of 80 lists. */
const SIGNIFICANT = 2.5;

/**
 * Scales values to the level that their trend has reached after the last one. Returns them unchanged unless the trend is
 * significant (Mann–Kendall test). The rate is the median of the rates between all pairs (Theil–Sen), so that outliers hardly
 * affect it.
 *
 * @param values Positive values, oldest first.
 */
export function removeTrend(values: readonly number[]): readonly number[] {
  const count = values.length;
  if (count < MIN_VALUES) return values;
  const logarithms = values.map(Math.log);
  let score = 0;
  forEachPair(logarithms, (difference) => {
    score += Math.sign(difference);
  });
  const deviation = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  if (Math.abs(score) < SIGNIFICANT * deviation) return values;

  const rates = new Float64Array((count * (count - 1)) / 2);
  let index = 0;
  forEachPair(logarithms, (difference, distance) => {
    rates[index++] = difference / distance;
  });
  const rate = median(rates.sort());
  return values.map((value, position) => value * Math.exp(rate * (count - position)));
}

function forEachPair(values: readonly number[], visit: (difference: number, distance: number) => void): void {
  for (const [later, value] of values.entries()) {
    for (let earlier = 0; earlier < later; earlier++) visit(value - (values[earlier] ?? value), later - earlier);
  }
}

/** The median of sorted values; NaN if there are none. */
export function median(sorted: ArrayLike<number>): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}
