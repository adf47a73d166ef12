import { parseUnixTime } from './timestamp.ts';

/** Default maximum delay accepted from `Retry-After`, in seconds. */
export const DEFAULT_MAX_RETRY_AFTER = 300;

export interface RetryAfterOptions {
  /** The current time, in milliseconds since the epoch: HTTP dates and Unix timestamps are compared with it. */
  now: number;
  /** Maximum delay, in seconds; longer ones are capped. */
  max: number;
}

/**
 * The delay that a `Retry-After` header requests (RFC 9110, section 10.2.3), in seconds, from 0 to `max`. Accepts delay
 * seconds, HTTP dates in all three formats, ISO 8601 dates and Unix timestamps in seconds or milliseconds. A date in the
 * past is 0. Of several values the longest delay counts, because it satisfies all of them.
 *
 * @returns Undefined if the header is missing or contains no valid value.
 */
export function parseRetryAfter(
  header: string | null | undefined,
  { now, max }: RetryAfterOptions,
): number | undefined {
  if (!header) return undefined;
  let longest: number | undefined;
  for (const value of header.split(BETWEEN_VALUES)) {
    const delay = delayIn(value.trim(), now);
    if (delay !== undefined) longest = Math.max(longest ?? 0, delay);
  }
  return longest === undefined ? undefined : Math.min(longest, max);
}

/** Matches a comma, except the one after the weekday of an HTTP date. */
const BETWEEN_VALUES = /(?<!(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}),/i;

/** From this value on, a number is a Unix timestamp: as a delay it would be 30 years. */
const FIRST_TIMESTAMP = 1e9;

/** The delay that one value requests, in seconds; undefined if the value is invalid. */
function delayIn(value: string, now: number): number | undefined {
  if (!/^(?:\d+\.?\d*|\.\d+)$/.test(value)) return secondsUntil(dateIn(value), now);
  const number = Number(value);
  if (number < FIRST_TIMESTAMP) return number;
  return secondsUntil(parseUnixTime(number), now);
}

const secondsUntil = (time: number | undefined, now: number): number | undefined =>
  time === undefined ? undefined : Math.max(0, Math.ceil((time - now) / 1_000));

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAY = '(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\\s+)?';
const TIME = '(?<hour>\\d{1,2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:\\.\\d+)?)?';
const ZONE = '(?<zone>gmt|utc|z|[+-]\\d{2}:?\\d{2})?';
/**
 * Dates as they appear in HTTP. `Date.parse` would accept far more: it reads `-5` and `5, 10` as dates, and takes
 * asctime dates and ISO 8601 dates without a zone for local time.
 */
const DATES = [
  // Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT
  `${WEEKDAY}(?<day>\\d{1,2})[ -](?<month>[a-z]{3})[ -](?<year>\\d{4}|\\d{2})\\s+${TIME}\\s*${ZONE}`,
  // Sun Nov  6 08:49:37 1994
  `${WEEKDAY}(?<month>[a-z]{3})\\s+(?<day>\\d{1,2})\\s+${TIME}\\s+(?<year>\\d{4})`,
  // 1994-11-06T08:49:37Z
  `(?<year>\\d{4})-(?<month>\\d{2})-(?<day>\\d{2})[t ]${TIME}\\s*${ZONE}`,
].map((pattern) => new RegExp(`^${pattern}$`, 'i'));

/** Parses a date to milliseconds since the epoch; without a zone it is UTC. */
function dateIn(value: string): number | undefined {
  for (const pattern of DATES) {
    const parts = pattern.exec(value)?.groups;
    if (!parts) continue;
    const { year = '', month = '', day, hour, minute, second = 0, zone } = parts;
    const monthIndex = /^\d/.test(month) ? Number(month) - 1 : MONTHS.indexOf(month.toLowerCase());
    const time = [Number(day), Number(hour), Number(minute), Number(second)] as const;
    const date = new Date(Date.UTC(fullYear(year), monthIndex, ...time) - offsetOf(zone));
    const isReal = monthIndex >= 0 && monthIndex < 12 && time[0] >= 1 && time[0] <= 31 && time[1] < 24 && time[2] < 60;
    return isReal && time[3] <= 60 ? date.getTime() : undefined;
  }
  return undefined;
}

/** Expands a two-digit year: up to 70 it is in this century. */
const fullYear = (year: string): number => Number(year) + (year.length > 2 ? 0 : Number(year) <= 70 ? 2_000 : 1_900);

/** The offset of a zone from UTC, in milliseconds. */
function offsetOf(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '') ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
