import { type HrTime, type Span, type Tracer, trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { contract } from '../../src/contract/contract.gen.ts';
import { ResolverGroup } from '../../src/telemetry/tracing/resolver-group.ts';
import { UpstreamSpans } from '../../src/telemetry/tracing/upstream-spans.ts';

const noSpan = trace.getTracer('').startSpan('');

/** A tracer whose spans have these ends. */
function tracerWith(ends: HrTime[]): Tracer {
  const startSpan = () => Object.assign(Object.create(noSpan) as Span, { endTime: ends.shift() });
  return { startSpan } as unknown as Tracer;
}

test.for<{ name: string; ends: HrTime[]; latest: HrTime }>([
  {
    name: 'nanoseconds',
    ends: [
      [7, 500],
      [7, 900],
      [7, 200],
    ],
    latest: [7, 900],
  },
  {
    name: 'seconds',
    ends: [
      [6, 999],
      [7, 1],
      [6, 999],
    ],
    latest: [7, 1],
  },
  {
    name: 'the last one',
    ends: [
      [6, 999],
      [7, 1],
    ],
    latest: [7, 1],
  },
])('a group ends with the latest end of its requests, not with that of the last one ($name)', ({ ends, latest }) => {
  const given: unknown[] = [];
  const group = new ResolverGroup({
    record: { tracedHeaders: [] } as never,
    spans: new UpstreamSpans({ tracer: tracerWith([...ends]), baseUrl: 'http://127.0.0.1', contract }),
    startSpan: () => Object.assign(Object.create(noSpan) as Span, { end: (time: unknown) => given.push(time) }),
    spanOf: () => undefined,
  });
  const requests = ends.map(() => group.startSpan('listModels', 0));

  for (const request of requests) request.end('2xx');
  group.end();

  expect(given).toEqual([latest]);
});
