import DataLoader from 'dataloader';
import type { OperationId } from '../contract/contract.ts';
import type { DataItemRow } from '../upstream/data-items.ts';
import type { Page } from '../upstream/decode/objects.ts';
import { isNotFound, type Malformed, malformedError, UpstreamError } from '../upstream/errors.ts';
import type { ModelRow } from '../upstream/models.ts';
import type { PredictionRow } from '../upstream/predictions.ts';
import type { TrainingRow } from '../upstream/trainings.ts';

/** What is known of a thing. */
export type Row = ModelRow | DataItemRow | TrainingRow | PredictionRow;

/** What tells a thing apart from others of its kind. */
export type Key = Readonly<{ id: string; modelId?: string }>;

export interface MergeOptions<R> {
  /** A read by id could add nothing. */
  isComplete?: boolean;
  /** Stands in for fields that a read by id fails to tell. */
  fallback?: Partial<R>;
}

export interface EntityStoreOptions<R> {
  operation: OperationId;
  read: (key: Key) => Promise<R>;
}

/** The things of one kind that an answer knows. */
export class EntityStore<R extends Row> {
  readonly #options: EntityStoreOptions<R>;
  /** By name. Use {@link #known}, which holds what pages told, too. */
  readonly #byName = new Map<string, R>();
  /** Pages of which nobody has asked yet what they told of a certain thing: most answers show a page as it is. */
  #unsorted: Page<R>['rows'][] = [];
  #whole: Set<string> | undefined;
  #otherwise: Map<string, Partial<R>> | undefined;
  #loads: Map<string, Promise<R | null>> | undefined;
  #byId: DataLoader<Key, R, string> | undefined;

  constructor(options: EntityStoreOptions<R>) {
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
              (row) => this.merge(row, { isComplete: true }),
              (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
            ),
          ),
        ),
      { cacheKeyFn: nameOf },
    );
    return this.#byId.load(key);
  }

  addPage(rows: Page<R>['rows']): void {
    this.#unsorted.push(rows);
  }

  merge(row: R, { isComplete: whole, fallback: otherwise }: MergeOptions<R> = {}): R {
    const known = this.#known();
    const name = nameOf(row);
    const merged = mergeRows(known.get(name), row);
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

  get(row: R): R {
    return this.#known().get(nameOf(row)) ?? row;
  }

  /** @param isRequired Whether null or a malformed value, which a list reports, is not good enough either. */
  field<Field extends keyof R>(row: R, field: Field, isRequired = false): R[Field] | Promise<R[Field]> {
    const known = this.get(row);
    const isKnown = isRequired ? known[field] : known[field] !== undefined || malformedIn(known, field);
    if (isKnown || this.#whole?.has(nameOf(row))) return soundValue(known, field);
    return this.#read(row).then(
      (whole) => soundValue(whole, field),
      (error: unknown) => {
        const otherwise = this.#otherwise?.get(nameOf(row))?.[field];
        if (otherwise === undefined) throw error;
        return otherwise;
      },
    );
  }

  /** Has a field read that is still absent. A malformed one is no failure here. */
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
    for (const rows of pages) for (const row of rows) if (!(row instanceof UpstreamError)) this.merge(row);
    return this.#byName;
  }
}

const nameOf = ({ id, modelId }: Key): string => (modelId === undefined ? id : `${modelId}/${id}`);

/** What is wrong with a field of which no operation returned a sound value. */
const malformedIn = <R extends Row>(row: R, field: keyof R): Malformed | undefined =>
  row.malformed && row[field] === undefined ? row.malformed[String(field)] : undefined;

/** @throws UpstreamError when the only values are malformed. */
function soundValue<R extends Row, Field extends keyof R>(row: R, field: Field): R[Field] {
  const malformed = malformedIn(row, field);
  if (malformed) throw malformedError(malformed);
  return row[field];
}

/**
 * Adds the fields of a row to the known ones. An absent or malformed value, or null, never replaces one that another
 * operation returned.
 */
function mergeRows<R extends Row>(known: R | undefined, row: R): R {
  if (!known) return row;
  const merged = { ...known };
  for (const field of Object.keys(row) as (keyof R)[]) {
    if (row[field] !== null || merged[field] === undefined) merged[field] = row[field];
  }
  if (known.malformed && row.malformed) merged.malformed = { ...known.malformed, ...row.malformed };
  return merged;
}
