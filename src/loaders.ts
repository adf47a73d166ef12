import DataLoader from 'dataloader';
import type { OperationId } from './contract/contract.ts';
import type { DataItemKey, DataItemRow } from './upstream/data-items.ts';
import { isNotFound, UpstreamError } from './upstream/errors.ts';
import type { ModelRow } from './upstream/models.ts';
import type { PredictionRow } from './upstream/predictions.ts';
import type { Page } from './upstream/read.ts';
import type { TrainingKey, TrainingRow } from './upstream/trainings.ts';
import type { Upstream } from './upstream/upstream.ts';

export type Row = ModelRow | DataItemRow | TrainingRow | PredictionRow;
type Kind = Row['kind'];
type RowOf<K extends Kind> = Extract<Row, { kind: K }>;
type Key = Readonly<{ id: string; modelId?: string }>;

/** Names a page of a list: which list, and the id of the item before it. */
type PageReader<Parent extends string[], Item> = (
  ...place: [...Parent, lastDocId: string | undefined]
) => Promise<Page<Item>>;

/**
 * What one answer knows of the upstream. Each thing is read by id at most once, each page at most once; what pages tell
 * is kept field by field and completed by id only for a field that nobody told. Lives as long as one answer (an
 * operation, or one event of a subscription for all its listeners), because nothing in it is ever read anew.
 */
export interface Loaders {
  /** The thing itself, or null when it does not exist. One that a page told of costs no read. */
  model(id: string): Promise<ModelRow | null>;
  dataItem(key: DataItemKey): Promise<DataItemRow | null>;
  training(key: TrainingKey): Promise<TrainingRow | null>;
  prediction(id: string): Promise<PredictionRow | null>;

  models: PageReader<[], ModelRow>;
  dataItems: PageReader<[modelId: string], DataItemRow>;
  trainings: PageReader<[modelId: string], TrainingRow>;
  predictions: PageReader<[], PredictionRow>;

  /** Adds what is known of a thing, and gives all that is known of it. */
  tell<R extends Row>(row: R, options?: TellOptions<NoInfer<R>>): R;
  /** All that is known of a thing so far; never reads. */
  known<R extends Row>(row: R): R;
  /** A field, read by id if nobody told it yet; undefined when the upstream does not say. */
  field<R extends Row, Field extends keyof R>(row: R, field: Field): R[Field] | Promise<R[Field]>;
  /** A field that the graph promises; its absence is the upstream's mistake. */
  required<R extends Row, Field extends keyof R>(
    row: R,
    field: Field,
  ): NonNullable<R[Field]> | Promise<NonNullable<R[Field]>>;
}

interface TellOptions<R> {
  /** A read by id could add nothing. */
  whole?: boolean;
  /** Stands in for fields that a read by id fails to tell. */
  otherwise?: Partial<R>;
}

/**
 * Makes the loaders of one answer.
 *
 * @param signal Ends reads that nobody waits for any more.
 * @param onTold Hears of all that is known of a thing, whenever something was added.
 */
export function createLoaders(
  upstream: Upstream,
  signal?: AbortSignal,
  onTold: (row: Row) => void = () => {},
): Loaders {
  const options = { signal };
  const modelById = new Things<ModelRow>('getModel', onTold, ({ id }) => upstream.models.get(id, options));
  const dataItemById = new Things<DataItemRow>('getDataItem', onTold, (key) =>
    upstream.dataItems.get(owned(key), options),
  );
  const trainingById = new Things<TrainingRow>('getTraining', onTold, (key) =>
    upstream.trainings.get(owned(key), options),
  );
  const predictionById = new Things<PredictionRow>('getPrediction', onTold, ({ id }) =>
    upstream.predictions.get(id, options),
  );
  const things: { [K in Kind]: Things<RowOf<K>> } = {
    Model: modelById,
    DataItem: dataItemById,
    Training: trainingById,
    Prediction: predictionById,
  };
  // Indexing by the row's own kind gives the things of that row.
  const of = <R extends Row>(row: R) => things[row.kind] as unknown as Things<R>;

  const pages = new Map<string, Promise<unknown>>();
  const page = <Item extends Row>(name: string, read: () => Promise<Page<Item>>): Promise<Page<Item>> => {
    const known = pages.get(name) as Promise<Page<Item>> | undefined;
    if (known) return known;
    const fresh = read().then((told) => ({
      ...told,
      rows: told.rows.map((row) => (row instanceof UpstreamError ? row : of(row).tell(row))),
    }));
    pages.set(name, fresh);
    return fresh;
  };

  return {
    model: (id) => modelById.load({ id }),
    dataItem: (key) => dataItemById.load(key),
    training: (key) => trainingById.load(key),
    prediction: (id) => predictionById.load({ id }),

    models: (last) => page(`models?${last}`, () => upstream.models.list(last, options)),
    dataItems: (modelId, last) =>
      page(`${modelId}/data?${last}`, () => upstream.dataItems.list(modelId, last, options)),
    trainings: (modelId, last) =>
      page(`${modelId}/trainings?${last}`, () => upstream.trainings.list(modelId, last, options)),
    predictions: (last) => page(`predictions?${last}`, () => upstream.predictions.list(last, options)),

    tell: (row, options) => of(row).tell(row, options),
    known: (row) => of(row).known(row),
    field: (row, field) => of(row).field(row, field),
    required: (row, field) => of(row).required(row, field),
  };
}

/** The things of one kind that an answer knows. */
class Things<R extends Row> {
  readonly #operation: OperationId;
  readonly #onTold: (row: R) => void;
  readonly #known = new Map<string, R>();
  readonly #whole = new Set<string>();
  readonly #otherwise = new Map<string, Partial<R>>();
  readonly #byId: DataLoader<Key, R, string>;

  constructor(operation: OperationId, onTold: (row: R) => void, read: (key: Key) => Promise<R>) {
    this.#operation = operation;
    this.#onTold = onTold;
    // No endpoint takes many ids: a batch is one read for each distinct id, and a failed one leaves the others alone.
    this.#byId = new DataLoader(
      (keys) =>
        Promise.all(
          keys.map((key) =>
            read(key).then(
              (row) => this.tell(row, { whole: true }),
              (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
            ),
          ),
        ),
      { cacheKeyFn: nameOf },
    );
  }

  async load(key: Key): Promise<R | null> {
    const told = this.#known.get(nameOf(key));
    if (told) return told;
    try {
      return await this.#byId.load(key);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  tell(row: R, { whole, otherwise }: TellOptions<R> = {}): R {
    const name = nameOf(row);
    const merged = merge(this.#known.get(name), row);
    this.#known.set(name, merged);
    if (whole) this.#whole.add(name);
    if (otherwise) this.#otherwise.set(name, otherwise);
    this.#onTold(merged);
    return merged;
  }

  known = (row: R): R => this.#known.get(nameOf(row)) ?? row;

  field<Field extends keyof R>(row: R, field: Field): R[Field] | Promise<R[Field]> {
    const known = this.known(row);
    if (known[field] !== undefined || this.#whole.has(nameOf(row))) return known[field];
    return this.#byId.load(row).then(
      (whole) => whole[field],
      (error: unknown) => {
        const otherwise = this.#otherwise.get(nameOf(row))?.[field];
        if (otherwise === undefined) throw error;
        return otherwise;
      },
    );
  }

  required<Field extends keyof R>(row: R, field: Field) {
    const value = this.field(row, field);
    return value instanceof Promise
      ? value.then((later) => this.#promised(later, field))
      : this.#promised(value, field);
  }

  #promised<Field extends keyof R>(value: R[Field], field: Field): NonNullable<R[Field]> {
    if (value !== undefined && value !== null) return value;
    throw new UpstreamError(this.#operation, 'invalid-response', `${String(field)}: expected a value, got none`);
  }
}

const nameOf = ({ id, modelId }: Key): string => (modelId === undefined ? id : `${modelId}/${id}`);

/** Adds what a row tells to what is known. What it does not say, or says is none, never erases what another one told. */
function merge<R extends object>(known: R | undefined, row: R): R {
  if (!known) return row;
  const merged = { ...known };
  for (const field of Object.keys(row) as (keyof R)[]) {
    if (row[field] !== null || merged[field] === undefined) merged[field] = row[field];
  }
  return merged;
}

function owned({ id, modelId }: Key): { id: string; modelId: string } {
  if (modelId === undefined) throw new TypeError(`${id} has no model.`);
  return { id, modelId };
}
