import { STATUS_CODES } from 'node:http';
import { type FieldReader, isRecord, UnreadableValueError } from './fields.ts';

/** Longest message that is passed on, in UTF-16 code units. */
const LONGEST = 500;

/**
 * The sentence that explains an error, from its body: JSON in any usual form (RFC 9457 included), or plain text.
 *
 * @param contentType The body's media type; plain text is passed on only where it is declared as such.
 * @param redact Takes secrets out, before the sentence is shortened.
 * @returns Undefined when there is none, and for HTML.
 */
export function errorMessageIn(
  body: string,
  contentType: string | null | undefined,
  redact: (text: string) => string,
): string | undefined {
  const message = bestOf(candidatesIn(body, contentType));
  return message === undefined ? undefined : shorten(redact(message));
}

function candidatesIn(body: string, contentType: string | null | undefined): string[] {
  try {
    return messagesIn(JSON.parse(body));
  } catch {
    return isPlainText(body, contentType) ? [body] : [];
  }
}

/** Truncated JSON is declared as text by some servers, and explains nothing. */
const isPlainText = (body: string, contentType: string | null | undefined): boolean =>
  /^\s*text\/plain\b/i.test(contentType ?? '') && body.length <= LONGEST && !/^\s*[{["<]/.test(body);

/** Why a job failed: a sentence, or an object or list that contains one. False means that there is no error. */
export const failureReason: FieldReader<string | null> = (value) => {
  if (value === null || value === false) return null;
  if (typeof value === 'string') return value;
  const message = bestOf(messagesIn(value));
  if (message === undefined)
    throw new UnreadableValueError('a sentence, or an object that contains one as `message`', value);
  return message;
};

/** Where messages are, in the order of preference. */
const NAMES = ['message', 'error', 'detail', 'details', 'errors', 'error_description', 'description', 'msg', 'title'];
const DEEPEST = 4;
/** Messages of one list that are considered. */
const MOST = 5;

/** All messages in a value, in the order of preference. */
function messagesIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (depth === DEEPEST) return [];
  if (Array.isArray(value)) return value.slice(0, MOST).flatMap((item) => messagesIn(item, depth + 1));
  if (!isRecord(value)) return [];
  return NAMES.flatMap((name) => (Object.hasOwn(value, name) ? messagesIn(value[name], depth + 1) : []));
}

/** The first sentence; without one, the first word that is more than the name of a status; at last such a name. */
function bestOf(messages: readonly string[]): string | undefined {
  const cleaned = messages.map(clean).filter((message) => message !== '' && !HTML.test(message));
  const explaining = cleaned.filter((message) => !isStatusPhrase(message));
  return explaining.find((message) => message.includes(' ')) ?? explaining[0] ?? cleaned[0];
}

/** A document, or an element that stands in one. A comparison, such as `<b`, is none. */
const HTML =
  /<(?:!doctype|!--|\/?(?:html|head|body|title|center|h[1-6]|p|pre|div|span|script|style|table|br|hr|a|b)\b[^<]*>)/i;

const PHRASES = new Set(['error', ...Object.values(STATUS_CODES).map((phrase) => plain(phrase ?? ''))]);

/** Whether it is just the name of a status: `Bad Request`, `BAD_REQUEST`, `400 Bad Request`. */
const isStatusPhrase = (message: string): boolean => PHRASES.has(plain(message));

/** Only the letters; `HTTP` and a number in front are left out. */
function plain(phrase: string): string {
  return phrase
    .toLowerCase()
    .replace(/^(?:http\S*\s+)?(?:\d{3}\b)?/, '')
    .replace(/[^a-z]/g, '');
}

/** Control and format characters become spaces: they could hide or reorder what people read. */
const clean = (message: string): string => message.replace(/[\p{C}\p{Z}\s]+/gu, ' ').trim();

function shorten(message: string): string {
  if (message.length <= LONGEST) return message;
  return `${message.slice(0, LONGEST - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
