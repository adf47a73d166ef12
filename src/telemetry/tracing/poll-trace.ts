import { type Link, ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import type { OperationId } from '../../contract/contract.ts';
import type { Requester, UpstreamSpan } from '../../upstream/observer.ts';
import { spanOf } from './operation-trace.ts';
import type { UpstreamSpans } from './upstream-spans.ts';

/** Maximum number of subscriptions to which a poll links. */
const MAX_LINKS = 32;

/** The trace of a poll: one span, with links to the subscriptions that it serves. */
export class PollTrace implements Requester {
  readonly #spans: UpstreamSpans;
  readonly #labels: Iterable<unknown>;
  sent = 0;
  shared = 0;
  readonly id = undefined;
  readonly forwardedHeaders: readonly string[] = [];

  /** @param labels Requesters of the subscriptions. */
  constructor(spans: UpstreamSpans, labels: Iterable<unknown>) {
    this.#spans = spans;
    this.#labels = labels;
  }

  readonly startSpan = (id: OperationId, attempt: number): UpstreamSpan =>
    this.#spans.start(id, { name: `poll ${id}`, attempt, parent: ROOT_CONTEXT, links: this.#links() });

  #links(): Link[] {
    // A subscription to several jobs may be served by several rows of one page.
    const spans = new Set<Span>();
    for (const label of this.#labels) {
      const span = spanOf(label);
      if (span) spans.add(span);
      if (spans.size === MAX_LINKS) break;
    }
    return [...spans].map((span) => ({ context: span.spanContext() }));
  }
}
