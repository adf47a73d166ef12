import type { JobStatus } from './job-status.ts';

/** Replaces a key. */
const REPLACEMENT = '[redacted]';

/** Minimum length of a key that is redacted: a shorter one is no secret, and would match within ordinary words. */
const MIN_LENGTH = 4;
/** Minimum length of a key that is also redacted within longer words and in other encodings, not only as a whole word. */
const MIN_UNIQUE_LENGTH = 12;
/** Minimum length of a key whose first half alone is redacted, too. */
const MIN_HALVED_LENGTH = 16;

/**
 * Creates a function that redacts an API key in a text of the upstream: verbatim, percent-encoded, escaped for JSON, in
 * base64, and truncated after its first half.
 */
export function createRedact(apiKey: string): (text: string) => string {
  if (apiKey.length < MIN_LENGTH) return (text) => text;
  let beginnings: readonly string[] | undefined;
  // Compiled on first use, which takes longer than reading a page of a list: most texts contain no beginning of the key.
  let pattern: RegExp | undefined;
  return (text) => {
    beginnings ??= beginningsOf(apiKey);
    const lowered = text.toLowerCase();
    if (!beginnings.some((beginning) => lowered.includes(beginning))) return text;
    pattern ??= patternOf(apiKey);
    return text.replace(pattern, REPLACEMENT);
  };
}

/** Matches keys that no encoding but base64 changes. */
const UNCHANGED = /^[\w.~-]+$/;

/** Texts of which each form of a key begins with one, in lower case. */
function beginningsOf(apiKey: string): readonly string[] {
  if (!UNCHANGED.test(apiKey)) return [''];
  const bytes = Buffer.from(apiKey.slice(0, 3));
  const all = [apiKey.slice(0, MIN_LENGTH), bytes.toString('base64'), bytes.toString('base64url')];
  return all.map((beginning) => beginning.toLowerCase());
}

function patternOf(apiKey: string): RegExp {
  if (apiKey.length < MIN_UNIQUE_LENGTH) return new RegExp(`(?<![\\w-])${escaped(apiKey)}(?![\\w-])`, 'g');
  const forms = [apiKey, encodeURIComponent(apiKey), JSON.stringify(apiKey).slice(1, -1)].map(escaped);
  // In base64, the bytes that follow the key change the digits of its last incomplete group of three, as in `key:`.
  const bytes = Buffer.from(apiKey);
  const groups = bytes.subarray(0, bytes.length - (bytes.length % 3));
  const encoded = [groups.toString('base64'), groups.toString('base64url')].map((form) => `${escaped(form)}[\\w+/=-]*`);
  const half =
    apiKey.length >= MIN_HALVED_LENGTH ? [`${escaped(apiKey.slice(0, Math.ceil(apiKey.length / 2)))}[\\w-]*`] : [];
  return new RegExp([...forms, ...encoded, ...half].join('|'), 'gi');
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Texts of a row that are passed to clients. */
interface Texts {
  displayName?: string | null;
  customModelType?: string | null;
  triggerWord?: string | null;
  prompt?: string | null;
  error?: string | null;
  status?: JobStatus;
}

/** Redacts a key in the texts of a row, and returns the row. */
export type RedactRow = <Row extends Texts>(row: Row) => Row;

/** The tenant's own texts. They are redacted only if the key is too long to match by coincidence. */
const TENANT_TEXTS = ['displayName', 'customModelType', 'triggerWord', 'prompt'] as const;

/** @param redact The result of {@link createRedact} for the same key. */
export function createRedactRow(apiKey: string, redact: (text: string) => string): RedactRow {
  const isUnique = apiKey.length >= MIN_UNIQUE_LENGTH;
  return (row) => {
    const { error, status } = row;
    // Known status words contain no key.
    if (status?.state === 'UNKNOWN') row.status = { ...status, word: redact(status.word) };
    if (error) row.error = redact(error);
    if (isUnique) {
      for (const field of TENANT_TEXTS) {
        const text = row[field];
        if (text?.includes(apiKey)) row[field] = redact(text);
      }
    }
    return row;
  };
}
