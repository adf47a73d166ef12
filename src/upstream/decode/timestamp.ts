import { isRecord } from '../../util/json.ts';
import { type FieldReader, numberIn, UnreadableValueError } from './fields.ts';

/**
 * Reads a time from ISO 8601 (UTC without a zone), an HTTP date, Unix seconds or milliseconds as a number or as digits, or
 * a Firestore timestamp. Does not depend on this machine's time zone.
 */
export const timestamp: FieldReader<Date | null> = (value) => {
  if (value === null) return null;
  const milliseconds = millisecondsOf(value);
  // RFC 3339, the format of the schema's DateTime, has no form for other years. NaN fails the comparison, too.
  if (milliseconds >= MIN_TIME && milliseconds <= MAX_TIME) return new Date(milliseconds);
  throw new UnreadableValueError('a time', value);
};

const MIN_TIME = Date.parse('0000-01-01T00:00:00Z');
const MAX_TIME = Date.parse('9999-12-31T23:59:59.999Z');

function millisecondsOf(value: unknown): number {
  if (typeof value === 'string') return parseText(value);
  if (typeof value === 'number') return parseUnixTime(value);
  return isRecord(value) ? parseFirestore(value) : Number.NaN;
}

// Unix seconds stay below this until the year 5138, Unix milliseconds have been above it since 1973.
const FIRST_MILLISECONDS = 100_000_000_000;

/** Converts a Unix timestamp in seconds or milliseconds to milliseconds. */
export const parseUnixTime = (value: number): number => (Math.abs(value) < FIRST_MILLISECONDS ? value * 1_000 : value);

function parseFirestore(value: Readonly<Record<string, unknown>>): number {
  const seconds = value._seconds ?? value.seconds;
  const nanoseconds = value._nanoseconds ?? value.nanoseconds ?? 0;
  return numberIn(seconds) * 1_000 + Math.floor(numberIn(nanoseconds) / 1_000_000);
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(?:[Zz]|UTC|([+-])(\d\d)(?::?(\d\d))?)?)?$/;
/** RFC 9110, 5.6.7, and RFC 5322 with a zone. */
const HTTP_DATE = /^[A-Za-z]{3}, \d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d:\d\d (?:GMT|UTC|[+-]\d{4})$/;
/** Matches 9 to 14 digits: fewer could be a year or a date, more would be microseconds. */
const UNIX_TIME = /^-?\d{9,14}(?:\.\d+)?$/;

/** The canonical form, which `Date.parse` reads correctly, except for February 29 in years that are not leap years. */
const CANONICAL_ISO = /^\d{4}-\d\d-[012]\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

function parseText(text: string): number {
  if (CANONICAL_ISO.test(text) && !text.startsWith('02-29', 5)) {
    const time = Date.parse(text);
    if (!Number.isNaN(time)) return time;
  }
  const parts = ISO.exec(text);
  if (parts) return parseIso(parts);
  if (UNIX_TIME.test(text)) return parseUnixTime(Number(text));
  return HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
}

/** Computed here, because `Date.parse` reads February 30 as March 2, and dates without a zone in the local zone. */
function parseIso(parts: RegExpExecArray): number {
  const part = (index: number): number => Number(parts[index] ?? 0);
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  // A leap second is written as 60, midnight at the end of a day as 24:00.
  const isTime = minute < 60 && second <= 60 && (hour < 24 || (hour === 24 && minute === 0 && second === 0));
  if (!isDate || !isTime || part(9) > 23 || part(10) > 59) return Number.NaN;
  const milliseconds = Math.floor(Number(`0.${parts[7] ?? 0}`) * 1_000);
  const offset = (part(9) * 60 + part(10)) * (parts[8] === '-' ? -1 : 1);
  const date = new Date(0);
  // Not `Date.UTC`, which reads the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute - offset, second, milliseconds);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
