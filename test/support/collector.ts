import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** An attribute value of OTLP JSON. */
type Value = { stringValue: string } | { intValue: number } | { arrayValue: { values?: Value[] } };

interface OtlpSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: Value }[];
  links: { traceId: string; spanId: string }[];
  events: { name: string }[];
  status: { code: number };
  startTimeUnixNano: string;
  endTimeUnixNano: string;
}

interface OtlpRequest {
  resourceSpans: { resource: { attributes: OtlpSpan['attributes'] }; scopeSpans: { spans: OtlpSpan[] }[] }[];
}

/** A span that a collector has received. */
export interface ReceivedSpan extends Omit<OtlpSpan, 'attributes'> {
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
}

export const SpanKind = { internal: 1, server: 2, client: 3 } as const;
export const ERROR_STATUS = 2;

/** A collector of OpenTelemetry that receives traces as OTLP JSON over HTTP. */
export interface Collector {
  url: string;
  spans: readonly ReceivedSpan[];
  /** The bodies of all requests. */
  bodies: readonly string[];
  /** Headers of all requests. */
  headers: readonly NodeJS.Dict<string | string[]>[];
  /** Waits until it has received spans that fulfil a condition. */
  until(condition: (spans: readonly ReceivedSpan[]) => boolean): Promise<void>;
  /** Waits for the first span with this name. */
  span(name: string): Promise<ReceivedSpan>;
}

/** Starts a collector, which is stopped at the end of the test. */
export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const headers: NodeJS.Dict<string | string[]>[] = [];
  let onSpans = () => {};
  const server = createServer(async (request, response) => {
    const body = await text(request);
    bodies.push(body);
    headers.push(request.headers);
    if (request.url === '/v1/traces') spans.push(...spansOf(JSON.parse(body)));
    response.setHeader('content-type', 'application/json').end('{}');
    onSpans();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const until: Collector['until'] = async (condition) => {
    while (!condition(spans)) {
      await new Promise<void>((resolve) => {
        onSpans = resolve;
      });
    }
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    headers,
    until,
    async span(name) {
      await until((received) => received.some((span) => span.name === name));
      return spans.find((span) => span.name === name) as ReceivedSpan;
    },
  };
}

const spansOf = ({ resourceSpans }: OtlpRequest): ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        attributes: toRecord(span.attributes),
        resource: toRecord(resource.attributes),
      })),
    ),
  );

const toRecord = (attributes: OtlpSpan['attributes']) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));

function plain(value: Value): unknown {
  if ('arrayValue' in value) return (value.arrayValue.values ?? []).map(plain);
  return 'intValue' in value ? Number(value.intValue) : Object.values(value)[0];
}
