import type { DocumentNode, GraphQLError, OperationDefinitionNode } from 'graphql';
import { logIdOf } from '../errors.ts';
import type { ReadCounter } from './read-counter.ts';
import { requestIdOf, traceparentOf, tracestateOf } from './request-ids.ts';
import type { RequestTrace } from './request-trace.ts';

/** How a request reached the gateway; `sse`: server-sent events. */
export type RequestTransport = 'http' | 'sse' | 'websocket';

/** The parts of the gateway that respond to requests. */
export type Route = 'graphql' | 'page' | 'images' | 'uploads' | 'probe' | 'other';

/** Maximum number of different error codes, and of limits, that are recorded. */
const MAX_CODES = 10;

export interface RequestRecordOptions {
  /** The headers that identify the request and its trace. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly client: string | undefined;
  readonly transport: RequestTransport;
}

/** Streams of a process. */
export interface StreamCounts {
  /** Open streams, by transport. */
  sse: number;
  websocket: number;
  /** Events that were sent so far. */
  events: number;
}

type SentError = Pick<GraphQLError, 'message' | 'extensions'>;

/** Name of a setting, in a message about its limit. */
const SETTING = /\((MAX_[A-Z_]+)\)/;

function addOnce(list: string[], item: string): void {
  if (list.length < MAX_CODES && !list.includes(item)) list.push(item);
}

/** What is known of a request, for its log line, its metrics and its trace: an HTTP request, or an operation over a WebSocket. */
export class RequestRecord implements ReadCounter {
  readonly id: string;
  /** Start of the request, by the monotonic clock, in milliseconds. */
  readonly startedAt: number;
  /** Address of the client. */
  readonly client: string | undefined;
  readonly traceparent: string | undefined;
  /** The state of the trace; undefined without a valid `traceparent`. */
  readonly tracestate: string | undefined;
  transport: RequestTransport;
  /** The part of the gateway that responds. */
  route: Route = 'other';
  /** True for requests to the graph, except for its page and preflights. */
  isOperation = false;
  /** True if it arrived before the gateway refused new requests: it is served. */
  arrivedBeforeStop = false;
  /** True for health checks and scrapes, which are only logged at debug. */
  isProbe = false;
  document: DocumentNode | undefined;
  operation: OperationDefinitionNode | undefined;
  /** The tenant of the caller; undefined without valid credentials. */
  tenant: string | undefined;
  /** Distinct codes of the errors that were sent. */
  codes: string[] | undefined;
  /** Why the response was aborted; undefined if it was not. */
  failure: string | undefined;
  /** Ids under which unexpected errors are logged. */
  errorIds: string[] | undefined;
  /** Names of the settings whose limits rejected it. */
  limits: string[] | undefined;
  /** Events of a stream that were sent; undefined if the response is no stream. */
  events: number | undefined;
  /** The streams of the process, among which it is counted while it is one. */
  readonly #streams: StreamCounts;
  #hasEnded = false;
  /** Created for the first upstream request. */
  #forwardedHeaders: readonly string[] | undefined;
  /** Bytes of the response. */
  bytes = 0;
  sent = 0;
  shared = 0;
  /** Reads that were served from memory. */
  cached = 0;
  /** True if an equal query of the same caller was running, and its result was used. */
  isJoined = false;
  /** Its trace. Undefined if it is not traced. */
  trace: RequestTrace | undefined;

  /**
   * @param streams The streams of the process.
   * @param startedAt By the monotonic clock, in milliseconds.
   */
  constructor(options: RequestRecordOptions, streams: StreamCounts, startedAt: number) {
    const { headers } = options;
    this.id = requestIdOf(headers['x-request-id']);
    this.traceparent = traceparentOf(headers.traceparent);
    this.tracestate = this.traceparent === undefined ? undefined : tracestateOf(headers.tracestate);
    this.client = options.client;
    this.transport = options.transport;
    this.startedAt = startedAt;
    this.#streams = streams;
  }

  /** Called when the response becomes a stream. */
  startStream(transport: 'sse' | 'websocket'): void {
    if (this.#hasEnded) return;
    if (this.events === undefined) this.#streams[transport]++;
    this.transport = transport;
    this.events = 0;
  }

  /** Called once, at the end of the request. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.events !== undefined && this.transport !== 'http') this.#streams[this.transport]--;
  }

  /** Id of the trace to which the request belongs. */
  get traceId(): string | undefined {
    return (this.isOperation && this.trace?.traceId) || this.traceparent?.slice(3, 35);
  }

  get startSpan(): ReadCounter['startSpan'] {
    return this.trace?.startSpan;
  }

  get onJoin(): ReadCounter['onJoin'] {
    return this.trace?.onJoin;
  }

  get traceFields(): ReadCounter['traceFields'] {
    return this.trace?.traceFields;
  }

  get startEvent(): ReadCounter['startEvent'] {
    return this.trace?.startEvent;
  }

  get forwardedHeaders(): readonly string[] {
    const { traceparent } = this;
    this.#forwardedHeaders ??=
      traceparent === undefined ? this.tracedHeaders : [...this.tracedHeaders, 'traceparent', traceparent];
    return this.#forwardedHeaders;
  }

  /** {@link forwardedHeaders} without `traceparent`, which names the span of each request where spans are recorded. */
  get tracedHeaders(): readonly string[] {
    const { id, tracestate } = this;
    return tracestate === undefined ? ['x-request-id', id] : ['x-request-id', id, 'tracestate', tracestate];
  }

  /** Counts an event of a stream. */
  addEvent(errors: readonly SentError[] | undefined): void {
    this.events = (this.events ?? 0) + 1;
    this.#streams.events++;
    if (errors) this.addErrors(errors);
  }

  /** Records the codes of errors that are sent to the client. */
  addErrors(errors: readonly SentError[] | undefined): void {
    if (!errors) return;
    this.codes ??= [];
    this.limits ??= [];
    for (const error of errors) {
      const { message, extensions } = error;
      const code = extensions?.code;
      if (typeof code === 'string') addOnce(this.codes, code);
      const errorId = logIdOf(error);
      if (errorId !== undefined) {
        this.errorIds ??= [];
        addOnce(this.errorIds, errorId);
      }
      // Every message about a limit names its setting.
      const [, setting] = SETTING.exec(message) ?? [];
      if (setting !== undefined) addOnce(this.limits, setting);
    }
  }
}
