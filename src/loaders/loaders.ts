import type { DataItemKey, DataItemRow } from '../upstream/data-items.ts';
import type { Page } from '../upstream/decode/objects.ts';
import { nextLastDocId } from '../upstream/decode/page.ts';
import type { ModelRow } from '../upstream/models.ts';
import type { Requester } from '../upstream/observer.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { TrainingKey, TrainingRow } from '../upstream/trainings.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { EntityLoader } from './entity-loader.ts';
import type { MergeOptions, Row } from './entity-store.ts';
import { type Kind, type ReadOptions, type ReadServices, Reads, type RequestBudget } from './reads.ts';

/**
 * Upstream reads of one request. Each entity is read by id at most once, each page at most once. The fields of rows in
 * pages are merged; an entity from a page is read by id only for a field that no page contained. It lives as long as one
 * response (an operation, or one event of a subscription for all its listeners), because cached rows are never refreshed.
 */
export class Loaders {
  readonly #reads: Reads;
  /** Created on first use: most requests read entities of one or two kinds. */
  readonly #loaders: Partial<Record<Kind, EntityLoader<Row>>> = {};
  /** By kind, and then by the key of the page. */
  readonly #pages: Partial<Record<Kind, Map<string, Promise<unknown>>>> = {};

  /**
   * @param options Aborts the reads, and counts their requests.
   * @param budget Counts each read, also one shared with other requests. @default no limit
   */
  constructor(upstream: Upstream, services: ReadServices, options: ReadOptions = {}, budget?: RequestBudget) {
    this.#reads = new Reads(upstream, services, options, budget);
  }

  /** These loaders, with the same caches. The requests that they send are counted and traced for a requester. */
  countedFor(requester: Requester): Loaders {
    const run = this.#reads.runnerFor(requester);
    return new Proxy<Loaders>(this, {
      get(loaders, name) {
        const member: unknown = Reflect.get(loaders, name, loaders);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => run(() => Reflect.apply(member, loaders, args));
      },
    });
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
    return this.#page('Model', pageKey('', last), () => this.#reads.upstream.models.list(last, this.#reads.options));
  }

  /** @see Loaders.models */
  dataItems(modelId: string, last: string | undefined): Promise<Page<DataItemRow>> {
    const read = () => this.#reads.upstream.dataItems.list(modelId, last, this.#reads.options);
    return this.#page('DataItem', pageKey(modelId, last), read);
  }

  /** @see Loaders.models */
  trainings(modelId: string, last: string | undefined): Promise<Page<TrainingRow>> {
    const read = () => this.#reads.upstream.trainings.list(modelId, last, this.#reads.options);
    return this.#page('Training', pageKey(modelId, last), read);
  }

  /** @see Loaders.models */
  predictions(last: string | undefined): Promise<Page<PredictionRow>> {
    const read = () => this.#reads.upstream.predictions.list(last, this.#reads.options);
    return this.#page('Prediction', pageKey('', last), read);
  }

  /** The item after which the next page starts; undefined if there is no next page. */
  lastItemOf(page: Page<Row>): string | undefined {
    return nextLastDocId(page);
  }

  /** Merges a row into the entity's cached fields, and returns the merged row. */
  merge<R extends Row>(row: R, options?: MergeOptions<NoInfer<R>>): R {
    return this.#loaderOf<R>(row.kind).store.merge(row, options);
  }

  /** Merges a row that a read by id has returned just now, and returns the merged row. */
  mergeRead<R extends Row>(row: R): R {
    return this.#loaderOf<R>(row.kind).store.merge(row, { isComplete: true, receivedAt: this.#reads.now() });
  }

  /** Time at which the upstream last returned the entity; null if it did not. Never sends a request. */
  checkedAt(row: Row): Date | null {
    return this.#loaderOf(row.kind).store.receivedAt(row);
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
    this.#loaders[kind] ??= new EntityLoader<Row>(kind, this.#reads);
    // The loader of a kind has only rows of its type, which TypeScript does not relate to the kind.
    return this.#loaders[kind] as unknown as EntityLoader<R>;
  }

  #page<R extends Row>(kind: R['kind'], cacheKey: string, read: () => Promise<Page<R>>): Promise<Page<R>> {
    const pages = this.#pages[kind] ?? new Map<string, Promise<unknown>>();
    this.#pages[kind] = pages;
    const cached = pages.get(cacheKey) as Promise<Page<R>> | undefined;
    if (cached) return cached;
    const exceeded = this.#reads.spend();
    if (exceeded) return exceeded;
    const loading = read().then((page) => {
      this.#loaderOf<R>(kind).store.addPage(page.rows, this.#reads.now());
      return page;
    });
    pages.set(cacheKey, loading);
    return loading;
  }
}

/** Identifies a page among those of its kind: an id contains no question mark. @param owner Id of the model; '' for none. */
const pageKey = (owner: string, last: string | undefined): string => (last === undefined ? owner : `${owner}?${last}`);
