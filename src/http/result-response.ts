import { type FetchAPI, getSSEProcessor, isAsyncIterable, type Plugin, processRegularResult } from 'graphql-yoga';
import { publicError } from '../errors.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import {
  chooseMediaType,
  EVENT_STREAM_TYPE,
  GRAPHQL_RESPONSE_TYPE,
  JSON_TYPE,
  MULTIPART_TYPE,
  SINGLE_RESULT,
  STREAM,
} from './media-types.ts';
import { statusOf } from './status.ts';

/**
 * The JSON response for a single result. As `application/graphql-response+json` its status is never 2xx without `data`
 * (GraphQL over HTTP, 6.4.2). As `application/json` the status of request errors may be 200 (6.4.1).
 */
export function toResponse(result: Result, fetchAPI: FetchAPI, mediaType: string): Response {
  if (mediaType !== GRAPHQL_RESPONSE_TYPE || !('errors' in result) || result.data !== undefined)
    return processRegularResult(result, fetchAPI, mediaType);
  const [first] = result.errors ?? [];
  if (!first) return processRegularResult(result, fetchAPI, mediaType);
  // Yoga uses the highest status of the result and of its errors.
  const explicit = result.errors?.some(({ extensions }) => isFailure(extensions.http));
  const extensions = explicit ? result.extensions : { ...result.extensions, http: { status: statusOf(first) } };
  return processRegularResult({ ...result, ...(extensions && { extensions }) }, fetchAPI, mediaType);
}

/** A result as Yoga's processors accept it. */
type Result = Parameters<typeof processRegularResult>[0];

const isFailure = (http: unknown): boolean =>
  typeof http === 'object' && http !== null && 'status' in http && Number(http.status) >= 400;

/** Rejects requests whose `Accept` allows no media type of a response, before their body is read. */
export const useAcceptCheck = (): Plugin => ({
  onRequestParse({ request: { method, headers } }) {
    if (method !== 'GET' && method !== 'POST') return;
    const accept = headers.get('accept');
    if (chooseMediaType(accept, SINGLE_RESULT) === undefined) throw notAcceptable(accept, SINGLE_RESULT);
  },
});

/**
 * Chooses the media type of each response.
 *
 * @param serialize Creates the JSON response for a single result.
 */
export function useResponses(serialize: typeof toResponse): Plugin {
  const toEventStream = getSSEProcessor();
  return {
    async onResultProcess({ request, result, setResult, setResultProcessor, serverContext }) {
      const accept = request.headers.get('accept');
      const { record } = serverContext as { record?: RequestRecord };
      if (isAsyncIterable(result)) {
        if (chooseMediaType(accept, STREAM) !== undefined) return setResultProcessor(toEventStream, EVENT_STREAM_TYPE);
        await result[Symbol.asyncIterator]().return?.();
        const error = notAcceptable(accept, STREAM);
        record?.addErrors([error]);
        setResult({ errors: [error] });
      }
      if (!Array.isArray(result) && 'errors' in result) record?.addErrors(result.errors);
      const type = chooseMediaType(accept, SINGLE_RESULT);
      if (type === EVENT_STREAM_TYPE) setResultProcessor(toEventStream, type);
      // For multipart, Yoga's own processor is set already.
      else if (type !== MULTIPART_TYPE) setResultProcessor(serialize, type ?? JSON_TYPE);
    },
  };
}

const notAcceptable = (accept: string | null, offered: readonly (readonly string[])[]) =>
  publicError(
    'NOT_ACCEPTABLE',
    `The header Accept must allow ${offered.flat().join(', ')}, but is "${accept?.slice(0, MAX_ACCEPT_LENGTH)}".`,
    { http: { status: 406 } },
  );

/** Maximum length of a quoted `Accept`, which lists several media types, in characters. */
const MAX_ACCEPT_LENGTH = 200;
