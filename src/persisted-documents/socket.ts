import type { GraphQLError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { publicError } from '../errors.ts';
import type { Documents } from './documents.ts';

/** The payload of a `subscribe` message with the document that it asks for, or why there is none. */
export function withDocument(documents: Documents, payload: SubscribePayload): SubscribePayload | GraphQLError {
  const found = documents.find({ ...payload });
  if (typeof found === 'object') return publicError(found.code, found.message);
  return found === undefined ? payload : { ...payload, query: found };
}

/** What names a document in another way than by its text. A message without it is left as it is. */
const HINT = /"(?:persistedQuery|documentId|doc_id)"/;

/**
 * A message as graphql-ws can read it: a `subscribe` must hold a `query`, for which an empty one stands in where a document
 * is asked for by its id. It changes nothing else, and nothing in a message that is none.
 */
export function withQuery(text: string): string {
  if (!HINT.test(text)) return text;
  const message = parse(text);
  if (!isRecord(message) || message.type !== 'subscribe' || !isRecord(message.payload)) return text;
  if (message.payload.query != null) return text;
  return JSON.stringify({ ...message, payload: { ...message.payload, query: '' } });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
