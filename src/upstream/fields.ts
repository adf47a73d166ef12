/**
 * Readers of single fields: each turns what came over the wire into a value, or throws an {@link Unreadable} that says
 * what was expected. A missing field is never handed to a reader; null is a fact ("there is none") and stays null.
 */
export type FieldReader<Value> = (value: unknown) => Value;

/** A value that breaks the contract. */
export class Unreadable extends Error {
  override name = 'Unreadable' as const;

  constructor(expected: string, value: unknown) {
    super(
      `expected ${expected}, got ${value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`}`,
    );
  }
}

export const string: FieldReader<string> = (value) => {
  if (typeof value === 'string') return value;
  throw new Unreadable('a string', value);
};

export const number: FieldReader<number> = (value) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new Unreadable('a number', value);
};

export const boolean: FieldReader<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  throw new Unreadable('true or false', value);
};

export const nullable =
  <Value>(read: FieldReader<Value>): FieldReader<Value | null> =>
  (value) =>
    value === null ? null : read(value);

/** One of the words the contract knows; a word it does not know is null, because nobody could act on it. */
export const oneOf =
  <Word extends string>(...words: readonly Word[]): FieldReader<Word | null> =>
  (value) => {
    if (value === null) return null;
    const text = string(value);
    return words.find((word) => word === text) ?? null;
  };

/** ISO 8601, epoch seconds, epoch milliseconds, or a Firestore timestamp. */
export const timestamp: FieldReader<Date | null> = (value) => {
  if (value === null) return null;
  const date = new Date(milliseconds(value));
  if (Number.isNaN(date.getTime())) throw new Unreadable('a time', value);
  return date;
};

// Epoch seconds stay below this until the year 5138, epoch milliseconds have been above it since 1973.
const FIRST_MILLISECONDS = 100_000_000_000;

function milliseconds(value: unknown): number {
  if (typeof value === 'string') return Date.parse(value);
  if (typeof value === 'number') return Math.abs(value) < FIRST_MILLISECONDS ? value * 1_000 : value;
  const { _seconds, _nanoseconds = 0 } = record(value);
  return number(_seconds) * 1_000 + Math.floor(number(_nanoseconds) / 1_000_000);
}

/** Share of the work done, from 0 to 1; the upstream may count to 100. Null when the figure makes no sense. */
export const fraction: FieldReader<number | null> = (value) => {
  if (value === null) return null;
  const share = number(value) > 1 ? number(value) / 100 : number(value);
  return share >= 0 && share <= 1 ? share : null;
};

/** Why a job failed: a sentence, or an object that holds one. */
export const reason: FieldReader<string | null> = (value) => {
  if (value === null || typeof value === 'string') return value;
  const { message } = record(value);
  return typeof message === 'string' ? message : null;
};

/** An object as JSON has them: nothing in it is inherited but what every object has. */
export const record: FieldReader<Readonly<Record<string, unknown>>> = (value) => {
  if (isRecord(value)) return value;
  throw new Unreadable('an object', value);
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const list: FieldReader<readonly unknown[]> = (value) => {
  if (Array.isArray(value)) return value;
  throw new Unreadable('a list', value);
};
