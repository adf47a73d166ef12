import type { Contract, OperationId, Wire } from '../../contract/contract.ts';
import { isUpstreamId } from '../../contract/rules.ts';
import { type MalformedFields, UpstreamError } from '../errors.ts';
import { type FieldReader, isRecord, list, record, string, UnreadableValueError } from './fields.ts';
import { invalid } from './json.ts';
import { type Page, readPageEnd } from './page.ts';

export type { Page };

export type FieldReaders = Readonly<Record<string, FieldReader<unknown>>>;

/** The fields of an object that could be read. An absent field is not null: another operation may return it. */
export type DecodedFields<Readers extends FieldReaders> = { [Field in keyof Readers]?: ReturnType<Readers[Field]> } & {
  /** The fields whose values break the contract; left out when all are sound. */
  malformed?: MalformedFields;
};

/** An object of JSON. */
type Body = Readonly<Record<string, unknown>>;

/** The names under which a field is accepted. */
export const namesOf = (contract: Contract, schema: keyof Wire, field: string): readonly string[] =>
  contract.fields[schema]?.[field] ?? [field];

/** The first value under these names; null only when none of them has another. Inherited properties do not count. */
function find(body: Body, names: readonly string[]): unknown {
  let found: unknown;
  for (const name of names) {
    const value = body[name];
    if (value === undefined || !Object.hasOwn(body, name)) continue;
    if (value !== null) return value;
    found = null;
  }
  return found;
}

/** The operation's error for a value that breaks the contract; any other error as it is. */
function atField(operation: OperationId, field: string, error: unknown): unknown {
  return error instanceof UnreadableValueError
    ? invalid(operation, `${field}: ${error.message}`, { cause: error })
    : error;
}

/** A whole answer that is one value. @throws UpstreamError */
export function readValue<Value>(
  operation: OperationId,
  schema: keyof Wire,
  read: FieldReader<Value>,
  value: unknown,
): Value {
  try {
    return read(value);
  } catch (error) {
    throw atField(operation, schema, error);
  }
}

/** Makes a reader of an identifier, which must be there and obey the rule for ids. */
export function idReader<Schema extends keyof Wire>(
  contract: Contract,
  operation: OperationId,
  schema: Schema,
  field: keyof Wire[Schema] & string,
): (value: unknown) => string {
  const names = namesOf(contract, schema, field);
  return (value) => {
    try {
      const id = string(find(record(value), names));
      if (!isUpstreamId(id))
        throw new UnreadableValueError('an id of 1 to 128 letters, digits, ".", "_", "~" or "-"', id);
      return id;
    } catch (error) {
      throw atField(operation, `${schema}.${field}`, error);
    }
  };
}

/**
 * Makes a reader of the fields of `schema` that are there. Their names are looked up once, not for each row. A malformed
 * field is noted in the row and leaves the others alone.
 *
 * @param required A field without which the row is worth nothing.
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
  return <const Row extends Body>(row: Row, value: unknown): Row & DecodedFields<Readers> => {
    const known: Record<string, unknown> = row;
    const body = readValue(operation, schema, record, value);
    for (const { field, read, names } of fields) {
      const found = find(body, names);
      if (found === undefined && field !== required) continue;
      try {
        known[field] = read(found);
      } catch (error) {
        if (!(error instanceof UnreadableValueError) || field === required)
          throw atField(operation, `${schema}.${field}`, error);
        const malformed = { operation, problem: `${schema}.${field}: ${error.message}` };
        known.malformed = { ...(known.malformed ?? {}), [field]: malformed };
      }
    }
    // The loop above filled it from the readers' own results.
    return row as Row & DecodedFields<Readers>;
  };
}

/** The schemas of list pages. */
type PageSchema = 'ModelPage' | 'DataItemPage' | 'TrainingPage' | 'PredictionPage';
/** What every page says of the next one. */
type PageEnd = Pick<Wire[PageSchema], 'hasMore' | 'nextPageCursor'>;

/** Makes a reader of one page of a list; a row that cannot be read is its error, and leaves its neighbours alone. */
export function pageReader<Schema extends PageSchema>(
  contract: Contract,
  operation: OperationId,
  schema: Schema,
  field: Exclude<keyof Wire[Schema], keyof PageEnd> & string,
) {
  const names = namesOf(contract, schema, field);
  const hasMoreNames = namesOf(contract, schema, 'hasMore' satisfies keyof PageEnd);
  const cursorNames = namesOf(contract, schema, 'nextPageCursor' satisfies keyof PageEnd);
  return <Row>(value: unknown, readRow: (item: unknown) => Row): Page<Row> => {
    const body = readValue(operation, schema, record, value);
    const rows: (Row | UpstreamError)[] = [];
    for (const item of itemsOf(body)) {
      try {
        if (!isRecord(item))
          throw atField(operation, `${schema}.${field}`, new UnreadableValueError('a list of objects', item));
        rows.push(readRow(item));
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        rows.push(error);
      }
    }
    return { rows, ...readPageEnd({ hasMore: find(body, hasMoreNames), nextPageCursor: find(body, cursorNames) }) };
  };

  function itemsOf(body: Body): readonly unknown[] {
    try {
      return list(find(body, names));
    } catch (error) {
      throw atField(operation, `${schema}.${field}`, error);
    }
  }
}

/** What is made of a contract once, however many credentials use it. */
export function perContract<Made>(make: (contract: Contract) => Made): (contract: Contract) => Made {
  const made = new WeakMap<Contract, Made>();
  return (contract) => {
    const known = made.get(contract);
    if (known) return known;
    const fresh = make(contract);
    made.set(contract, fresh);
    return fresh;
  };
}
