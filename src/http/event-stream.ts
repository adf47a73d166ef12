import { Readable } from 'node:stream';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { FetchAPI, Plugin } from 'graphql-yoga';
import { SharedResult } from '../operations/shared-result.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { closeQuietly } from '../util/async-iterators.ts';
import { startInterval } from '../util/timers.ts';

/** The media type of server-sent events. */
export const EVENT_STREAM = 'text/event-stream';

/**
 * The id of the last event of a completed stream. An EventSource reconnects after every end, with the id of the last
 * event that it received; only a response with status 204 stops it (HTML, 9.2).
 */
const FINAL_ID = 'complete';

/** The interval of the comments that keep an idle stream open, in milliseconds; proxies close one after a minute. */
const KEEP_ALIVE = 12_000;

const HEADERS = {
  'content-type': EVENT_STREAM,
  // Keeps caches and compressing proxies from delaying events. nginx buffers responses without the second header.
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

type Result = ExecutionResult | SharedResult;

/** True if this request is an EventSource that reconnects to a completed stream. */
export const isReconnectAfterComplete = ({ method, headers }: Request): boolean =>
  method === 'GET' && headers.get('last-event-id') === FINAL_ID && acceptsEventStream(headers.get('accept'));

/** True if a client accepts only server-sent events. */
export const acceptsEventStream = (accept: string | null | undefined): boolean =>
  accept?.split(';', 1)[0]?.trim().toLowerCase() === EVENT_STREAM;

/**
 * Sends results as server-sent events (GraphQL over SSE, distinct connections mode), instead of Yoga's own processor.
 *
 * @param serialize Returns a result as JSON.
 * @param isStopping True while the gateway shuts down, when the end of a stream is not the end of its job.
 */
export const useEventStreams = (serialize: typeof stringifyEvent, isStopping: () => boolean): Plugin => ({
  onResultProcess({ request, result, resultProcessor, setResultProcessor, serverContext }) {
    if (!resultProcessor || Array.isArray(result)) return;
    // Yoga sets a processor for a stream of results only if the client accepts server-sent events.
    if (!isStream(result) && !acceptsEventStream(request.headers.get('accept'))) return;
    const { record } = serverContext as { record?: RequestRecord };
    setResultProcessor((_, fetchAPI) => respond(result, fetchAPI, { serialize, isStopping, record }), EVENT_STREAM);
  },
});

const isStream = (result: object): result is AsyncIterable<Result> => Symbol.asyncIterator in result;

function respond(
  result: Result | AsyncIterable<Result>,
  { Response, ReadableStream }: FetchAPI,
  options: EventStreamOptions,
): Response {
  if (isStream(result)) options.record?.startStream('sse');
  const events = isStream(result)
    ? new EventStream(result, options)
    : new EventStream(single(result), { ...options, isStopping: () => false });
  // Yoga's stream class wraps a stream of Node.js, which its type does not declare.
  const body = Reflect.construct(ReadableStream, [events]) as ReadableStream;
  return new Response(body, isStream(result) ? { headers: HEADERS } : initOf(result));
}

async function* single(result: Result): AsyncGenerator<Result, void> {
  yield result;
}

/**
 * The status and headers that the errors of a result set. A status that applies only to other media types is ignored.
 */
function initOf({ errors = [] }: Result): { status: number; headers: Record<string, string> } {
  const init = { status: 200, headers: { ...HEADERS } as Record<string, string> };
  for (const { extensions } of errors) {
    const http = extensions.http as { status?: number; headers?: Record<string, string>; spec?: boolean } | undefined;
    Object.assign(init.headers, http?.headers);
    if (!http?.spec) init.status = Math.max(init.status, http?.status ?? 0);
  }
  return init;
}

interface EventStreamOptions {
  serialize: (result: Result) => string;
  isStopping: () => boolean;
  /** Counts the events. @default they are not counted */
  record?: RequestRecord | undefined;
}

/**
 * Writes results as events. It reads the next result only when the previous one has been sent, so that a slow client
 * gets the latest state and not a queue of old ones.
 *
 * While the gateway shuts down, the end of a stream destroys the connection instead of completing it: clients reconnect
 * after a broken connection, but not after completion.
 */
class EventStream extends Readable {
  readonly #results: AsyncIterator<Result>;
  readonly #stopKeepAlive: () => void;
  readonly #options: EventStreamOptions;
  #isReading = false;
  /** True if the last result is a retryable request error, after which an EventSource should reconnect. */
  #mayRetry = false;

  constructor(results: AsyncIterable<Result>, options: EventStreamOptions) {
    super({ highWaterMark: 0 });
    this.#options = options;
    this.#results = results[Symbol.asyncIterator]();
    // Some browsers report a connection as open only after the first bytes.
    this.push(':\n\n');
    this.#stopKeepAlive = startInterval(KEEP_ALIVE, () => {
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
    // Not awaited: a source that does not close must not keep the connection of a failed stream open.
    void closeQuietly(this.#results);
    callback(error);
  }

  #write({ value, done }: IteratorResult<Result>): void {
    this.#isReading = false;
    if (this.destroyed) return;
    if (done) {
      if (this.#options.isStopping()) this.destroy(new Error('The gateway is being stopped.'));
      else this.#complete();
      return;
    }
    const { data, errors } = value;
    if (this.#options.record?.events === undefined) this.#options.record?.addErrors(errors);
    else this.#options.record.addEvent(errors);
    this.#mayRetry = data === undefined && errors?.[0]?.extensions.retryable === true;
    this.push(`event: next\ndata: ${this.#options.serialize(value)}\n\n`);
  }

  #complete(): void {
    this.#stopKeepAlive();
    const id = this.#mayRetry ? '' : `id: ${FINAL_ID}\n`;
    this.push(`${id}event: complete\ndata:\n\n`);
    this.push(null);
  }
}

/** A result as JSON, without the `http` extensions of its errors. */
export function stringifyEvent(result: Result): string {
  if (result instanceof SharedResult) return result.stringify();
  return JSON.stringify(result.errors ? { ...result, errors: result.errors.map(withoutHttp) } : result);
}

function withoutHttp(error: GraphQLError): object {
  const { http: _, unexpected: __, ...extensions } = error.extensions;
  const json = typeof error.toJSON === 'function' ? error.toJSON() : error;
  return { ...json, extensions };
}
