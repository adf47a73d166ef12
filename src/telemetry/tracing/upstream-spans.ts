import {
  type Context,
  type HrTime,
  type Link,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import type { Contract, OperationId } from '../../contract/contract.ts';
import type { UpstreamSpan } from '../../upstream/observer.ts';

export interface UpstreamSpansOptions {
  tracer: Tracer;
  /** Absolute URL of the upstream. */
  baseUrl: string;
  contract: Pick<Contract, 'operations'>;
}

/** Name, parent and links of the span of an upstream request. */
export interface UpstreamSpanOptions {
  /** @default the method and the path template */
  name?: string;
  /** Number of earlier attempts of the same request. */
  attempt: number;
  parent: Context;
  links?: Link[];
  /** Further headers of the request. */
  headers?: readonly string[];
}

/** Starts the spans of upstream requests, named as the semantic conventions for HTTP clients require. */
export class UpstreamSpans {
  readonly #options: UpstreamSpansOptions;
  readonly #server: { readonly 'server.address': string; readonly 'server.port': number };

  constructor(options: UpstreamSpansOptions) {
    this.#options = options;
    const { hostname, port, protocol } = new URL(options.baseUrl);
    this.#server = { 'server.address': hostname, 'server.port': Number(port) || (protocol === 'https:' ? 443 : 80) };
  }

  start(id: OperationId, { name, attempt, parent, links = [], headers = [] }: UpstreamSpanOptions): RequestSpan {
    const { tracer, contract } = this.#options;
    const { method, path } = contract.operations[id];
    const attributes = {
      ...this.#server,
      'http.request.method': method,
      'url.template': path,
      'flair.operation': id,
      ...(attempt > 0 && { 'http.request.resend_count': attempt }),
    };
    const span = tracer.startSpan(name ?? `${method} ${path}`, { kind: SpanKind.CLIENT, attributes, links }, parent);
    return new RequestSpan(span, headers);
  }
}

/** The span of one upstream request, and the headers that pass it on. */
export class RequestSpan implements UpstreamSpan {
  readonly #span: Span;
  readonly headers: readonly string[];

  /** @param headers Further headers. */
  constructor(span: Span, headers: readonly string[] = []) {
    this.#span = span;
    const { traceId, spanId, traceFlags } = span.spanContext();
    // W3C Trace Context, 3.2.
    const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
    this.headers = [...headers, 'traceparent', traceparent];
  }

  readonly onSuccess = (status: number): void => {
    this.#span.setAttribute('http.response.status_code', status);
  };

  end(status: number | string): void {
    if (typeof status === 'number') this.#span.setAttribute('http.response.status_code', status);
    if (status !== '2xx') {
      this.#span.setAttribute('error.type', String(status));
      // The caller has aborted it.
      if (status !== 'aborted') this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }

  /** Time of its end, by the clock of the tracer, which its interface does not declare. */
  get endedAt(): HrTime | undefined {
    return (this.#span as { endTime?: HrTime }).endTime;
  }
}
