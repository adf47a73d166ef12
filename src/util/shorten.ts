/** Maximum length of messages to clients, in characters. */
const MAX_LENGTH = 1_000;
/** Maximum length of a short quote in a message, such as a header or an id, in characters. */
export const MAX_QUOTE_LENGTH = 100;
/** Length of the end that is kept, in characters: it often contains the reason. */
const TAIL = 300;

/**
 * Omits the middle of a long text. Messages quote input of clients, which may be long.
 *
 * @param maxLength Maximum length of a text that is not shortened, in characters.
 */
export function shorten(text: string, maxLength: number = MAX_LENGTH): string {
  if (text.length <= maxLength) return text;
  const tail = Math.min(TAIL, Math.floor(maxLength / 3));
  const start = wholeCharacters(text.slice(0, maxLength - tail));
  const end = wholeCharacters(text.slice(-tail));
  return `${start}… (${text.length - start.length - end.length} characters left out) …${end}`;
}

/** Drops the remaining half of a surrogate pair that was split. */
const wholeCharacters = (text: string): string => text.replace(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/g, '');
