import { isRecord } from '../../util/json.ts';

/**
 * Reads one field: converts a JSON value to the value of a row, or throws an {@link UnreadableValueError}. It is not
 * called for a missing field. Null means "none" and remains null.
 */
export type FieldReader<Value> = (value: unknown) => Value;

/** A value violates the contract. The message contains its type only, because the value is the tenant's data. */
export class UnreadableValueError extends Error {
  override name = 'UnreadableValueError' as const;

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

/** The grammar of numbers in JSON (RFC 8259, 6). */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Returns a number, or the number in a text that is a JSON number; NaN for any other value. */
export const numberIn = (value: unknown): number => {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : Number.NaN;
};

/** Reads a finite number, or a text that is a JSON number. */
export const number: FieldReader<number> = (value) => {
  const found = numberIn(value);
  if (Number.isFinite(found)) return found;
  throw new UnreadableValueError('a number', value);
};

/** Reads an integer in the range of GraphQL's Int: 32 bits, signed. */
export const int: FieldReader<number> = (value) => {
  const found = numberIn(value);
  // Bit operations truncate a number to a signed 32-bit integer; `-0` becomes 0.
  if ((found | 0) === found) return found | 0;
  throw new UnreadableValueError('a whole number from -2147483648 to 2147483647', value);
};

/** Reads an integer that a JSON number represents exactly. A larger one loses digits when it is parsed. */
export const safeInteger: FieldReader<number> = (value) => {
  const found = numberIn(value);
  if (Number.isSafeInteger(found)) return found;
  throw new UnreadableValueError('a whole number from -(2^53-1) to 2^53-1', value);
};

/** Reads a boolean, or the text `true` or `false` in any case. */
export const boolean: FieldReader<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(?:true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  throw new UnreadableValueError('true or false', value);
};

export const nullable =
  <Value>(read: FieldReader<Value>): FieldReader<Value | null> =>
  (value) =>
    value === null ? null : read(value);

/** Reads one of the contract's enum values, in any case; null for any other, because no client could act on it. */
export const oneOf =
  <Word extends string>(...words: readonly Word[]): FieldReader<Word | null> =>
  (value) => {
    if (value === null) return null;
    const text = string(value);
    return words.find((word) => word === text) ?? words.find((word) => word === normalizeWord(text)) ?? null;
  };

/** Normalizes an enum value: lower case, with `_` in place of `-` and spaces. */
export const normalizeWord = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/[-\s]+/g, '_');

/** Reads a progress from 0 to 1; a number above 1 is a percentage. Null if it is out of range. */
export const fraction: FieldReader<number | null> = (value) => {
  if (value === null) return null;
  const found = number(value);
  const progress = found > 1 ? found / 100 : found;
  return progress >= 0 && progress <= 1 ? progress : null;
};

/** Reads a JSON object. */
export const record: FieldReader<Readonly<Record<string, unknown>>> = (value) => {
  if (isRecord(value)) return value;
  throw new UnreadableValueError('an object', value);
};

export const list: FieldReader<readonly unknown[]> = (value) => {
  if (Array.isArray(value)) return value;
  throw new UnreadableValueError('a list', value);
};
