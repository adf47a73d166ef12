import type { Logger } from 'pino';
import { describeOperation, type OperationFacts, shortTenant } from './describe-operation.ts';
import { infoWriter } from './log.ts';
import { RequestRecord, type RequestRecordOptions, type StreamCounts } from './request-record.ts';

/** How a request ended. */
export interface RequestEnd {
  /** Status of the response. Undefined over WebSockets, which have none. */
  readonly status?: number;
  /** True if the client disconnected before the end of the response. */
  readonly hasLeft?: boolean;
  /** Method and path of an HTTP request, without secrets. */
  readonly method?: string | undefined;
  readonly path?: string;
}

/**
 * Receives ended requests. Cheap, and never throws.
 *
 * @param operation The operation; undefined for requests that are none.
 */
export type OnRequest = (
  record: RequestRecord,
  end: RequestEnd,
  milliseconds: number,
  operation: OperationFacts | undefined,
) => void;

/** Starts and ends the records of requests. */
export interface Requests {
  readonly streams: Readonly<StreamCounts>;
  start(options: RequestRecordOptions): RequestRecord;
  /** Writes the log line of a request, and measures it. */
  end(record: RequestRecord, end: RequestEnd): void;
}

export interface RequestsOptions {
  log: Logger;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
  /** Called after each request. @default requests are only logged */
  onRequest?: OnRequest | undefined;
  /** Called with each new record, for example to trace it. @default nothing */
  onStart?: ((record: RequestRecord) => void) | undefined;
}

export function createRequests({ log, monotonicNow, onRequest, onStart }: RequestsOptions): Requests {
  const streams: StreamCounts = { sse: 0, websocket: 0, events: 0 };
  const writeInfo = infoWriter(log);
  return {
    streams,
    start(options) {
      const record = new RequestRecord(options, streams, monotonicNow());
      onStart?.(record);
      return record;
    },
    end(record, end) {
      record.end();
      record.trace?.end(end.status);
      const milliseconds = monotonicNow() - record.startedAt;
      const isLogged = record.isProbe ? log.isLevelEnabled('debug') : log.isLevelEnabled('info');
      if (!isLogged && !onRequest) return;
      const operation = record.isOperation ? describeOperation(record) : undefined;
      onRequest?.(record, end, milliseconds, operation);
      if (!isLogged) return;
      const line = lineOf(record, end, milliseconds, operation);
      if (record.isProbe) log.debug(line, 'probe');
      else writeInfo(line, record.isOperation ? (record.events === undefined ? 'operation' : 'stream') : 'request');
    },
  };
}

/** The fields of a log line. It contains no headers, bodies, query strings, variables or keys. */
function lineOf(
  record: RequestRecord,
  { status, hasLeft, method, path }: RequestEnd,
  milliseconds: number,
  operation: OperationFacts | undefined,
): Readonly<Record<string, unknown>> {
  const { id: requestId, client, codes, bytes, traceId, failure } = record;
  const ms = Math.round(milliseconds);
  const left = hasLeft || undefined;
  if (!record.isOperation) {
    const tenant = shortTenant(record.tenant);
    const sent = record.sent || undefined;
    return { method, path, status, ms, sent, bytes, codes, left, failure, tenant, requestId, traceId, client };
  }
  return {
    operation: operation?.name,
    type: operation?.type,
    transport: record.transport,
    status,
    ms,
    events: record.events,
    sent: record.sent,
    shared: record.shared,
    cached: record.cached,
    joined: record.isJoined || undefined,
    bytes,
    codes,
    errorIds: record.errorIds,
    left,
    failure,
    tenant: operation?.tenant,
    document: operation?.hash,
    requestId,
    traceId,
    spanId: record.trace?.spanId,
    client,
  };
}
