import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { abortScopeOf, type Caller, type IdentifyCaller, type TransportContext } from '../auth/caller.ts';
import type { Credential } from '../auth/credential.ts';
import { isRetryable } from '../errors.ts';
import { executePrepared, type PreparedOperation, prepareOperation } from '../executor/execute.ts';
import type { ResultLimits } from '../executor/result-limits.ts';
import { costError, createCostEstimator } from '../limits/cost-limit.ts';
import { type OperationCost, wantsCost, withCost } from '../limits/explain.ts';
import type { OperationQuota } from '../limits/operation-quota.ts';
import { variableErrors } from '../limits/response-limits.ts';
import { selectOperation } from '../limits/select-operation.ts';
import { isPromise, mapMaybePromise } from '../util/promises.ts';
import type { StartTimer } from '../util/timers.ts';
import { Context, type ContextCaller } from './context.ts';
import { OperationDeadline, withoutDeadline } from './deadline.ts';
import { QuerySingleFlight, type RunningQuery } from './single-flight.ts';
import { openStream, type Results, type StreamOptions } from './subscriptions.ts';

export interface OperationsOptions extends StreamOptions {
  schema: GraphQLSchema;
  identifyCaller: IdentifyCaller;
  operationQuota: OperationQuota;
  /** Maximum cost of one operation, in upstream requests. */
  costLimit: number;
  /** Limits on each response. */
  limits: ResultLimits;
  /** True if responses contain help for developers: suggestions for unknown names, and hints. */
  suggestions: boolean;
  /** Timeout of a query or a mutation, in milliseconds. */
  milliseconds: number;
  /** Starts the timer of a deadline. */
  alarm: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** A request to execute an operation of a valid document, and its transport. */
export type OperationRequest = Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'> & {
  readonly transport: TransportContext;
};

/** Identifies the caller of an operation, checks its limits and executes it, for every transport. */
export interface Operations {
  /**
   * Executes a query or mutation. Synchronous if it needs no upstream request and the caller is identified
   * synchronously.
   */
  execute(request: OperationRequest): ExecutionResult | Promise<ExecutionResult>;
  subscribe(request: OperationRequest): Promise<ExecutionResult | Results>;
}

export function createOperations(options: OperationsOptions): Operations {
  const { schema, services, operationQuota: admission, limits } = options;
  const hideSuggestions = !options.suggestions;
  const costOf = createCostEstimator({ schema, limit: options.costLimit });
  const singleFlight = new QuerySingleFlight(options.monotonicNow);

  /** Decides whether an operation is executed. The cheapest checks come first. */
  const admit = (
    { transport, document, operationName, variableValues }: OperationRequest,
    checkQuota: (caller: Caller) => GraphQLError | undefined | Promise<GraphQLError | undefined>,
  ) => {
    const operation = selectOperation(document, operationName);
    if (operation instanceof GraphQLError) return refused(operation);
    const read = prepareOperation({ schema, document, variableValues, hideSuggestions, limits }, operation);
    if ('errors' in read) return { errors: variableErrors(read.errors, limits.maxErrors) };
    const cost = costOf(read);
    if (cost.requested > cost.limit) return refused(costError(cost, 'request' in transport));
    return mapMaybePromise<Caller, Admitted | Refused>(options.identifyCaller(transport), (caller) => {
      const admitted = { read, caller, reportedCost: wantsCost(transport) ? cost : undefined };
      return mapMaybePromise<GraphQLError | undefined, Admitted | Refused>(checkQuota(caller), (error) =>
        error ? refused(error) : admitted,
      );
    });
  };

  /** Executes a query or a mutation. Synchronous if it needs no upstream request. */
  const run = (read: PreparedOperation, contextValue: Context, deadline: OperationDeadline) =>
    executePrepared(read, {
      schema,
      rootValue: undefined,
      contextValue,
      isTransient: isRetryable,
      stopReason: () => deadline.abortReason,
      limits,
    });

  /** Ends an operation, and adds its hints to the result. */
  const end = ({ hints }: Context, deadline: OperationDeadline, result: ExecutionResult | undefined) => {
    deadline.end(result);
    if (hints && result && options.suggestions) result.extensions = { ...result.extensions, hints };
  };

  /** Starts a query whose result several callers may share. */
  const begin = (read: PreparedOperation, caller: ContextCaller): RunningQuery | ExecutionResult => {
    const deadline = new OperationDeadline(options);
    const context = new Context(services, caller, deadline);
    const result = run(read, context, deadline);
    if (isPromise(result))
      return { result, abort: () => deadline.abort(), end: (ended) => end(context, deadline, ended) };
    end(context, deadline, result);
    return result;
  };

  /** Executes an operation for one caller. After the caller disconnects, no further write starts. */
  const executeAlone = async (read: PreparedOperation, caller: Caller, abortScope: Pick<Caller, 'onAbort'>) => {
    const deadline = new OperationDeadline(options);
    const context = new Context(services, caller, deadline);
    const offAbort = abortScope.onAbort(() => deadline.abort());
    let result: ExecutionResult | undefined;
    try {
      result = await run(read, context, deadline);
      return result;
    } finally {
      offAbort();
      end(context, deadline, result);
    }
  };

  /** Executes an operation; a query joins an equal one that is running. */
  const executeShared = (
    read: PreparedOperation,
    caller: Caller,
    abortScope: Pick<Caller, 'onAbort'>,
  ): ExecutionResult | Promise<ExecutionResult> => {
    const { plan, variables } = read;
    const credential = plan.operation.operation === OperationTypeNode.QUERY ? credentialOf(caller) : undefined;
    if (!credential) return executeAlone(read, caller, abortScope);
    // Callers share a result only if their credential, scope and base URL are equal, so each may see all of it.
    const { baseUrl, scope } = caller;
    // The key is unambiguous: the first three parts contain no space, a scope contains no brace.
    const keyOf = () => {
      const values = plan.operation.variableDefinitions?.length ? JSON.stringify(variables) : '';
      return `${credential.apiKey} ${services.upstreamOf(credential.apiKey).generation} ${baseUrl} ${scope?.name ?? ''} ${values}`;
    };
    return singleFlight.run(plan, keyOf, abortScope, () =>
      begin(read, { credential: () => credential, baseUrl, scope }),
    );
  };

  return {
    execute: (request) =>
      mapMaybePromise(admit(request, admission.check), (admitted) => {
        if ('errors' in admitted) return admitted;
        const { read, caller, reportedCost } = admitted;
        const result = executeShared(read, caller, abortScopeOf(request.transport, caller));
        return reportedCost ? mapMaybePromise(result, (plain) => withCost(plain, reportedCost)) : result;
      }),
    async subscribe(request) {
      const { document, variableValues } = request;
      const admitted = await admit(
        request,
        isShortEnoughToDelay(document.loc?.source.body, variableValues) ? admission.waitForAdmission : admission.check,
      );
      if ('errors' in admitted) return admitted;
      const { caller, reportedCost } = admitted;
      const context = new Context(services, caller, withoutDeadline(caller.signal));
      return await openStream({ ...request, schema, hideSuggestions, limits }, context, caller, {
        ...options,
        acquire: () => admission.acquireStream(caller),
        mapResult: reportedCost ? (result) => withCost(result, reportedCost) : (result) => result,
      });
    },
  };
}

/** An operation that may be executed. */
interface Admitted {
  readonly read: PreparedOperation;
  readonly caller: Caller;
  /** The estimated cost, if the client requested it. */
  readonly reportedCost: OperationCost | undefined;
}

/** The errors of an operation that is not executed. */
interface Refused {
  readonly errors: readonly GraphQLError[];
}

/** Maximum length of the document, and of the variables, of a delayed operation, in characters. They stay in memory. */
const MAX_DELAYED_LENGTH = 8_192;

/** True if an operation is short enough to be delayed. */
export const isShortEnoughToDelay = (query = '', variables: unknown = {}): boolean =>
  query.length <= MAX_DELAYED_LENGTH && JSON.stringify(variables).length <= MAX_DELAYED_LENGTH;

const refused = (error: GraphQLError): Refused => ({ errors: [error] });

/** The credential of a caller; undefined if it is missing or invalid, which resolvers reject if they need one. */
function credentialOf(caller: Caller): Credential | undefined {
  try {
    return caller.credential();
  } catch {
    return undefined;
  }
}
