/** The longest message that clients get, in characters. */
const LONGEST = 1_000;
/** How much of the end is kept. It often holds the reason. */
const TAIL = 300;

/**
 * Leaves the middle out of a long text. Messages quote what a client sent, and one text may be quoted many times.
 *
 * @param longest In characters, from which on a text is shortened.
 */
export function shorten(text: string, longest: number = LONGEST): string {
  if (text.length <= longest) return text;
  const tail = Math.min(TAIL, Math.floor(longest / 3));
  const start = wholeCharacters(text.slice(0, longest - tail));
  const end = wholeCharacters(text.slice(-tail));
  return `${start}… (${text.length - start.length - end.length} characters left out) …${end}`;
}

/** Drops the half of a surrogate pair that was cut in two. */
const wholeCharacters = (text: string): string => text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
