import DataLoader from 'dataloader';
import type { OperationId } from './contract/contract.ts';
import type { Caller } from './upstream/cancellation.ts';
import type { CallOptions } from './upstream/client.ts';
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

interface TellOptions<R> {
  /** A read by id could add nothing. */
  whole?: boolean;
  /** Stands in for fields that a read by id fails to tell. */
  otherwise?: Partial<R>;
}

/**
 * What one answer knows of the upstream. Each thing is read by id at most once, each page at most once; what pages tell
 * is kept field by field and completed by id only for a field that nobody told. Lives as long as one answer (an
 * operation, or one event of a subscription for all its listeners), because nothing in it is ever read anew.
 */
export class Loaders {
  readonly #upstream: Upstream;
  readonly #options: CallOptions;
  /** Made on first use: most answers know things of one or two kinds. */
  readonly #things: Partial<Record<Kind, Things<never>>> = {};
  readonly #pages = new Map<string, Promise<unknown>>();

  /** @param caller Ends reads when it leaves. */
  constructor(upstream: Upstream, caller?: Caller | AbortSignal) {
    this.#upstream = upstream;
    this.#options = { signal: caller };
  }

  /** The thing itself, or null when it does not exist. One that a page told of costs no read. */
  model(id: string): ModelRow | Promise<ModelRow | null> {
    return this.#ofKind('Model').load({ id });
  }

  /** @see Loaders.model */
  dataItem(key: DataItemKey): DataItemRow | Promise<DataItemRow | null> {
    return this.#ofKind('DataItem').load(key);
  }

  /** @see Loaders.model */
  training(key: TrainingKey): TrainingRow | Promise<TrainingRow | null> {
    return this.#ofKind('Training').load(key);
  }

  /** @see Loaders.model */
  prediction(id: string): PredictionRow | Promise<PredictionRow | null> {
    return this.#ofKind('Prediction').load({ id });
  }

  /** The page behind the item with this id; undefined: the first page. */
  models(last: string | undefined): Promise<Page<ModelRow>> {
    return this.#page('Model', `models?${last}`, () => this.#upstream.models.list(last, this.#options));
  }

  /** @see Loaders.models */
  dataItems(modelId: string, last: string | undefined): Promise<Page<DataItemRow>> {
    const read = () => this.#upstream.dataItems.list(modelId, last, this.#options);
    return this.#page('DataItem', `${modelId}/data?${last}`, read);
  }

  /** @see Loaders.models */
  trainings(modelId: string, last: string | undefined): Promise<Page<TrainingRow>> {
    const read = () => this.#upstream.trainings.list(modelId, last, this.#options);
    return this.#page('Training', `${modelId}/trainings?${last}`, read);
  }

  /** @see Loaders.models */
  predictions(last: string | undefined): Promise<Page<PredictionRow>> {
    const read = () => this.#upstream.predictions.list(last, this.#options);
    return this.#page('Prediction', `predictions?${last}`, read);
  }

  /** Adds what is known of a thing, and gives all that is known of it. */
  tell<R extends Row>(row: R, options?: TellOptions<NoInfer<R>>): R {
    return this.#of(row).tell(row, options);
  }

  /** All that is known of a thing so far; never reads. */
  known<R extends Row>(row: R): R {
    return this.#of(row).known(row);
  }

  /** A field, read by id if nobody told it yet; undefined when the upstream does not say. */
  field<R extends Row, Field extends keyof R>(row: R, field: Field): R[Field] | Promise<R[Field]> {
    // What the row says itself needs no look at what else is known.
    return row[field] ?? this.#of(row).field(row, field);
  }

  /** A field that the graph promises; its absence is the upstream's mistake. */
  required<R extends Row, Field extends keyof R>(
    row: R,
    field: Field,
  ): NonNullable<R[Field]> | Promise<NonNullable<R[Field]>> {
    return row[field] ?? this.#of(row).required(row, field);
  }

  #of<R extends Row>(row: R): Things<R> {
    // The things of a row's kind are things like this row.
    return this.#ofKind(row.kind) as unknown as Things<R>;
  }

  #ofKind<K extends Kind>(kind: K): Things<RowOf<K>> {
    // Indexing by a kind gives the things of that kind.
    const known = this.#things[kind] as unknown as Things<RowOf<K>> | undefined;
    if (known) return known;
    const fresh = new Things<RowOf<K>>(this.#readerOf(kind));
    this.#things[kind] = fresh as unknown as Things<never>;
    return fresh;
  }

  #readerOf<K extends Kind>(kind: K): ThingsOptions<RowOf<K>> {
    const readers: { [Each in Kind]: () => ThingsOptions<RowOf<Each>> } = {
      Model: () => ({ operation: 'getModel', read: ({ id }) => this.#upstream.models.get(id, this.#options) }),
      DataItem: () => ({
        operation: 'getDataItem',
        read: (key) => this.#upstream.dataItems.get(owned(key), this.#options),
      }),
      Training: () => ({
        operation: 'getTraining',
        read: (key) => this.#upstream.trainings.get(owned(key), this.#options),
      }),
      Prediction: () => ({
        operation: 'getPrediction',
        read: ({ id }) => this.#upstream.predictions.get(id, this.#options),
      }),
    };
    return readers[kind]();
  }

  #page<K extends Kind>(kind: K, name: string, read: () => Promise<Page<RowOf<K>>>): Promise<Page<RowOf<K>>> {
    const known = this.#pages.get(name) as Promise<Page<RowOf<K>>> | undefined;
    if (known) return known;
    const fresh = read().then((told) => {
      this.#ofKind(kind).tellPage(told.rows);
      return told;
    });
    this.#pages.set(name, fresh);
    return fresh;
  }
}

interface ThingsOptions<R> {
  operation: OperationId;
  read: (key: Key) => Promise<R>;
}

/** The things of one kind that an answer knows. */
class Things<R extends Row> {
  readonly #options: ThingsOptions<R>;
  /** By name. Use {@link #known}, which holds what pages told, too. */
  readonly #byName = new Map<string, R>();
  /** Pages of which nobody has asked yet what they told of a certain thing: most answers show a page as it is. */
  #unsorted: Page<R>['rows'][] = [];
  #whole: Set<string> | undefined;
  #otherwise: Map<string, Partial<R>> | undefined;
  #loads: Map<string, Promise<R | null>> | undefined;
  #byId: DataLoader<Key, R, string> | undefined;

  constructor(options: ThingsOptions<R>) {
    this.#options = options;
  }

  /** The thing itself at once if it was told; else read, once for all who ask. */
  load(key: Key): R | Promise<R | null> {
    const name = nameOf(key);
    const told = this.#known().get(name);
    if (told) return told;
    this.#loads ??= new Map();
    const loading =
      this.#loads.get(name) ??
      this.#read(key).catch((error: unknown) => {
        if (isNotFound(error)) return null;
        throw error;
      });
    this.#loads.set(name, loading);
    return loading;
  }

  /** No endpoint takes many ids: a batch is one read for each distinct id, and a failed one leaves the others alone. */
  #read(key: Key): Promise<R> {
    this.#byId ??= new DataLoader(
      (keys) =>
        Promise.all(
          keys.map((each) =>
            this.#options.read(each).then(
              (row) => this.tell(row, { whole: true }),
              (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
            ),
          ),
        ),
      { cacheKeyFn: nameOf },
    );
    return this.#byId.load(key);
  }

  tellPage(rows: Page<R>['rows']): void {
    this.#unsorted.push(rows);
  }

  tell(row: R, { whole, otherwise }: TellOptions<R> = {}): R {
    const known = this.#known();
    const name = nameOf(row);
    const merged = merge(known.get(name), row);
    known.set(name, merged);
    if (whole) {
      this.#whole ??= new Set();
      this.#whole.add(name);
    }
    if (otherwise) {
      this.#otherwise ??= new Map();
      this.#otherwise.set(name, otherwise);
    }
    return merged;
  }

  known(row: R): R {
    return this.#known().get(nameOf(row)) ?? row;
  }

  field<Field extends keyof R>(row: R, field: Field): R[Field] | Promise<R[Field]> {
    const known = this.known(row);
    if (known[field] !== undefined || this.#whole?.has(nameOf(row))) return known[field];
    return this.#read(row).then(
      (whole) => whole[field],
      (error: unknown) => {
        const otherwise = this.#otherwise?.get(nameOf(row))?.[field];
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
    throw new UpstreamError(
      this.#options.operation,
      'invalid-response',
      `${String(field)}: expected a value, got none`,
    );
  }

  #known(): Map<string, R> {
    if (this.#unsorted.length === 0) return this.#byName;
    const pages = this.#unsorted;
    this.#unsorted = [];
    for (const rows of pages) for (const row of rows) if (!(row instanceof UpstreamError)) this.tell(row);
    return this.#byName;
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
