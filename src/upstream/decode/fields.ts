/**
 * Readers of single fields: each turns a value from the wire into the value of a row, or throws an {@link UnreadableValueError} that
 * names what was expected. A missing field is never handed to a reader. Null means "there is none" and stays null.
 */
export type FieldReader<Value> = (value: unknown) => Value;

/** A value that breaks the contract. The message names its type only: the value is the tenant's. */
export class UnreadableValueError extends Error {
  override name = 'Unreadable' as const;

  constructor(expected: string, value: unknown) {
    const got = kindOf(value);
    super(`expected ${expected}, got ${expected === got ? `another ${typeof value}` : got}`);
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

export const string: FieldReader<string> = (value) => {
  if (typeof value === 'string') return value;
  throw new UnreadableValueError('a string', value);
};

/** The grammar of numbers in JSON (RFC 8259, 6): a text of this form can mean nothing else. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The number that a value is, or is the JSON text of; NaN for anything else. */
export const numberIn = (value: unknown): number => {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : Number.NaN;
};

/** A finite number, or a text that is one in JSON. */
export const number: FieldReader<number> = (value) => {
  const found = numberIn(value);
  if (Number.isFinite(found)) return found;
  throw new UnreadableValueError('a number', value);
};

/** A whole number that GraphQL's Int holds: 32 bits with a sign. */
export const int: FieldReader<number> = (value) => {
  const found = numberIn(value);
  // Bit operations cut a number to 32 bits with a sign; `-0` becomes 0.
  if ((found | 0) === found) return found | 0;
  throw new UnreadableValueError('a whole number from -2147483648 to 2147483647', value);
};

/** A whole number that JSON holds exactly. Digits of a larger one are lost before it is read. */
export const safeInteger: FieldReader<number> = (value) => {
  const found = numberIn(value);
  if (Number.isSafeInteger(found)) return found;
  throw new UnreadableValueError('a whole number from -(2^53-1) to 2^53-1', value);
};

/** True or false, or one of these words. */
export const boolean: FieldReader<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  throw new UnreadableValueError('true or false', value);
};

export const nullable =
  <Value>(read: FieldReader<Value>): FieldReader<Value | null> =>
  (value) =>
    value === null ? null : read(value);

/** One of the words the contract knows, in any case; null for another word, because no client could act on it. */
export const oneOf =
  <Word extends string>(...words: readonly Word[]): FieldReader<Word | null> =>
  (value) => {
    if (value === null) return null;
    const text = string(value);
    return words.find((word) => word === text) ?? words.find((word) => word === wordOf(text)) ?? null;
  };

/** A word in lower case, with `_` between its parts where the upstream wrote `-`, `_` or a space. */
export const wordOf = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[-\s]+/g, '_');

/** Share of the work done, from 0 to 1; the upstream may count to 100. Null when the figure makes no sense. */
export const fraction: FieldReader<number | null> = (value) => {
  if (value === null) return null;
  const figure = number(value);
  const share = figure > 1 ? figure / 100 : figure;
  return share >= 0 && share <= 1 ? share : null;
};

/** An object as JSON has them: nothing in it is inherited but what every object has. */
export const record: FieldReader<Readonly<Record<string, unknown>>> = (value) => {
  if (isRecord(value)) return value;
  throw new UnreadableValueError('an object', value);
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const list: FieldReader<readonly unknown[]> = (value) => {
  if (Array.isArray(value)) return value;
  throw new UnreadableValueError('a list', value);
};
