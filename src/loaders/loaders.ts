import type { OperationId } from '../contract/contract.ts';
import type { CallOptions } from '../upstream/client.ts';
import type { DataItemKey, DataItemRow } from '../upstream/data-items.ts';
import type { Page } from '../upstream/decode/objects.ts';
import { nextLastDocId } from '../upstream/decode/page.ts';
import type { ModelRow } from '../upstream/models.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { TrainingKey, TrainingRow } from '../upstream/trainings.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { AbortScope } from '../util/cancellation.ts';
import { EntityLoader } from './entity-loader.ts';
import type { Key, MergeOptions, Row } from './entity-store.ts';

type Kind = Row['kind'];

interface ReadById<R extends Row> {
  operation: OperationId;
  read: (upstream: Upstream, key: Required<Key>, options: CallOptions) => Promise<R>;
}

const READS: { readonly [K in Kind]: ReadById<Extract<Row, { kind: K }>> } = {
  Model: { operation: 'getModel', read: ({ models }, { id }, options) => models.get(id, options) },
  DataItem: { operation: 'getDataItem', read: ({ dataItems }, key, options) => dataItems.get(key, options) },
  Training: { operation: 'getTraining', read: ({ trainings }, key, options) => trainings.get(key, options) },
  Prediction: { operation: 'getPrediction', read: ({ predictions }, { id }, options) => predictions.get(id, options) },
};

/** Counts upstream requests. */
export interface RequestBudget {
  /** @returns The error to throw instead of sending the requests, once the budget is exceeded. */
  spend(requests: number): Error | undefined;
}

/**
 * Upstream reads of one request. Each entity is read by id at most once, each page at most once. The fields of rows in
 * pages are merged; an entity from a page is read by id only for a field that no page contained. It lives as long as one
 * response (an operation, or one event of a subscription for all its listeners), because cached rows are never refreshed.
 */
export class Loaders {
  readonly #upstream: Upstream;
  readonly #options: CallOptions;
  readonly #budget: RequestBudget | undefined;
  /** Created on first use: most requests read entities of one or two kinds. */
  readonly #loaders: Partial<Record<Kind, EntityLoader<Row>>> = {};
  readonly #pages = new Map<string, Promise<unknown>>();

  /**
   * @param caller Aborts the reads.
   * @param budget Counts each read, also one shared with other requests. @default no limit
   */
  constructor(upstream: Upstream, caller?: AbortScope | AbortSignal, budget?: RequestBudget) {
    this.#upstream = upstream;
    this.#options = { signal: caller };
    this.#budget = budget;
  }

  /** The entity, or null if it does not exist. An entity that a page contained is not read again. */
  model(id: string): ModelRow | Promise<ModelRow | null> {
    return this.#loaderOf<ModelRow>('Model').load({ id });
  }

  /** @see Loaders.model */
  dataItem(key: DataItemKey): DataItemRow | Promise<DataItemRow | null> {
    return this.#loaderOf<DataItemRow>('DataItem').load(key);
  }

  /** @see Loaders.model */
  training(key: TrainingKey): TrainingRow | Promise<TrainingRow | null> {
    return this.#loaderOf<TrainingRow>('Training').load(key);
  }

  /** @see Loaders.model */
  prediction(id: string): PredictionRow | Promise<PredictionRow | null> {
    return this.#loaderOf<PredictionRow>('Prediction').load({ id });
  }

  /** The page after the item with this id; the first page if undefined. */
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

  /** The item after which the next page starts; undefined if there is no next page. */
  lastItemOf(page: Page<Row>): string | undefined {
    return nextLastDocId(page);
  }

  /** Merges a row into the entity's cached fields, and returns the merged row. */
  merge<R extends Row>(row: R, options?: MergeOptions<NoInfer<R>>): R {
    return this.#loaderOf<R>(row.kind).store.merge(row, options);
  }

  /** The entity's fields read so far. Never sends a request. */
  get<R extends Row>(row: R): R {
    return this.#loaderOf<R>(row.kind).store.get(row) ?? row;
  }

  /** A field, read by id if no response has contained it yet; undefined if the upstream does not return it. */
  field<R extends Row, Field extends keyof R>(row: R, field: Field): R[Field] | Promise<R[Field]> {
    // A field of the row itself needs no lookup of the merged row.
    return row[field] ?? this.#loaderOf<R>(row.kind).field(row, field);
  }

  /** A field that is non-null in the schema. @throws UpstreamError if the upstream does not return it. */
  required<R extends Row, Field extends keyof R>(
    row: R,
    field: Field,
  ): NonNullable<R[Field]> | Promise<NonNullable<R[Field]>> {
    return row[field] ?? this.#loaderOf<R>(row.kind).required(row, field);
  }

  /** Reads a field by id if it is absent, so that {@link get} returns it. Rejects with the error of that read. */
  complete<R extends Row>(row: R, field: keyof R): undefined | Promise<unknown> {
    return row[field] === undefined ? this.#loaderOf<R>(row.kind).complete(row, field) : undefined;
  }

  #loaderOf<R extends Row>(kind: R['kind']): EntityLoader<R> {
    this.#loaders[kind] ??= new EntityLoader<Row>(
      READS[kind].operation,
      // Keys of data items and trainings contain their model. The other reads do not use it.
      (key) => this.#spend() ?? READS[kind].read(this.#upstream, key as Required<Key>, this.#options),
    );
    // The loader of a kind has only rows of its type, which TypeScript does not relate to the kind.
    return this.#loaders[kind] as unknown as EntityLoader<R>;
  }

  #page<R extends Row>(kind: R['kind'], cacheKey: string, read: () => Promise<Page<R>>): Promise<Page<R>> {
    const cached = this.#pages.get(cacheKey) as Promise<Page<R>> | undefined;
    if (cached) return cached;
    const exceeded = this.#spend();
    if (exceeded) return exceeded;
    const loading = read().then((page) => {
      this.#loaderOf<R>(kind).store.addPage(page.rows);
      return page;
    });
    this.#pages.set(cacheKey, loading);
    return loading;
  }

  /** Counts a read. @returns A rejection once the budget is exceeded. */
  #spend(): Promise<never> | undefined {
    const error = this.#budget?.spend(1);
    return error && Promise.reject(error);
  }
}
