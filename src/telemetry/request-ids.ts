import { randomUUID } from 'node:crypto';

/** Ids that clients may choose: printable, short, and without characters that have a meaning in logs or headers. */
const REQUEST_ID = /^[\w.:@/+=-]{1,128}$/;

/** A trace and its parent span (W3C Trace Context, 3.2.2). */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** The request id that a client or proxy has sent in `x-request-id`, if it is well-formed; else a new one. */
export const requestIdOf = (header: unknown): string =>
  typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();

/** A valid `traceparent` header; undefined if there is none, or it is malformed, which must be ignored. */
export function traceparentOf(header: unknown): string | undefined {
  if (typeof header !== 'string') return undefined;
  const [, version, trace, span] = TRACEPARENT.exec(header) ?? [];
  if (version === undefined || version === 'ff' || /^0+$/.test(`${trace}`) || /^0+$/.test(`${span}`)) return undefined;
  return header;
}

/** The state of a trace in other systems: at most 512 printable characters (W3C Trace Context, 3.3), as they are sent on. */
const TRACESTATE = /^[ -~]{1,512}$/;

/** A `tracestate` header that may be sent on; undefined for any other. */
export const tracestateOf = (header: unknown): string | undefined =>
  typeof header === 'string' && TRACESTATE.test(header) ? header : undefined;
