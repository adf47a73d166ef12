import { type ExecutionArgs, GraphQLError, getVariableValues, Kind } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { TransportContext } from '../asker.ts';
import { publicError } from '../errors.ts';
import { chosenOperation } from './chosen-operation.ts';
import type { Costs } from './cost.ts';
import { estimate } from './estimate.ts';
import { type OperationCost, wantsCost, withCost } from './explain.ts';
import { SETTINGS } from './limits.ts';

export interface CostLimitOptions {
  costs: Costs;
  /** Requests that one operation may take. */
  limit: number;
}

/** Refuses operations that may take too many requests to the upstream, before anything is asked. */
export function useCostLimit({ costs, limit }: CostLimitOptions): Plugin {
  /** Why nothing is to be done; else the cost, if the caller wants to know it. */
  const judge = (args: ExecutionArgs): { refusal: GraphQLError } | { cost: OperationCost } | undefined => {
    const transport = args.contextValue as TransportContext;
    const requested = costOf(costs, args);
    // What is wrong with the variables is told by the execution.
    if (requested === undefined) return undefined;
    if (requested instanceof GraphQLError) return { refusal: requested };
    const cost = { requested, limit };
    if (requested > limit) return { refusal: tooCostly(cost, transport) };
    return wantsCost(transport) ? { cost } : undefined;
  };

  return {
    onExecute({ args, setResultAndStopExecution }) {
      const verdict = judge(args);
      if (!verdict) return;
      if ('refusal' in verdict) return setResultAndStopExecution({ errors: [verdict.refusal] });
      return {
        onExecuteDone({ result, setResult }) {
          if (!(Symbol.asyncIterator in result)) setResult(withCost(result, verdict.cost));
        },
      };
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const verdict = judge(args);
      if (!verdict) return;
      if ('refusal' in verdict) return setResultAndStopExecution({ errors: [verdict.refusal] });
      return {
        onSubscribeResult: () => ({ onNext: ({ result, setResult }) => setResult(withCost(result, verdict.cost)) }),
      };
    },
  };
}

function costOf(costs: Costs, args: ExecutionArgs): number | GraphQLError | undefined {
  const { schema, document, operationName, variableValues } = args;
  const operation = chosenOperation(document, operationName);
  if (operation instanceof GraphQLError) return operation;
  const definitions = operation.variableDefinitions ?? [];
  const { coerced } = getVariableValues(schema, definitions, { ...variableValues }, { maxErrors: 1 });
  if (!coerced) return undefined;
  const fragments = new Map(
    document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
  );
  return estimate(costs, operation, { schema, fragments, variables: coerced });
}

function tooCostly(cost: OperationCost, transport: TransportContext): GraphQLError {
  const message = `An operation may take ${cost.limit} requests to the upstream (${SETTINGS.cost}), but this one may take ${cost.requested}. Ask for smaller pages, or for less of each item.`;
  const isHttp = 'request' in transport;
  return publicError('QUERY_TOO_COSTLY', message, { cost, ...(isHttp && { http: { status: 400 } }) });
}
