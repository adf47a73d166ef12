import type { GraphQLError, GraphQLSchema } from 'graphql';
import { publicError } from '../errors.ts';
import type { ReadOperation } from '../executor/execute.ts';
import type { PlannedOperation } from '../executor/plan.ts';
import type { Costs } from './cost.ts';
import { estimateCost } from './estimate-cost.ts';
import type { OperationCost } from './explain.ts';
import { SETTINGS } from './limits.ts';

export interface CostLimitOptions {
  schema: GraphQLSchema;
  costs: Costs;
  /** Requests that one operation may take. */
  limit: number;
}

/** Tells what an operation may take, before anything is asked of the upstream. */
export function createCostEstimator({
  schema,
  costs,
  limit,
}: CostLimitOptions): (read: ReadOperation) => OperationCost {
  /** Of operations that have no variables, so that it is always the same. */
  const known = new WeakMap<PlannedOperation, OperationCost>();

  return ({ plan, variables }) => {
    const same = known.get(plan);
    if (same) return same;
    const { operation, fragments } = plan;
    const cost = { requested: estimateCost(costs, operation, { schema, fragments, variables }), limit };
    if (!operation.variableDefinitions?.length) known.set(plan, cost);
    return cost;
  };
}

/** @param isHttp Whether the refusal is the answer to a request. */
export function costError(cost: OperationCost, isHttp: boolean): GraphQLError {
  const message = `An operation may take ${cost.limit} requests to the upstream (${SETTINGS.cost}), but this one may take ${cost.requested}. Ask for smaller pages, or for less of each item.`;
  return publicError('QUERY_TOO_COSTLY', message, { cost, ...(isHttp && { http: { status: 400 } }) });
}
