import type { ExecutionResult } from 'graphql';
import type { TransportContext } from '../auth/caller.ts';

/** Estimated cost of an operation and the limit on it, in upstream requests. */
export interface OperationCost {
  requested: number;
  limit: number;
}

const HEADER = 'x-explain';

/** True if the client requests the cost: by a header over HTTP, in `connectionParams` over a WebSocket. */
export function wantsCost(transport: TransportContext): boolean {
  const value = 'request' in transport ? transport.request.headers.get(HEADER) : transport.connectionParams?.[HEADER];
  return value === 'cost';
}

/** A copy of the result with its cost. The original may be shared with callers that did not request the cost. */
export const withCost = ({ data, errors, extensions }: ExecutionResult, cost: OperationCost): ExecutionResult => ({
  ...(data !== undefined && { data }),
  ...(errors && { errors }),
  extensions: { ...extensions, cost },
});
