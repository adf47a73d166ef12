import type { Registry } from 'prom-client';
import type { RequestRecord } from '../request-record.ts';
import type { OnRequest, RequestEnd } from '../requests.ts';
import { BoundedNames, OTHER } from './bounded-names.ts';
import { addCounter, addHistogram } from './counts.ts';
import { DURATIONS, PREFIX } from './names.ts';

/** Maximum number of operation names. */
const MAX_OPERATION_NAMES = 200;

/** Upper bounds of the durations of streams, in seconds. */
const STREAM_DURATIONS = [1, 10, 60, 600, 3_600, 21_600];

/**
 * Counts requests and operations.
 *
 * @param limits Names of all settings that limit requests.
 */
export function createRequestMetrics(registry: Registry, limits: ReadonlySet<string>): OnRequest {
  const requests = addHistogram({
    registry,
    name: `${PREFIX}http_request_duration_seconds`,
    help: 'Duration of HTTP requests, without streams, by route and status.',
    labelNames: ['route', 'status'],
    buckets: DURATIONS,
  });
  const bytes = addCounter({
    registry,
    name: `${PREFIX}response_bytes_total`,
    help: 'Bytes of responses, with their headers, and of results over WebSockets, by route.',
    labelNames: ['route'],
  });
  const operations = addCounter({
    registry,
    name: `${PREFIX}operations_total`,
    help: `Ended operations, by name (the first ${MAX_OPERATION_NAMES} whose key the upstream accepts; others are "${OTHER}"), type, transport and the code of the first error, "OK", or "ABORTED" for a response that was not sent completely.`,
    labelNames: ['operation', 'type', 'transport', 'code'],
  });
  const durations = addHistogram({
    registry,
    name: `${PREFIX}operation_duration_seconds`,
    help: 'Duration of queries and mutations, by name and type.',
    labelNames: ['operation', 'type'],
    buckets: DURATIONS,
  });
  const streams = addHistogram({
    registry,
    name: `${PREFIX}stream_duration_seconds`,
    help: 'Duration of ended streams of subscriptions, by transport.',
    labelNames: ['transport'],
    buckets: STREAM_DURATIONS,
  });
  const joined = addCounter({
    registry,
    name: `${PREFIX}queries_joined_total`,
    help: 'Queries that used the result of an equal query of the same caller that was running.',
  });
  const rejections = addCounter({
    registry,
    name: `${PREFIX}rejections_total`,
    help: 'Requests and operations that exceeded a limit, by the setting of the limit.',
    labelNames: ['limit'],
  });
  const names = new BoundedNames(MAX_OPERATION_NAMES);

  const countOperation: OnRequest = (record, end, milliseconds, operation) => {
    const isKnown = isAccepted(record);
    const name = operation?.name === undefined ? 'anonymous' : isKnown ? names.get(operation.name) : OTHER;
    const type = operation?.type ?? 'unknown';
    operations.add(1, name, type, record.transport, codeOf(record, end));
    if (record.events === undefined) durations.observe(milliseconds / 1_000, name, type);
    else streams.observe(milliseconds / 1_000, record.transport);
    if (record.isJoined) joined.add(1);
  };

  return (record, end, milliseconds, operation) => {
    const { status } = end;
    if (record.isOperation) countOperation(record, end, milliseconds, operation);
    if (status !== undefined && record.events === undefined) {
      requests.observe(milliseconds / 1_000, record.route, status);
    }
    bytes.add(record.bytes, record.route);
    if (record.limits) for (const limit of record.limits) rejections.add(1, limits.has(limit) ? limit : OTHER);
  };
}

/** True if the upstream has accepted the key of an operation: any client can send names with a key that it has made up. */
const isAccepted = ({ tenant, codes, sent, shared, cached, isJoined, events = 0 }: RequestRecord): boolean =>
  tenant !== undefined &&
  sent + shared + cached + events + Number(isJoined) > 0 &&
  !codes?.some((code) => code === 'UNAUTHENTICATED' || code === 'FORBIDDEN');

/** The result of an operation. A stream that its client closes is complete. */
function codeOf(record: RequestRecord, { hasLeft }: RequestEnd): string {
  const code = record.codes?.[0];
  if (code !== undefined) return code;
  const isAborted = record.failure !== undefined || (hasLeft && record.events === undefined);
  return isAborted ? 'ABORTED' : 'OK';
}
