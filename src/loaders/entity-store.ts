import type { DataItemRow } from '../upstream/data-items.ts';
import type { Page } from '../upstream/decode/objects.ts';
import { UpstreamError } from '../upstream/errors.ts';
import type { ModelRow } from '../upstream/models.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { TrainingRow } from '../upstream/trainings.ts';

/** An entity, with the fields read so far. */
export type Row = ModelRow | DataItemRow | TrainingRow | PredictionRow;

/** Identifies an entity among others of its kind. */
export type Key = Readonly<{ id: string; modelId?: string }>;

export const cacheKeyOf = ({ id, modelId }: Key): string => (modelId === undefined ? id : `${modelId}/${id}`);

export interface MergeOptions<R> {
  /** True if a read by id would add no field. */
  isComplete?: boolean;
  /** Values of fields to use if the read by id fails. */
  fallback?: Partial<R>;
  /** Time at which the upstream returned the row, by the wall clock, in milliseconds. @default it did not return the row */
  receivedAt?: number | undefined;
}

/** The entities of one kind that a response has read, merged field by field. Sends no requests. */
export class EntityStore<R extends Row> {
  /** By cache key. Read it through {@link #mergedRows}, which merges the rows of pages first. */
  readonly #rows = new Map<string, R>();
  /** All pages, with the time of their response, by the wall clock, in milliseconds. */
  readonly #pages: { rows: Page<R>['rows']; receivedAt: number }[] = [];
  /** Number of pages that are merged: on the first lookup, because most requests return a page as it is. */
  #mergedPages = 0;
  /** Number of pages whose times are in {@link #times}: on the first lookup, because few requests select times. */
  #timedPages = 0;
  /** Times at which rows were received, by the wall clock, in milliseconds. */
  #times: Map<string, number> | undefined;
  #complete: Set<string> | undefined;
  #fallbacks: Map<string, Partial<R>> | undefined;

  /** @param receivedAt Time of the response, by the wall clock, in milliseconds. */
  addPage(rows: Page<R>['rows'], receivedAt: number): void {
    this.#pages.push({ rows, receivedAt });
  }

  /** Merges a row into the fields read before, and returns the merged row. */
  merge(row: R, { isComplete, fallback, receivedAt }: MergeOptions<R> = {}): R {
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
    if (receivedAt !== undefined) this.#addTime(cacheKey, receivedAt);
    return merged;
  }

  get(key: Key): R | undefined {
    return this.#mergedRows().get(cacheKeyOf(key));
  }

  /** True if a read by id would add no field. */
  isComplete(key: Key): boolean {
    return this.#complete?.has(cacheKeyOf(key)) ?? false;
  }

  /** The value of a field to use if the read by id fails. */
  fallback<Field extends keyof R>(key: Key, field: Field): R[Field] | undefined {
    return this.#fallbacks?.get(cacheKeyOf(key))?.[field];
  }

  /** Time of the last response with the entity, by the wall clock; null if there was none. */
  receivedAt(key: Key): Date | null {
    const further = this.#pages.slice(this.#timedPages);
    this.#timedPages = this.#pages.length;
    for (const { rows, receivedAt } of further) {
      for (const row of rows) if (!(row instanceof UpstreamError)) this.#addTime(cacheKeyOf(row), receivedAt);
    }
    const time = this.#times?.get(cacheKeyOf(key));
    return time === undefined ? null : new Date(time);
  }

  #addTime(cacheKey: string, time: number): void {
    this.#times ??= new Map();
    const known = this.#times.get(cacheKey);
    if (known === undefined || known < time) this.#times.set(cacheKey, time);
  }

  #mergedRows(): Map<string, R> {
    if (this.#mergedPages === this.#pages.length) return this.#rows;
    const unmerged = this.#pages.slice(this.#mergedPages);
    // Counted first, because `merge` calls this method.
    this.#mergedPages = this.#pages.length;
    for (const { rows } of unmerged) for (const row of rows) if (!(row instanceof UpstreamError)) this.merge(row);
    return this.#rows;
  }
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
