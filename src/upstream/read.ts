import type { Contract, OperationId, Wire } from '../contract/contract.ts';
import { isUpstreamId } from '../contract/rules.ts';
import { BodyTooLongError, readText } from './body.ts';
import { UpstreamError } from './errors.ts';
import { type FieldReader, list, record, string, Unreadable } from './fields.ts';

/** A page of lists, or a picture in base64, is far below it; in bytes. */
export const LARGEST_ANSWER = 67_108_864;

export type FieldReaders = Readonly<Record<string, FieldReader<unknown>>>;

/** What readers made of an object: only the fields that were there. Absent is not null: it may be asked for elsewhere. */
export type Known<Readers extends FieldReaders> = { [Field in keyof Readers]?: ReturnType<Readers[Field]> };

/** The schemas of list pages. */
type PageSchema = 'ModelPage' | 'DataItemPage' | 'TrainingPage' | 'PredictionPage';
/** What every page says of the next one. */
type PageEnd = Pick<Wire[PageSchema], 'hasMore' | 'nextPageCursor'>;

/** Reads answers of one operation as the contract describes them, under any of the names it accepts. */
export class Reading {
  readonly #contract: Contract;
  readonly #operation: OperationId;

  constructor(contract: Contract, operation: OperationId) {
    this.#contract = contract;
    this.#operation = operation;
  }

  /** The answer's JSON. */
  async json(response: Response): Promise<unknown> {
    try {
      return JSON.parse(await readText(response, LARGEST_ANSWER));
    } catch (cause) {
      if (cause instanceof BodyTooLongError) throw this.invalid(cause.message, { cause });
      if (!(cause instanceof SyntaxError)) throw cause;
      // Without its cause, which quotes the body.
      throw this.invalid('expected JSON, got something else');
    }
  }

  /** The fields of `schema` that are there. */
  object<Schema extends keyof Wire, Readers extends FieldReaders & Partial<Record<keyof Wire[Schema], unknown>>>(
    schema: Schema,
    readers: Readers,
    value: unknown,
  ): Known<Readers> {
    const body = this.#field(schema, () => record(value));
    const known: Record<string, unknown> = {};
    for (const [field, read] of Object.entries(readers)) {
      const found = this.#find(schema, field, body);
      if (found !== undefined) known[field] = this.#field(`${schema}.${field}`, () => read(found));
    }
    // The loop above filled it from the readers' own results.
    return known as Known<Readers>;
  }

  /** An identifier, which must be there and obey the rule for ids. */
  id<Schema extends keyof Wire>(schema: Schema, field: keyof Wire[Schema] & string, value: unknown): string {
    return this.#field(`${schema}.${field}`, () => {
      const id = string(this.#find(schema, field, record(value)));
      if (!isUpstreamId(id)) throw new Unreadable('an id of 1 to 128 letters, digits, ".", "_", "~" or "-"', id);
      return id;
    });
  }

  /** A whole answer that is one value. */
  value<Value>(schema: keyof Wire, read: FieldReader<Value>, value: unknown): Value {
    return this.#field(schema, () => read(value));
  }

  /** One page of a list; a row that cannot be read is its error, and leaves its neighbours alone. */
  page<Schema extends PageSchema, Row>(
    schema: Schema,
    field: Exclude<keyof Wire[Schema], keyof PageEnd> & string,
    value: unknown,
    row: (item: unknown) => Row,
  ): Page<Row> {
    const body = this.#field(schema, () => record(value));
    const items = this.#field(`${schema}.${field}`, () => list(this.#find(schema, field, body)));
    const hasMore = this.#find(schema, 'hasMore' satisfies keyof PageEnd, body);
    const nextPageCursor = this.#find(schema, 'nextPageCursor' satisfies keyof PageEnd, body);
    return {
      rows: items.map((item) => attempt(() => row(item))),
      hasMore: typeof hasMore === 'boolean' ? hasMore : undefined,
      nextPageCursor: nextPageCursor === null || isCursor(nextPageCursor) ? nextPageCursor : undefined,
    };
  }

  invalid(message: string, options?: ErrorOptions): UpstreamError {
    return new UpstreamError(this.#operation, 'invalid-response', message, options);
  }

  #find(schema: keyof Wire, field: string, body: Readonly<Record<string, unknown>>): unknown {
    const names = this.#contract.fields[schema]?.[field] ?? [field];
    return names.map((name) => body[name]).find((value) => value !== undefined);
  }

  #field<Value>(field: string, read: () => Value): Value {
    try {
      return read();
    } catch (error) {
      if (error instanceof Unreadable) throw this.invalid(`${field}: ${error.message}`, { cause: error });
      throw error;
    }
  }
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

const isCursor = (value: unknown): value is string => typeof value === 'string' && isUpstreamId(value);

function attempt<Row>(read: () => Row): Row | UpstreamError {
  try {
    return read();
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
}
