import type { GraphQLError } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { publicError } from '../errors.ts';
import { isObject, isRecord, jsonOf, parseJson } from '../util/json.ts';
import { mapMaybePromise } from '../util/promises.ts';
import type { FoundDocument, PersistedDocuments } from './documents.ts';

/** Inserts the persisted document into the payload of a `subscribe` message, or returns an error. Synchronous without a cluster. */
export function withDocument(
  documents: PersistedDocuments,
  payload: SubscribePayload,
): SubscribePayload | GraphQLError | Promise<SubscribePayload | GraphQLError> {
  return mapMaybePromise<FoundDocument, SubscribePayload | GraphQLError>(
    documents.findAnywhere({ ...payload }),
    (found) => {
      if (typeof found === 'object') return publicError(found.code, found.message);
      return found === undefined ? payload : { ...payload, query: found };
    },
  );
}

/** Matches messages that may contain a document id. Other messages are not parsed. */
const ID_PATTERN = /"(?:persistedQuery|documentId|doc_id)"/;

/**
 * Adds an empty `query` to a `subscribe` message with a document id, because graphql-ws requires a `query`. Returns any
 * other text unchanged.
 */
export function withQuery(text: string): string {
  if (!ID_PATTERN.test(text)) return text;
  const message = parseJson(text);
  if (!isRecord(message) || message.type !== 'subscribe' || !isObject(message.payload)) return text;
  const { payload } = message;
  if ('query' in payload && payload.query != null) return text;
  return jsonOf({ ...message, payload: { ...payload, query: '' } }) ?? text;
}
