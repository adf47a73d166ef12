import type { JobStatus } from './job-status.ts';

/** What stands in the place of a key. */
const REDACTED = '[redacted]';

/** Shorter keys are no secrets, and would be found in every other word. */
const SHORTEST = 4;
/** Keys from this length are found within longer words, and in other encodings; shorter ones only as a word of their own. */
const LONG = 12;
/** Half of such a key is enough to recognise it. */
const VERY_LONG = 16;

/**
 * Makes a function that takes an API key out of a text of the upstream: as it is, percent-encoded, escaped for JSON, in
 * base64, and cut off after its first half.
 */
export function createRedact(apiKey: string): (text: string) => string {
  if (apiKey.length < SHORTEST) return (text) => text;
  // Most credentials never see an error: the expression is compiled for the first one.
  let pattern: RegExp | undefined;
  return (text) => {
    pattern ??= patternOf(apiKey);
    return text.replace(pattern, REDACTED);
  };
}

function patternOf(apiKey: string): RegExp {
  if (apiKey.length < LONG) return new RegExp(`(?<![\\w-])${escaped(apiKey)}(?![\\w-])`, 'g');
  const forms = [apiKey, encodeURIComponent(apiKey), JSON.stringify(apiKey).slice(1, -1)].map(escaped);
  // Bytes behind the last group of three change its digits, as in `key:` of basic authentication.
  const bytes = Buffer.from(apiKey);
  const groups = bytes.subarray(0, bytes.length - (bytes.length % 3));
  const encoded = [groups.toString('base64'), groups.toString('base64url')].map((form) => `${escaped(form)}[\\w+/=-]*`);
  const half = apiKey.length >= VERY_LONG ? [`${escaped(apiKey.slice(0, Math.ceil(apiKey.length / 2)))}[\\w-]*`] : [];
  return new RegExp([...forms, ...encoded, ...half].join('|'), 'gi');
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** A row's texts that reach clients as they came. */
interface Texts {
  displayName?: string | null;
  customModelType?: string | null;
  triggerWord?: string | null;
  prompt?: string | null;
  error?: string | null;
  status?: JobStatus;
}

/** Takes a key out of the texts of a row. A row without it is returned as it is. */
export type RedactRow = <Row extends Texts>(row: Row) => Row;

/** The tenant's own words. They change only where a key cannot be there by chance. */
const DATA = ['displayName', 'customModelType', 'triggerWord', 'prompt'] as const;

/** @param redact Made of the same key. */
export function createRedactRow(apiKey: string, redact: (text: string) => string): RedactRow {
  const isUnique = apiKey.length >= LONG;
  return (row) => {
    const { error, status } = row;
    // No word that is known contains a key.
    if (status?.state === 'UNKNOWN') row.status = { ...status, word: redact(status.word) };
    if (error) row.error = redact(error);
    if (isUnique) {
      for (const field of DATA) {
        const text = row[field];
        if (text?.includes(apiKey)) row[field] = redact(text);
      }
    }
    return row;
  };
}
