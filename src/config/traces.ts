import * as z from 'zod';
import { baseUrl, choice, decimal, emptyToUndefined, flag, SECRET, text } from '../util/environment.ts';

/** Settings of OpenTelemetry, whose SDK reads them by itself. They are checked here, so that mistakes are reported. */
export const traceSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: baseUrl().describe(
    'URL of an OpenTelemetry collector, such as `http://localhost:4318`, to which traces are sent over OTLP (HTTP, JSON). Unset, like the next one: nothing is traced. The other standard variables `OTEL_*` of exporters, batches and limits work, too.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: baseUrl().describe(
    'The complete URL for traces, such as `http://localhost:4318/v1/traces`, in place of the one before.',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: text()
    .describe('Headers of requests to the collector, such as `authorization=Bearer%20abc`, separated by commas.')
    .meta(SECRET),
  OTEL_SERVICE_NAME: text().describe('Name of the gateway in traces. Unset: `flair-graphql-gateway`.'),
  OTEL_RESOURCE_ATTRIBUTES: text().describe(
    'Further attributes of all spans, such as `deployment.environment.name=production`, separated by commas.',
  ),
  OTEL_TRACES_SAMPLER: z
    .preprocess(
      emptyToUndefined,
      choice([
        'always_on',
        'always_off',
        'traceidratio',
        'parentbased_always_on',
        'parentbased_always_off',
        'parentbased_traceidratio',
      ]).default('parentbased_always_on'),
    )
    .describe(
      'Which requests and polls are traced. With `parentbased_…`, a request with a `traceparent` header is traced if its client traces it.',
    ),
  OTEL_TRACES_SAMPLER_ARG: decimal({ default: 1, min: 0, max: 1 }).describe(
    'Traced share of the requests with `traceidratio` and `parentbased_traceidratio`, from 0 to 1.',
  ),
  OTEL_SDK_DISABLED: flag(false).describe('Turns traces off, also with a collector.'),
};

/** True if traces are exported. */
export const isTraced = (values: Partial<z.infer<z.ZodObject<typeof traceSettings>>>): boolean =>
  !values.OTEL_SDK_DISABLED &&
  (values.OTEL_EXPORTER_OTLP_ENDPOINT ?? values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) !== undefined;
