import { STATUS_CODES } from 'node:http';
import { isRecord, parseJson } from '../../util/json.ts';
import { type FieldReader, UnreadableValueError } from './fields.ts';

/** Maximum length of a message, in UTF-16 code units; longer ones are shortened. */
const MAX_MESSAGE_LENGTH = 500;

/**
 * The message in the body of an error response: from JSON in any usual form (RFC 9457 included), or plain text.
 *
 * @param contentType The body's media type. A body of plain text must be declared as `text/plain`.
 * @param redact Removes secrets, before the message is shortened.
 * @returns Undefined if there is no message, and for HTML.
 */
export function errorMessageIn(
  body: string,
  contentType: string | null | undefined,
  redact: (text: string) => string,
): string | undefined {
  const message = bestMessage(candidatesIn(body, contentType));
  return message === undefined ? undefined : shorten(redact(message));
}

function candidatesIn(body: string, contentType: string | null | undefined): string[] {
  const content = parseJson(body);
  if (content !== undefined) return messagesIn(content);
  return isPlainText(body, contentType) ? [body] : [];
}

/** True for a short text. Truncated JSON, which some servers declare as text, contains no useful message. */
const isPlainText = (body: string, contentType: string | null | undefined): boolean =>
  /^\s*text\/plain\b/i.test(contentType ?? '') && body.length <= MAX_MESSAGE_LENGTH && !/^\s*[{["<]/.test(body);

/** Reads the reason of a failed job: a sentence, or an object or list that contains one. False means no error. */
export const failureReason: FieldReader<string | null> = (value) => {
  if (value === null || value === false) return null;
  if (typeof value === 'string') return value;
  const message = bestMessage(messagesIn(value));
  if (message === undefined)
    throw new UnreadableValueError('a sentence, or an object that contains one as `message`', value);
  return message;
};

/** Fields that contain messages, in order of preference. */
const MESSAGE_FIELDS = [
  'message',
  'error',
  'detail',
  'details',
  'errors',
  'error_description',
  'description',
  'msg',
  'title',
];
const MAX_DEPTH = 4;
/** Maximum number of items of one list that are searched. */
const MAX_LIST_ITEMS = 5;

/** All messages in a value, in order of preference. */
function messagesIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (depth === MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.slice(0, MAX_LIST_ITEMS).flatMap((item) => messagesIn(item, depth + 1));
  if (!isRecord(value)) return [];
  return MESSAGE_FIELDS.flatMap((name) => (Object.hasOwn(value, name) ? messagesIn(value[name], depth + 1) : []));
}

/** The first sentence; else the first single word that is not a status phrase; else a status phrase. */
function bestMessage(messages: readonly string[]): string | undefined {
  const cleaned = messages.map(clean).filter((message) => message !== '' && !HTML.test(message));
  const explaining = cleaned.filter((message) => !isStatusPhrase(message));
  return explaining.find((message) => message.includes(' ')) ?? explaining[0] ?? cleaned[0];
}

/** Matches an HTML document or element, but not a comparison such as `<b`. */
const HTML =
  /<(?:!doctype|!--|\/?(?:html|head|body|title|center|h[1-6]|p|pre|div|span|script|style|table|br|hr|a|b)\b[^<]*>)/i;

const STATUS_PHRASES = new Set(['error', ...Object.values(STATUS_CODES).map((phrase) => lettersOf(phrase ?? ''))]);

/** True for a status phrase alone: `Bad Request`, `BAD_REQUEST`, `400 Bad Request`. */
const isStatusPhrase = (message: string): boolean => STATUS_PHRASES.has(lettersOf(message));

/** The letters of a phrase in lower case, without a leading `HTTP` and status code. */
function lettersOf(phrase: string): string {
  return phrase
    .toLowerCase()
    .replace(/^(?:http\S*\s+)?(?:\d{3}\b)?/, '')
    .replace(/[^a-z]/g, '');
}

/** Replaces control and format characters by spaces: they could hide or reorder the displayed text. */
const clean = (message: string): string => message.replace(/[\p{C}\p{Z}\s]+/gu, ' ').trim();

function shorten(message: string): string {
  if (message.length <= MAX_MESSAGE_LENGTH) return message;
  return `${message.slice(0, MAX_MESSAGE_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
