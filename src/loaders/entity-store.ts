import DataLoader from 'dataloader';
import type { OperationId } from '../contract/contract.ts';
import type { DataItemRow } from '../upstream/data-items.ts';
import type { Page } from '../upstream/decode/objects.ts';
import { isNotFound, type MalformedField, malformedError, UpstreamError } from '../upstream/errors.ts';
import type { ModelRow } from '../upstream/models.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { TrainingRow } from '../upstream/trainings.ts';

/** An entity, with the fields read so far. */
export type Row = ModelRow | DataItemRow | TrainingRow | PredictionRow;

/** Identifies an entity among others of its kind. */
export type Key = Readonly<{ id: string; modelId?: string }>;

export interface MergeOptions<R> {
  /** True if a read by id would add no field. */
  isComplete?: boolean;
  /** Values of fields to use if the read by id fails. */
  fallback?: Partial<R>;
}

export interface EntityStoreOptions<R> {
  operation: OperationId;
  read: (key: Key) => Promise<R>;
}

/** The entities of one kind that a request has read, merged field by field. */
export class EntityStore<R extends Row> {
  readonly #options: EntityStoreOptions<R>;
  /** By cache key. Read it through {@link #mergedRows}, which merges the rows of pages first. */
  readonly #rows = new Map<string, R>();
  /** Pages whose rows are merged on the first lookup, because most requests return a page as it is. */
  #unmergedPages: Page<R>['rows'][] = [];
  #complete: Set<string> | undefined;
  #fallbacks: Map<string, Partial<R>> | undefined;
  #loading: Map<string, Promise<R | null>> | undefined;
  #byId: DataLoader<Key, R, string> | undefined;

  constructor(options: EntityStoreOptions<R>) {
    this.#options = options;
  }

  /** Returns the entity if it has been read; else reads it, once for all callers. */
  load(key: Key): R | Promise<R | null> {
    const cacheKey = cacheKeyOf(key);
    const cached = this.#mergedRows().get(cacheKey);
    if (cached) return cached;
    this.#loading ??= new Map();
    const loading =
      this.#loading.get(cacheKey) ??
      this.#read(key).catch((error: unknown) => {
        if (isNotFound(error)) return null;
        throw error;
      });
    this.#loading.set(cacheKey, loading);
    return loading;
  }

  /** No endpoint takes several ids: a batch is one read for each distinct id, and a failed read does not fail the others. */
  #read(key: Key): Promise<R> {
    this.#byId ??= new DataLoader(
      (keys) =>
        Promise.all(
          keys.map((each) =>
            this.#options.read(each).then(
              (row) => this.merge(row, { isComplete: true }),
              (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
            ),
          ),
        ),
      { cacheKeyFn: cacheKeyOf },
    );
    return this.#byId.load(key);
  }

  addPage(rows: Page<R>['rows']): void {
    this.#unmergedPages.push(rows);
  }

  merge(row: R, { isComplete, fallback }: MergeOptions<R> = {}): R {
    const rows = this.#mergedRows();
    const cacheKey = cacheKeyOf(row);
    const merged = mergeRows(rows.get(cacheKey), row);
    rows.set(cacheKey, merged);
    if (isComplete) {
      this.#complete ??= new Set();
      this.#complete.add(cacheKey);
    }
    if (fallback) {
      this.#fallbacks ??= new Map();
      this.#fallbacks.set(cacheKey, fallback);
    }
    return merged;
  }

  get(row: R): R {
    return this.#mergedRows().get(cacheKeyOf(row)) ?? row;
  }

  /** @param isRequired True if a null or malformed value in a list causes a read by id, too. */
  field<Field extends keyof R>(row: R, field: Field, isRequired = false): R[Field] | Promise<R[Field]> {
    const merged = this.get(row);
    const isRead = isRequired ? merged[field] : merged[field] !== undefined || malformedIn(merged, field);
    if (isRead || this.#complete?.has(cacheKeyOf(row))) return validValue(merged, field);
    return this.#read(row).then(
      (complete) => validValue(complete, field),
      (error: unknown) => {
        const fallback = this.#fallbacks?.get(cacheKeyOf(row))?.[field];
        if (fallback === undefined) throw error;
        return fallback;
      },
    );
  }

  /** Reads a field by id if it is absent. A malformed value is not an error here. */
  complete(row: R, field: keyof R): undefined | Promise<unknown> {
    if (malformedIn(this.get(row), field)) return undefined;
    const value = this.field(row, field);
    if (!(value instanceof Promise)) return undefined;
    return value.catch((error: unknown) => {
      if (!malformedIn(this.get(row), field)) throw error;
    });
  }

  required<Field extends keyof R>(row: R, field: Field) {
    const value = this.field(row, field, true);
    return value instanceof Promise
      ? value.then((resolved) => this.#requireValue(resolved, field))
      : this.#requireValue(value, field);
  }

  #requireValue<Field extends keyof R>(value: R[Field], field: Field): NonNullable<R[Field]> {
    if (value !== undefined && value !== null) return value;
    throw new UpstreamError(
      this.#options.operation,
      'invalid-response',
      `${String(field)}: expected a value, got none`,
    );
  }

  #mergedRows(): Map<string, R> {
    if (this.#unmergedPages.length === 0) return this.#rows;
    // Emptied first, because `merge` calls this method.
    const pages = this.#unmergedPages;
    this.#unmergedPages = [];
    for (const rows of pages) for (const row of rows) if (!(row instanceof UpstreamError)) this.merge(row);
    return this.#rows;
  }
}

const cacheKeyOf = ({ id, modelId }: Key): string => (modelId === undefined ? id : `${modelId}/${id}`);

/** The problem with a field for which no operation has returned a valid value. */
const malformedIn = <R extends Row>(row: R, field: keyof R): MalformedField | undefined =>
  row.malformed && row[field] === undefined ? row.malformed[String(field)] : undefined;

/** @throws UpstreamError if all values of the field are malformed. */
function validValue<R extends Row, Field extends keyof R>(row: R, field: Field): R[Field] {
  const malformed = malformedIn(row, field);
  if (malformed) throw malformedError(malformed);
  return row[field];
}

/**
 * Adds the fields of a row to those read before. An absent, malformed or null value never replaces a value that another
 * operation returned.
 */
function mergeRows<R extends Row>(previous: R | undefined, row: R): R {
  if (!previous) return row;
  const merged = { ...previous };
  for (const field of Object.keys(row) as (keyof R)[]) {
    if (row[field] !== null || merged[field] === undefined) merged[field] = row[field];
  }
  if (previous.malformed && row.malformed) merged.malformed = { ...previous.malformed, ...row.malformed };
  return merged;
}
