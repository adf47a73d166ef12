import type { Contract, OperationId, Wire } from '../../contract/contract.ts';
import { isUpstreamId } from '../../contract/rules.ts';
import { isRecord } from '../../util/json.ts';
import { type MalformedFields, UpstreamError } from '../errors.ts';
import { type FieldReader, list, record, string, UnreadableValueError } from './fields.ts';
import { invalidResponse } from './json.ts';
import { type Page, pageAfter, readPageEnd } from './page.ts';

export type { Page };

export type FieldReaders = Readonly<Record<string, FieldReader<unknown>>>;

/** The decoded fields of an object. An absent field is undefined, not null: another operation may return it. */
export type DecodedFields<Readers extends FieldReaders> = { [Field in keyof Readers]?: ReturnType<Readers[Field]> } & {
  /** The fields whose values violate the contract; absent if there are none. */
  malformed?: MalformedFields;
};

/** A JSON object. */
type JsonObject = Readonly<Record<string, unknown>>;

/** The names that are accepted for a field. */
export const namesOf = (contract: Contract, schema: keyof Wire, field: string): readonly string[] =>
  contract.fields[schema]?.[field] ?? [field];

/** The first non-null value under these names; null if there are only nulls. Ignores inherited properties. */
export function firstValue(body: JsonObject, names: readonly string[]): unknown {
  let found: unknown;
  for (const name of names) {
    const value = body[name];
    if (value === undefined || !Object.hasOwn(body, name)) continue;
    if (value !== null) return value;
    found = null;
  }
  return found;
}

/** Converts an UnreadableValueError to the operation's error, which names the field. Returns any other error unchanged. */
function toFieldError(operation: OperationId, field: string, error: unknown): unknown {
  return error instanceof UnreadableValueError
    ? invalidResponse(operation, `${field}: ${error.message}`, { cause: error })
    : error;
}

/** Decodes a complete response body. @throws UpstreamError */
export function readValue<Value>(
  operation: OperationId,
  schema: keyof Wire,
  read: FieldReader<Value>,
  value: unknown,
): Value {
  try {
    return read(value);
  } catch (error) {
    throw toFieldError(operation, schema, error);
  }
}

/** Creates a reader of an id, which is required and must match the rule for ids. */
export function idReader<Schema extends keyof Wire>(
  contract: Contract,
  operation: OperationId,
  schema: Schema,
  field: keyof Wire[Schema] & string,
): (value: unknown) => string {
  const names = namesOf(contract, schema, field);
  return (value) => {
    try {
      const id = string(firstValue(record(value), names));
      if (!isUpstreamId(id))
        throw new UnreadableValueError('an id of 1 to 128 letters, digits, ".", "_", "~" or "-"', id);
      return id;
    } catch (error) {
      throw toFieldError(operation, `${schema}.${field}`, error);
    }
  };
}

/**
 * Creates a reader of the fields of `schema`. Their names are looked up once, not for each row. A malformed field is
 * recorded in the row and does not affect the others.
 *
 * @param required A field that must be present and valid; otherwise the reader throws.
 * @returns A function that adds the fields to a row, and returns it.
 */
export function objectReader<
  Schema extends keyof Wire,
  Readers extends FieldReaders & Partial<Record<keyof Wire[Schema], unknown>>,
>(contract: Contract, operation: OperationId, schema: Schema, readers: Readers, required?: keyof Readers & string) {
  const fields = Object.entries(readers).map(([field, read]) => ({
    field,
    read,
    names: namesOf(contract, schema, field),
  }));
  return <const Row extends JsonObject>(row: Row, value: unknown): Row & DecodedFields<Readers> => {
    const target: Record<string, unknown> = row;
    const body = readValue(operation, schema, record, value);
    for (const { field, read, names } of fields) {
      const found = firstValue(body, names);
      if (found === undefined && field !== required) continue;
      try {
        target[field] = read(found);
      } catch (error) {
        if (!(error instanceof UnreadableValueError) || field === required)
          throw toFieldError(operation, `${schema}.${field}`, error);
        const malformed = { operation, problem: `${schema}.${field}: ${error.message}` };
        target.malformed = { ...(target.malformed ?? {}), [field]: malformed };
      }
    }
    // The loop above assigned the results of these readers.
    return row as Row & DecodedFields<Readers>;
  };
}

/** The schemas of list pages. */
type PageSchema = 'ModelPage' | 'DataItemPage' | 'TrainingPage' | 'PredictionPage';
/** The paging fields of a page. */
type PageEnd = Pick<Wire[PageSchema], 'hasMore' | 'nextPageCursor'>;

/**
 * Creates a reader of one page of a list. A row that cannot be read becomes an error in the list of rows.
 *
 * @returns A function of the response, a reader of its rows, and the id of the item after which the page was requested.
 */
export function pageReader<Schema extends PageSchema>(
  contract: Contract,
  operation: OperationId,
  schema: Schema,
  field: Exclude<keyof Wire[Schema], keyof PageEnd> & string,
) {
  const names = namesOf(contract, schema, field);
  const hasMoreNames = namesOf(contract, schema, 'hasMore' satisfies keyof PageEnd);
  const cursorNames = namesOf(contract, schema, 'nextPageCursor' satisfies keyof PageEnd);
  return <Row extends { readonly id: string }>(
    value: unknown,
    readRow: (item: unknown) => Row,
    lastDocId?: string,
  ): Page<Row> => {
    const body = readValue(operation, schema, record, value);
    const rows: (Row | UpstreamError)[] = [];
    for (const item of itemsOf(body)) {
      try {
        if (!isRecord(item))
          throw toFieldError(operation, `${schema}.${field}`, new UnreadableValueError('a list of objects', item));
        rows.push(readRow(item));
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        rows.push(error);
      }
    }
    const end = readPageEnd({ hasMore: firstValue(body, hasMoreNames), nextPageCursor: firstValue(body, cursorNames) });
    return pageAfter(lastDocId, { rows, ...end });
  };

  function itemsOf(body: JsonObject): readonly unknown[] {
    try {
      return list(firstValue(body, names));
    } catch (error) {
      throw toFieldError(operation, `${schema}.${field}`, error);
    }
  }
}

/** Memoizes a function of the contract, so that all credentials share its result. */
export function memoizePerContract<Result>(compute: (contract: Contract) => Result): (contract: Contract) => Result {
  const results = new WeakMap<Contract, Result>();
  return (contract) => {
    const cached = results.get(contract);
    if (cached) return cached;
    const result = compute(contract);
    results.set(contract, result);
    return result;
  };
}
