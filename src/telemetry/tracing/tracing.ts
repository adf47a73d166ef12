import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Contract } from '../../contract/contract.ts';
import type { Requester } from '../../upstream/observer.ts';
import type { Sleep } from '../../util/timers.ts';
import { Problems, type ProblemsOptions } from '../problems.ts';
import type { RequestRecord } from '../request-record.ts';
import { OperationTrace } from './operation-trace.ts';
import { PollTrace } from './poll-trace.ts';
import { ReportingExporter } from './reporting-exporter.ts';
import { UpstreamSpans } from './upstream-spans.ts';

export interface TracingOptions extends ProblemsOptions {
  /** Absolute URL of the upstream. */
  baseUrl: string;
  contract: Pick<Contract, 'operations'>;
  sleep: Sleep;
}

/** The traces of one process, exported over OTLP. */
export interface Tracing {
  /** Starts the trace of a request, if it is sampled. */
  readonly onStart: (record: RequestRecord) => void;
  /** Starts the trace of a poll. @param labels Requesters of the subscriptions that it serves. */
  readonly tracePoll: (labels: Iterable<unknown>) => Requester;
  /** Exports the remaining spans, for a limited time. Never rejects. */
  close(): Promise<void>;
}

/** Time for the last export, in milliseconds. */
const CLOSE_TIMEOUT = 2_000;
const NAME = 'flair-graphql-gateway';

/** Starts to trace. Reads the standard environment variables of OpenTelemetry (`OTEL_*`). */
export function startTracing(options: TracingOptions): Tracing {
  const problem = new Problems(options).create('traces', {
    message: 'traces cannot be exported: check OTEL_EXPORTER_OTLP_ENDPOINT',
    needsSuccess: true,
  });
  const exporter = new ReportingExporter(new OTLPTraceExporter(), problem);
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': NAME }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer(NAME);
  const spans = new UpstreamSpans({ ...options, tracer });
  return {
    onStart(record) {
      record.trace = OperationTrace.start({ tracer, spans, record });
    },
    tracePoll: (labels) => new PollTrace(spans, labels),
    async close() {
      const timer = new AbortController();
      const timeout = options.sleep(CLOSE_TIMEOUT, timer.signal).catch(() => {});
      await Promise.race([provider.shutdown().catch(problem.occur), timeout]);
      timer.abort();
    },
  };
}
