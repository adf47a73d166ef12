import type { CallOptions } from '../upstream/client.ts';
import type { DataItemKey, DataItemRow } from '../upstream/data-items.ts';
import type { Page } from '../upstream/decode/objects.ts';
import type { ModelRow } from '../upstream/models.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { TrainingKey, TrainingRow } from '../upstream/trainings.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { AbortScope } from '../util/cancellation.ts';
import { EntityStore, type EntityStoreOptions, type Key, type MergeOptions, type Row } from './entity-store.ts';

type Kind = Row['kind'];
type RowOf<K extends Kind> = Extract<Row, { kind: K }>;

/** Counts upstream requests. */
export interface RequestBudget {
  /** @returns The error in place of the requests, where there may be no more of them. */
  spend(requests: number): Error | undefined;
}

/**
 * What one answer knows of the upstream. Each thing is read by id at most once, each page at most once; what pages tell
 * is kept field by field and completed by id only for a field that nobody told. Lives as long as one answer (an
 * operation, or one event of a subscription for all its listeners), because nothing in it is ever read anew.
 */
export class Loaders {
  readonly #upstream: Upstream;
  readonly #options: CallOptions;
  readonly #budget: RequestBudget | undefined;
  /** Made on first use: most answers know things of one or two kinds. */
  readonly #things: Partial<Record<Kind, EntityStore<never>>> = {};
  readonly #pages = new Map<string, Promise<unknown>>();

  /**
   * @param caller Ends reads when it leaves.
   * @param budget Counts each read, also one that is shared with others. @default without a limit
   */
  constructor(upstream: Upstream, caller?: AbortScope | AbortSignal, budget?: RequestBudget) {
    this.#upstream = upstream;
    this.#options = { signal: caller };
    this.#budget = budget;
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
  merge<R extends Row>(row: R, options?: MergeOptions<NoInfer<R>>): R {
    return this.#of(row).merge(row, options);
  }

  /** All that is known of a thing so far; never reads. */
  get<R extends Row>(row: R): R {
    return this.#of(row).get(row);
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

  /** Has a field read by id where it is absent, so that {@link get} has it. Fails as that read does. */
  complete<R extends Row>(row: R, field: keyof R): undefined | Promise<unknown> {
    return row[field] === undefined ? this.#of(row).complete(row, field) : undefined;
  }

  #of<R extends Row>(row: R): EntityStore<R> {
    // The things of a row's kind are things like this row.
    return this.#ofKind(row.kind) as unknown as EntityStore<R>;
  }

  #ofKind<K extends Kind>(kind: K): EntityStore<RowOf<K>> {
    // Indexing by a kind gives the things of that kind.
    const known = this.#things[kind] as unknown as EntityStore<RowOf<K>> | undefined;
    if (known) return known;
    const { operation, read } = this.#readerOf(kind);
    const fresh = new EntityStore<RowOf<K>>({ operation, read: (key) => this.#count() ?? read(key) });
    this.#things[kind] = fresh as unknown as EntityStore<never>;
    return fresh;
  }

  #readerOf<K extends Kind>(kind: K): EntityStoreOptions<RowOf<K>> {
    const readers: { [Each in Kind]: () => EntityStoreOptions<RowOf<Each>> } = {
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
    const refusal = this.#count();
    if (refusal) return refusal;
    const fresh = read().then((told) => {
      this.#ofKind(kind).addPage(told.rows);
      return told;
    });
    this.#pages.set(name, fresh);
    return fresh;
  }

  /** Counts a read. @returns Its failure, where there may be no more reads. */
  #count(): Promise<never> | undefined {
    const refusal = this.#budget?.spend(1);
    return refusal && Promise.reject(refusal);
  }
}

function owned({ id, modelId }: Key): { id: string; modelId: string } {
  if (modelId === undefined) throw new TypeError(`${id} has no model.`);
  return { id, modelId };
}
