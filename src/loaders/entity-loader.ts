import DataLoader from 'dataloader';
import { isNotFound, type MalformedField, malformedError, UpstreamError } from '../upstream/errors.ts';
import { mapMaybePromise } from '../util/promises.ts';
import { cacheKeyOf, EntityStore, type Key, type Row } from './entity-store.ts';
import type { FinishedJob } from './finished-jobs.ts';
import { type Reads, readOperation } from './reads.ts';

/**
 * The entities of one kind. A field that no row has contained is read by id. The DataLoader is the only cache of these
 * reads, including failed ones; the store merges their rows with those of pages.
 */
export class EntityLoader<R extends Row> {
  readonly store = new EntityStore<R>();
  readonly #kind: R['kind'];
  readonly #reads: Reads;
  #byId: DataLoader<Key, R, string> | undefined;
  /** The cache of the DataLoader. */
  #pending: Map<string, Promise<R>> | undefined;

  constructor(kind: R['kind'], reads: Reads) {
    this.#kind = kind;
    this.#reads = reads;
  }

  /** The entity, read by id unless a row of it is in the store; null if it does not exist. */
  load(key: Key): R | Promise<R | null> {
    return this.store.get(key) ?? this.#mergeCached(key) ?? this.#loadById(key).catch(nullIfNotFound);
  }

  /** @param isRequired True if a null or malformed value in a list causes a read by id, too. */
  field<Field extends keyof R>(row: R, field: Field, isRequired = false): R[Field] | Promise<R[Field]> {
    const merged = this.#merged(row);
    const isRead = isRequired ? merged[field] : merged[field] !== undefined || malformedIn(merged, field);
    if (isRead || this.store.isComplete(row)) return validValue(merged, field);
    const cached = this.#mergeCached(row);
    if (cached) return validValue(cached, field);
    return this.#loadById(row).then(
      (complete) => validValue(complete, field),
      (error: unknown) => {
        const fallback = this.store.fallback(row, field);
        if (fallback === undefined) throw error;
        return fallback;
      },
    );
  }

  /** Reads a field by id if it is absent. A malformed value is not an error here. */
  complete(row: R, field: keyof R): undefined | Promise<unknown> {
    if (malformedIn(this.#merged(row), field)) return undefined;
    const value = this.field(row, field);
    if (!(value instanceof Promise)) return undefined;
    return value.catch((error: unknown) => {
      if (!malformedIn(this.#merged(row), field)) throw error;
    });
  }

  required<Field extends keyof R>(row: R, field: Field): NonNullable<R[Field]> | Promise<NonNullable<R[Field]>> {
    return mapMaybePromise(this.field(row, field, true), (value) => {
      if (value !== undefined && value !== null) return value;
      const problem = `${String(field)}: expected a value, got none`;
      throw new UpstreamError(readOperation(this.#kind), 'invalid-response', problem);
    });
  }

  #merged(row: R): R {
    return this.store.get(row) ?? row;
  }

  /** Merges the cached row of an entity, if there is one. Fields read before are newer, so they take precedence. */
  #mergeCached(key: Key): R | undefined {
    const cached = this.#reads.cached(this.#kind, key);
    return cached && this.#mergeFinished(key, cached);
  }

  #mergeFinished(key: Key, cached: FinishedJob): R {
    const earlier = this.store.get(key);
    const merged = this.store.merge(cached.row as R, { isComplete: true, receivedAt: cached.checkedAt.getTime() });
    return earlier ? this.store.merge(earlier) : merged;
  }

  #mergeRead(row: R): R {
    return this.store.merge(row, { isComplete: true, receivedAt: this.#reads.onRead(row) });
  }

  /** No endpoint takes several ids: a batch is one read for each distinct id, and a failed read does not fail the others. */
  #loadById(key: Key): Promise<R> {
    // For a hit, the DataLoader would create another promise and a callback.
    const cached = this.#pending?.get(cacheKeyOf(key));
    if (cached) return cached;
    this.#pending ??= new Map();
    this.#byId ??= new DataLoader((keys) => this.#readBatch(keys), {
      cacheKeyFn: cacheKeyOf,
      cacheMap: this.#pending,
    });
    this.#reads.onRequested(key);
    return this.#byId.load(key);
  }

  #readBatch(keys: readonly Key[]): Promise<(R | Error)[]> {
    const reading = this.#reads.cachedByOthers(this.#kind, keys);
    if (!reading) return Promise.all(keys.map((key) => this.#readById(key)));
    return reading.then((jobs) =>
      Promise.all(
        keys.map((key, index) => {
          const job = jobs[index];
          return job ? this.#mergeFinished(key, job) : this.#readById(key);
        }),
      ),
    );
  }

  #readById(key: Key): Promise<R | Error> {
    return this.#reads.byId(this.#kind, key).then((row) => this.#mergeRead(row as R), toError);
  }
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

function nullIfNotFound(error: unknown): null {
  if (isNotFound(error)) return null;
  throw error;
}

/** The problem with a field for which no operation has returned a valid value. */
const malformedIn = <R extends Row>(row: R, field: keyof R): MalformedField | undefined =>
  row.malformed && row[field] === undefined ? row.malformed[String(field)] : undefined;

/** @throws UpstreamError if all values of the field are malformed. */
function validValue<R extends Row, Field extends keyof R>(row: R, field: Field): R[Field] {
  const malformed = malformedIn(row, field);
  if (malformed) throw malformedError(malformed);
  return row[field];
}
