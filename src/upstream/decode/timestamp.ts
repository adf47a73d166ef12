import { type FieldReader, isRecord, numberIn, UnreadableValueError } from './fields.ts';

/**
 * Reads a moment from ISO 8601 (UTC where it names no zone), an HTTP date, Unix seconds or milliseconds as a number or as
 * digits, or a Firestore timestamp. The time zone of this machine has no influence.
 */
export const timestamp: FieldReader<Date | null> = (value) => {
  if (value === null) return null;
  const milliseconds = millisecondsOf(value);
  // Beyond these years a date has no form in RFC 3339, which the graph promises. NaN is beyond them, too.
  if (milliseconds >= FIRST && milliseconds <= LAST) return new Date(milliseconds);
  throw new UnreadableValueError('a time', value);
};

const FIRST = Date.parse('0000-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

function millisecondsOf(value: unknown): number {
  if (typeof value === 'string') return ofText(value);
  if (typeof value === 'number') return ofUnixTime(value);
  return isRecord(value) ? ofFirestore(value) : Number.NaN;
}

// Unix seconds stay below this until the year 5138, Unix milliseconds have been above it since 1973.
const FIRST_MILLISECONDS = 100_000_000_000;

const ofUnixTime = (value: number): number => (Math.abs(value) < FIRST_MILLISECONDS ? value * 1_000 : value);

function ofFirestore(value: Readonly<Record<string, unknown>>): number {
  const seconds = value._seconds ?? value.seconds;
  const nanoseconds = value._nanoseconds ?? value.nanoseconds ?? 0;
  return numberIn(seconds) * 1_000 + Math.floor(numberIn(nanoseconds) / 1_000_000);
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(?:[Zz]|UTC|([+-])(\d\d)(?::?(\d\d))?)?)?$/;
/** RFC 9110, 5.6.7, and RFC 5322 with a zone. */
const HTTP_DATE = /^[A-Za-z]{3}, \d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4})$/;
/** Fewer digits could be a year or a date, more would be microseconds. */
const UNIX_TIME = /^-?\d{9,14}(?:\.\d+)?$/;

/** The usual form, of which `Date.parse` is right, but for February 29 of other years than leap years. */
const USUAL = /^\d{4}-\d\d-[012]\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

function ofText(text: string): number {
  if (USUAL.test(text) && !text.startsWith('02-29', 5)) {
    const time = Date.parse(text);
    if (!Number.isNaN(time)) return time;
  }
  const parts = ISO.exec(text);
  if (parts) return ofIso(parts);
  if (UNIX_TIME.test(text)) return ofUnixTime(Number(text));
  return HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
}

/** Computed here, because `Date.parse` takes February 30 for March 2, and the local zone where none is named. */
function ofIso(parts: RegExpExecArray): number {
  const part = (index: number): number => Number(parts[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  // A leap second is written as 60, midnight at a day's end as 24:00.
  const isTime = minute < 60 && second <= 60 && (hour < 24 || (hour === 24 && minute === 0 && second === 0));
  if (!isDate || !isTime || part(9) > 23 || part(10) > 59) return Number.NaN;
  const milliseconds = Math.floor(Number(`0.${parts[7] ?? 0}`) * 1_000);
  const offset = (part(9) * 60 + part(10)) * (parts[8] === '-' ? -1 : 1);
  const date = new Date(0);
  // Not `Date.UTC`, which takes the years 0 to 99 for those of the last century.
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute - offset, second, milliseconds);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
