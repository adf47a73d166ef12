import { Readable } from 'node:stream';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { FetchAPI, Plugin } from 'graphql-yoga';
import { every } from '../jobs/interval.ts';
import { SharedResult } from '../operations/shared-result.ts';

/** The media type of server-sent events. */
export const EVENT_STREAM = 'text/event-stream';

/**
 * The id of the event after which nothing comes. An EventSource reconnects after every end, with the id of the last event
 * that it received; only a response with status 204 stops it (HTML, 9.2).
 */
const FINAL_ID = 'complete';

/** The interval of comments that keep a silent stream open, in milliseconds; proxies close one after a minute. */
const KEEP_ALIVE = 12_000;

const HEADERS = {
  'content-type': EVENT_STREAM,
  // Neither caches nor compressing proxies may hold events back; nginx buffers responses unless the second header forbids it.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

type Result = ExecutionResult | SharedResult;

/** Whether a request is the reconnect of an EventSource to a stream that has completed. */
export const isReconnectAfterComplete = ({ method, headers }: Request): boolean =>
  method === 'GET' && headers.get('last-event-id') === FINAL_ID && acceptsEventStream(headers.get('accept'));

/** Whether a client accepts nothing but server-sent events. */
export const acceptsEventStream = (accept: string | null | undefined): boolean =>
  accept?.split(';', 1)[0]?.trim().toLowerCase() === EVENT_STREAM;

/**
 * Sends results as server-sent events (GraphQL over SSE, distinct connections mode), in the place of Yoga's own sender.
 *
 * @param isStopping Whether the gateway is being stopped, so that the end of a stream is not that of its job.
 */
export const useEventStreams = (isStopping: () => boolean): Plugin => ({
  onResultProcess({ request, result, resultProcessor, setResultProcessor }) {
    if (!resultProcessor || Array.isArray(result)) return;
    // Yoga has found a sender for a stream of results only where server-sent events are accepted.
    if (!isStream(result) && !acceptsEventStream(request.headers.get('accept'))) return;
    setResultProcessor((_, fetchAPI) => respond(result, fetchAPI, isStopping), EVENT_STREAM);
  },
});

const isStream = (result: object): result is AsyncIterable<Result> => Symbol.asyncIterator in result;

function respond(
  result: Result | AsyncIterable<Result>,
  { Response, ReadableStream }: FetchAPI,
  isStopping: () => boolean,
): Response {
  const events = isStream(result) ? new EventStream(result, isStopping) : new EventStream(single(result), () => false);
  // Yoga's stream class wraps a stream of Node.js, which its type does not declare.
  const body = Reflect.construct(ReadableStream, [events]) as ReadableStream;
  return new Response(body, isStream(result) ? { headers: HEADERS } : initOf(result));
}

async function* single(result: Result): AsyncGenerator<Result, void> {
  yield result;
}

/** The status and headers that errors ask for. A status that belongs to another media type is left out. */
function initOf({ errors = [] }: Result): { status: number; headers: Record<string, string> } {
  const init = { status: 200, headers: { ...HEADERS } as Record<string, string> };
  for (const { extensions } of errors) {
    const http = extensions.http as { status?: number; headers?: Record<string, string>; spec?: boolean } | undefined;
    Object.assign(init.headers, http?.headers);
    if (!http?.spec) init.status = Math.max(init.status, http?.status ?? 0);
  }
  return init;
}

/**
 * Writes results as events. It asks for the next result only when the client has taken the one before, so that a slow client
 * gets the newest state and no queue of old ones.
 *
 * A stream that ends because the gateway is being stopped fails instead of completing, so that its connection breaks: clients
 * take completion for the end of the job, and do not reconnect.
 */
class EventStream extends Readable {
  readonly #results: AsyncIterator<Result>;
  readonly #stopKeepAlive: () => void;
  readonly #isStopping: () => boolean;
  #isReading = false;
  /** Whether an EventSource is to reconnect although the stream completes, because it was refused for a moment only. */
  #mayRetry = false;

  constructor(results: AsyncIterable<Result>, isStopping: () => boolean) {
    super({ highWaterMark: 0 });
    this.#isStopping = isStopping;
    this.#results = results[Symbol.asyncIterator]();
    // Some browsers report a connection as open only when something has come.
    this.push(':\n\n');
    this.#stopKeepAlive = every(KEEP_ALIVE, () => {
      if (this.readableLength === 0) this.push(':\n\n');
    });
  }

  override _read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#results
      .next()
      .then((read) => this.#write(read))
      .catch((error: Error) => void this.destroy(error));
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#stopKeepAlive();
    // Not awaited: results that cannot be left must not keep the connection of a stream that has failed.
    void closeResults(this.#results);
    callback(error);
  }

  #write({ value, done }: IteratorResult<Result>): void {
    this.#isReading = false;
    if (this.destroyed) return;
    if (done) {
      if (this.#isStopping()) this.destroy(new Error('The gateway is being stopped.'));
      else this.#complete();
      return;
    }
    const { data, errors } = value;
    this.#mayRetry = data === undefined && errors?.[0]?.extensions.retryable === true;
    this.push(`event: next\ndata: ${stringify(value)}\n\n`);
  }

  #complete(): void {
    this.#stopKeepAlive();
    const id = this.#mayRetry ? '' : `id: ${FINAL_ID}\n`;
    this.push(`${id}event: complete\ndata:\n\n`);
    this.push(null);
  }
}

/** Never rejects: how results end that are not read any more is of no consequence. */
async function closeResults(results: AsyncIterator<Result>): Promise<void> {
  try {
    await results.return?.();
  } catch {
    // The stream has ended already.
  }
}

/** A result as JSON, without what its errors say about the response over HTTP. */
function stringify(result: Result): string {
  if (result instanceof SharedResult) return result.stringify();
  return JSON.stringify(result.errors ? { ...result, errors: result.errors.map(withoutHttp) } : result);
}

function withoutHttp(error: GraphQLError): object {
  const { http: _, unexpected: __, ...extensions } = error.extensions;
  const json = typeof error.toJSON === 'function' ? error.toJSON() : error;
  return { ...json, extensions };
}
