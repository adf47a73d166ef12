import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { GraphQLError, ResponsePath } from 'graphql';
import type { OperationId } from '../../contract/contract.ts';
import type { Requester, UpstreamSpan } from '../../upstream/observer.ts';
import { describeOperation, type OperationFacts } from '../describe-operation.ts';
import type { ReadCounter } from '../read-counter.ts';
import { RequestRecord } from '../request-record.ts';
import type { RequestTrace } from '../request-trace.ts';
import { ResolverGroup } from './resolver-group.ts';
import type { UpstreamSpans } from './upstream-spans.ts';

export interface OperationTraceOptions {
  readonly tracer: Tracer;
  readonly spans: UpstreamSpans;
  readonly record: RequestRecord;
}

/** Events of one stream that are traced. A trace must not grow as long as its stream is open. */
const MAX_EVENTS = 100;

/**
 * The trace of an operation. Its span ends with the response; that of a subscription ends with its first event, because
 * spans are exported at their end, and a stream may be open for days. Each event has a span of its own.
 */
export class OperationTrace implements RequestTrace {
  readonly #options: OperationTraceOptions;
  readonly #span: Span;
  readonly #context: Context;
  /** The parent of the spans that start now: the operation, or its current event. */
  #parent: Context;
  #groups: ResolverGroup[] = [];
  #events = 0;
  #hasEnded = false;

  constructor(span: Span, options: OperationTraceOptions) {
    this.#span = span;
    this.#options = options;
    this.#context = trace.setSpan(ROOT_CONTEXT, span);
    this.#parent = this.#context;
  }

  /** Starts the trace of a request: in the trace of its client, if there is one. @returns Undefined if it is not sampled. */
  static start(options: OperationTraceOptions): OperationTrace | undefined {
    const parent = contextOf(options.record.traceparent);
    const span = options.tracer.startSpan('GraphQL operation', { kind: SpanKind.SERVER }, parent);
    return span.isRecording() ? new OperationTrace(span, options) : undefined;
  }

  get span(): Span {
    return this.#span;
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get spanId(): string {
    return this.#span.spanContext().spanId;
  }

  /** For requests that no field causes. Undefined once too many events were traced. */
  get startSpan(): ReadCounter['startSpan'] {
    return this.#isFull ? undefined : this.#startSpan;
  }

  get traceFields(): ReadCounter['traceFields'] {
    return this.#isFull ? undefined : this.#traceFields;
  }

  readonly #startSpan = (id: OperationId, attempt: number): UpstreamSpan => {
    const { spans, record } = this.#options;
    return spans.start(id, { attempt, parent: this.#parent, headers: record.tracedHeaders });
  };

  readonly onJoin = (owner: Requester | undefined): void => {
    this.#span.addEvent('shared');
    const span = spanOf(owner);
    if (span) this.#span.addLink({ context: span.spanContext() });
  };

  readonly #traceFields = (): ((path: ResponsePath) => ReadCounter) => {
    const { tracer, record, spans } = this.#options;
    const parent = this.#parent;
    return (path) => {
      const name = nameOf(path);
      const attributes = { 'graphql.field.path': name };
      const startSpan = () => tracer.startSpan(name, { attributes }, parent);
      const group = new ResolverGroup({ record, spans, startSpan, spanOf });
      this.#groups.push(group);
      return group;
    };
  };

  readonly startEvent = (): ((errors: readonly GraphQLError[] | undefined) => void) => {
    this.#events++;
    if (this.#isFull) return () => {};
    const { operation } = this.#options.record;
    const name = `event ${operation?.name?.value ?? ''}`.trim();
    const attributes = { 'flair.event.number': this.#events };
    const span = this.#options.tracer.startSpan(name, { attributes }, this.#context);
    this.#parent = trace.setSpan(ROOT_CONTEXT, span);
    return (errors) => {
      this.#endGroups();
      if (errors?.[0]) {
        span.setAttribute('error.type', String(errors[0].extensions.code));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
      this.#parent = this.#context;
      if (this.#events === 1) this.#endSpan(undefined);
    };
  };

  get #isFull(): boolean {
    return this.#events > MAX_EVENTS;
  }

  readonly end = (status: number | undefined): void => {
    const { record } = this.#options;
    this.#endGroups();
    if (record.isOperation) this.#endSpan(status);
  };

  #endGroups(): void {
    for (const group of this.#groups) group.end();
    this.#groups = [];
  }

  #endSpan(status: number | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { record } = this.#options;
    const facts = describeOperation(record);
    const name = [facts.type, facts.name].filter(Boolean).join(' ');
    if (name) this.#span.updateName(name);
    this.#span.setAttributes(attributesOf(record, facts, status));
    if (record.codes?.length) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end();
  }
}

/** Attributes as the semantic conventions for GraphQL servers and HTTP name them. They contain no data of the client. */
const attributesOf = (record: RequestRecord, facts: OperationFacts, status: number | undefined): Attributes => ({
  'graphql.operation.name': facts.name,
  'graphql.operation.type': facts.type,
  'graphql.document.hash': facts.hash,
  'http.response.status_code': status,
  'error.type': record.codes?.[0],
  'flair.error.codes': record.codes,
  'flair.request.id': record.id,
  'flair.tenant': facts.tenant,
  'flair.transport': record.transport,
  'flair.requests.sent': record.sent,
  'flair.requests.shared': record.shared,
  'flair.requests.cached': record.cached,
});

/** The span to which other traces link, for work on behalf of a requester; undefined if it is not traced. */
export function spanOf(requester: unknown): Span | undefined {
  if (requester instanceof ResolverGroup) return requester.span ?? spanOf(requester.record);
  return requester instanceof RequestRecord && requester.trace instanceof OperationTrace
    ? requester.trace.span
    : undefined;
}

/** The path of a field without the indices of lists, such as `models.nodes.latestTraining`. */
function nameOf(path: ResponsePath): string {
  const keys: string[] = [];
  for (let at: ResponsePath | undefined = path; at; at = at.prev) if (typeof at.key === 'string') keys.push(at.key);
  return keys.reverse().join('.');
}

/** The context of a `traceparent` header that is well-formed. */
function contextOf(traceparent: string | undefined): Context {
  const [, traceId, spanId, flags] = traceparent?.split('-') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
