import type { ExecutionResult } from 'graphql';
import type { TransportContext } from '../auth/caller.ts';

/** What an operation may take, in requests to the upstream, and what it is allowed. */
export interface OperationCost {
  requested: number;
  limit: number;
}

const HEADER = 'x-explain';

/** Whether the caller wants to know the cost: by a header over HTTP, in `connectionParams` over a WebSocket. */
export function wantsCost(transport: TransportContext): boolean {
  const said = 'request' in transport ? transport.request.headers.get(HEADER) : transport.connectionParams?.[HEADER];
  return said === 'cost';
}

/** The result as a copy that tells the cost: the result itself may be shared with others, who do not ask. */
export const withCost = ({ data, errors, extensions }: ExecutionResult, cost: OperationCost): ExecutionResult => ({
  ...(data !== undefined && { data }),
  ...(errors && { errors }),
  extensions: { ...extensions, cost },
});
