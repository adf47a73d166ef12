/** Value of a label. */
export type LabelValue = string | number;

/** The series of a metric, by the values of its labels. A lookup creates no text: it is part of every request. */
export class SeriesTree<Series> {
  readonly #root = new Branch<Series>();
  readonly #labelNames: readonly string[];
  readonly #create: (labels: Readonly<Record<string, LabelValue>>) => Series;
  readonly #all: Series[] = [];

  /** @param create Creates the series of label values that occur for the first time. */
  constructor(labelNames: readonly string[], create: (labels: Readonly<Record<string, LabelValue>>) => Series) {
    this.#labelNames = labelNames;
    this.#create = create;
  }

  /** All series, in the order in which their values occurred first. */
  get all(): readonly Series[] {
    return this.#all;
  }

  /** @param values Those of all labels, in the order of their names. */
  get(values: readonly LabelValue[]): Series {
    let branch = this.#root;
    for (const value of values) branch = branch.child(value);
    branch.series ??= this.#add(values);
    return branch.series;
  }

  #add(values: readonly LabelValue[]): Series {
    const series = this.#create(Object.fromEntries(this.#labelNames.map((name, index) => [name, values[index] ?? ''])));
    this.#all.push(series);
    return series;
  }
}

class Branch<Series> {
  readonly #children = new Map<LabelValue, Branch<Series>>();
  series: Series | undefined;

  child(value: LabelValue): Branch<Series> {
    let child = this.#children.get(value);
    if (!child) {
      child = new Branch();
      this.#children.set(value, child);
    }
    return child;
  }
}
