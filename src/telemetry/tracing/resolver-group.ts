import { type Context, type HrTime, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import type { OperationId } from '../../contract/contract.ts';
import type { Requester, UpstreamSpan } from '../../upstream/observer.ts';
import type { ReadCounter } from '../read-counter.ts';
import type { RequestRecord } from '../request-record.ts';
import type { UpstreamSpans } from './upstream-spans.ts';

export interface ResolverGroupOptions {
  readonly record: RequestRecord;
  readonly spans: UpstreamSpans;
  /** Starts the span of the group. */
  readonly startSpan: () => Span;
  /** The span of the request that has sent or joined another one; undefined if it is not traced. */
  readonly spanOf: (requester: Requester | undefined) => Span | undefined;
}

/**
 * The resolvers of one field of an execution, for all items of the lists around it. Their upstream requests are children of
 * one span, from the first request to the last. It is started only for a request.
 */
export class ResolverGroup implements ReadCounter {
  readonly #options: ResolverGroupOptions;
  #span: Span | undefined;
  #context: Context = ROOT_CONTEXT;
  /** The latest end of its requests. */
  #endedAt: HrTime | undefined;

  constructor(options: ResolverGroupOptions) {
    this.#options = options;
  }

  get record(): RequestRecord {
    return this.#options.record;
  }

  /** Undefined before the first request. */
  get span(): Span | undefined {
    return this.#span;
  }

  get id(): string {
    return this.record.id;
  }

  get forwardedHeaders(): readonly string[] {
    return this.record.forwardedHeaders;
  }

  get sent(): number {
    return this.record.sent;
  }

  set sent(sent: number) {
    this.record.sent = sent;
  }

  get shared(): number {
    return this.record.shared;
  }

  set shared(shared: number) {
    this.record.shared = shared;
  }

  get cached(): number {
    return this.record.cached;
  }

  set cached(cached: number) {
    this.record.cached = cached;
  }

  readonly startSpan = (id: OperationId, attempt: number): UpstreamSpan => {
    this.#start();
    const span = this.#options.spans.start(id, { attempt, parent: this.#context, headers: this.record.tracedHeaders });
    const { headers, onSuccess } = span;
    return {
      headers,
      onSuccess,
      end: (status) => {
        span.end(status);
        const { endedAt } = span;
        // The tracer's times of two spans may be a millisecond apart: the request that ends last need not have the latest end.
        if (endedAt && (!this.#endedAt || isLater(endedAt, this.#endedAt))) this.#endedAt = endedAt;
      },
    };
  };

  /** Links the group to the request that it has joined. */
  readonly onJoin = (owner: Requester | undefined): void => {
    const span = this.#start();
    span.addEvent('shared');
    const shared = this.#options.spanOf(owner);
    if (shared) span.addLink({ context: shared.spanContext() });
  };

  end(): void {
    this.#span?.end(this.#endedAt);
  }

  #start(): Span {
    if (!this.#span) {
      this.#span = this.#options.startSpan();
      this.#context = trace.setSpan(ROOT_CONTEXT, this.#span);
    }
    return this.#span;
  }
}

const isLater = ([seconds, nanoseconds]: HrTime, [otherSeconds, otherNanoseconds]: HrTime): boolean =>
  seconds === otherSeconds ? nanoseconds > otherNanoseconds : seconds > otherSeconds;
