import type { ReadCounter } from './read-counter.ts';

/** The trace of one request, for a {@link RequestRecord}. Its methods need no `this`. */
export interface RequestTrace extends Pick<ReadCounter, 'startSpan' | 'onJoin' | 'traceFields' | 'startEvent'> {
  readonly traceId: string;
  /** Id of the span of the operation. */
  readonly spanId: string;
  /**
   * Ends the trace. It is exported only if the request was an operation.
   *
   * @param status Status of the response; undefined over WebSockets.
   */
  readonly end: (status: number | undefined) => void;
}
