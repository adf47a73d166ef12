/** One line of the report. */
export interface Row {
  metric: string;
  /** Measured values, and their greatest allowed values. */
  values: readonly number[];
  result: string;
  /** Empty if there is none. */
  target: string;
  ok: boolean;
}

interface RowOptions {
  values: readonly number[];
  targets?: readonly number[];
  unit: string;
  /** Further facts. */
  note?: string;
}

/** Compares the values of a metric with its targets. */
export function rowOf(metric: string, { values, targets = [], unit, note }: RowOptions): Row {
  return {
    metric,
    values,
    result: `${values.map(numberText).join(' / ')} ${unit}${note ? ` (${note})` : ''}`,
    target: targets.length > 0 ? `≤ ${targets.map(numberText).join(' / ')} ${unit}` : '',
    ok: targets.every((target, index) => (values[index] ?? Number.POSITIVE_INFINITY) <= target),
  };
}

export function numberText(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  if (Number.isInteger(value)) return value.toLocaleString('en');
  return value < 10 ? value.toFixed(2) : value.toFixed(1);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
}

export const worst = (values: readonly number[]): number => Math.max(...values);

/** Greatest number of times within any window. @param window In the unit of the times. */
export function peak(times: readonly number[], window: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  let [first, most] = [0, 0];
  for (const [index, time] of sorted.entries()) {
    while ((sorted[first] ?? time) <= time - window) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
