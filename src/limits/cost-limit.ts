import type { GraphQLError, GraphQLSchema } from 'graphql';
import { publicError } from '../errors.ts';
import type { PreparedOperation } from '../executor/execute.ts';
import type { PlannedOperation } from '../executor/execution.ts';
import { estimateCost } from './estimate-cost.ts';
import type { OperationCost } from './explain.ts';
import { SETTINGS } from './limits.ts';

export interface CostCheckOptions {
  schema: GraphQLSchema;
  /** Maximum cost of one operation, in upstream requests. */
  limit: number;
}

/** Creates the step that estimates the cost of an operation before it is executed. */
export function createCostCheck({
  schema,
  limit,
}: CostCheckOptions): (prepared: PreparedOperation, transport: object) => OperationCost | GraphQLError {
  /** Costs of operations without variables, which are always the same. */
  const cache = new WeakMap<PlannedOperation, OperationCost>();

  const costOf = ({ plan, variables }: PreparedOperation): OperationCost => {
    const cached = cache.get(plan);
    if (cached) return cached;
    const { operation, fragments } = plan;
    const cost = { requested: estimateCost(operation, { schema, fragments, variables }), limit };
    if (!operation.variableDefinitions?.length) cache.set(plan, cost);
    return cost;
  };

  return (prepared, transport) => {
    const cost = costOf(prepared);
    return cost.requested > cost.limit ? costError(cost, 'request' in transport) : cost;
  };
}

/** The error for an operation that exceeds its limit. @param isHttp True to respond with status 400. */
function costError(cost: OperationCost, isHttp: boolean): GraphQLError {
  const message = `An operation may cost ${cost.limit} upstream requests (${SETTINGS.cost}), but this one may cost ${cost.requested}. Request smaller pages, or fewer fields of each item.`;
  return publicError('QUERY_TOO_COSTLY', message, { cost, ...(isHttp && { http: { status: 400 } }) });
}
