import type { Contract, OperationId, Wire } from '../contract/contract.ts';
import { isUpstreamId } from '../contract/rules.ts';
import { UpstreamError } from './errors.ts';
import { type FieldReader, list, record, string, Unreadable } from './fields.ts';
import { invalid } from './json.ts';

export type FieldReaders = Readonly<Record<string, FieldReader<unknown>>>;

/** What readers made of an object: only the fields that were there. Absent is not null: it may be asked for elsewhere. */
export type Known<Readers extends FieldReaders> = { [Field in keyof Readers]?: ReturnType<Readers[Field]> };

/** An object of JSON. */
type Body = Readonly<Record<string, unknown>>;

/** The names under which a field is accepted. */
export const namesOf = (contract: Contract, schema: keyof Wire, field: string): readonly string[] =>
  contract.fields[schema]?.[field] ?? [field];

/** What the first of these names holds that holds anything. What every object inherits is nothing. */
function find(body: Body, names: readonly string[]): unknown {
  for (const name of names) {
    const value = body[name];
    if (value !== undefined && Object.hasOwn(body, name)) return value;
  }
  return undefined;
}

/** The operation's error for a value that breaks the contract; any other error as it is. */
function atField(operation: OperationId, field: string, error: unknown): unknown {
  return error instanceof Unreadable ? invalid(operation, `${field}: ${error.message}`, { cause: error }) : error;
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
      if (!isUpstreamId(id)) throw new Unreadable('an id of 1 to 128 letters, digits, ".", "_", "~" or "-"', id);
      return id;
    } catch (error) {
      throw atField(operation, `${schema}.${field}`, error);
    }
  };
}

/**
 * Makes a reader of the fields of `schema` that are there. Which names they have is found out once, not for each row.
 *
 * @returns A function that adds them to a row, and returns it.
 */
export function objectReader<
  Schema extends keyof Wire,
  Readers extends FieldReaders & Partial<Record<keyof Wire[Schema], unknown>>,
>(contract: Contract, operation: OperationId, schema: Schema, readers: Readers) {
  const fields = Object.entries(readers).map(([field, read]) => ({
    field,
    read,
    names: namesOf(contract, schema, field),
  }));
  return <const Row extends Body>(row: Row, value: unknown): Row & Known<Readers> => {
    const known: Record<string, unknown> = row;
    let at: string | undefined;
    try {
      const body = record(value);
      for (const { field, read, names } of fields) {
        at = field;
        const found = find(body, names);
        if (found !== undefined) known[field] = read(found);
      }
    } catch (error) {
      throw atField(operation, at === undefined ? schema : `${schema}.${at}`, error);
    }
    // The loop above filled it from the readers' own results.
    return row as Row & Known<Readers>;
  };
}

/** One page of a list as the upstream cut it. */
export interface Page<Row> {
  /** In the upstream's order; an error stands for a row that cannot be read. */
  rows: readonly (Row | UpstreamError)[];
  /** Whether a further page follows; undefined when the upstream did not say. */
  hasMore: boolean | undefined;
  /** What the upstream wants to be sent for the next page; null when it says that there is none. */
  nextPageCursor: string | null | undefined;
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
        rows.push(readRow(item));
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        rows.push(error);
      }
    }
    const hasMore = find(body, hasMoreNames);
    const nextPageCursor = find(body, cursorNames);
    return {
      rows,
      hasMore: typeof hasMore === 'boolean' ? hasMore : undefined,
      nextPageCursor: nextPageCursor === null || isCursor(nextPageCursor) ? nextPageCursor : undefined,
    };
  };

  function itemsOf(body: Body): readonly unknown[] {
    try {
      return list(find(body, names));
    } catch (error) {
      throw atField(operation, `${schema}.${field}`, error);
    }
  }
}

const isCursor = (value: unknown): value is string => typeof value === 'string' && isUpstreamId(value);

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
