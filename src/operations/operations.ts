import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { abortScopeOf, type Caller, type IdentifyCaller, type TransportContext } from '../auth/caller.ts';
import type { Credential } from '../auth/credential.ts';
import { isRetryable } from '../errors.ts';
import { executeRead, type ReadOperation, readOperation } from '../executor/execute.ts';
import type { ResultLimits } from '../executor/result-limits.ts';
import type { Costs } from '../limits/cost.ts';
import { costError, createCostEstimator } from '../limits/cost-limit.ts';
import { type OperationCost, wantsCost, withCost } from '../limits/explain.ts';
import type { OperationQuota } from '../limits/operation-quota.ts';
import { variableErrors } from '../limits/response-limits.ts';
import { selectOperation } from '../limits/select-operation.ts';
import { isPromise, mapMaybePromise } from '../util/promises.ts';
import type { StartTimer } from '../util/timers.ts';
import { Context, type ContextCaller, withoutDeadline } from './context.ts';
import { OperationDeadline } from './deadline.ts';
import type { Services } from './services.ts';
import { QuerySingleFlight, type RunningQuery } from './single-flight.ts';
import { openStream, type Results, type StreamOptions } from './subscriptions.ts';

export interface OperationsOptions extends StreamOptions {
  schema: GraphQLSchema;
  services: Services;
  identifyCaller: IdentifyCaller;
  admission: OperationQuota;
  costs: Costs;
  /** Requests to the upstream that one operation may take. */
  cost: number;
  /** Limits on each result. */
  limits: ResultLimits;
  /** Whether responses help developers: with names that come close to an unknown one, and with hints. */
  suggestions: boolean;
  /** Time for the answer to a query or a mutation, in milliseconds. */
  milliseconds: number;
  /** How answers wait for their deadlines. */
  alarm: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** An operation of a valid document, as its transport brought it. */
export type OperationRequest = Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'> & {
  readonly transport: TransportContext;
};

/** Executes operations for whoever asks, over whichever transport: who they are, what they may ask, and what they get. */
export interface Operations {
  /** What asks nothing of the upstream is answered at once, unless it has to be found out who asks. */
  execute(asked: OperationRequest): ExecutionResult | Promise<ExecutionResult>;
  subscribe(asked: OperationRequest): Promise<ExecutionResult | Results>;
}

export function createOperations(options: OperationsOptions): Operations {
  const { schema, services, admission, limits } = options;
  const hideSuggestions = !options.suggestions;
  const costOf = createCostEstimator({ schema, costs: options.costs, limit: options.cost });
  const underWay = new QuerySingleFlight(options.monotonicNow);

  /** Whether it is executed at all, found out from what costs least to what costs most. */
  const admit = (
    { transport, document, operationName, variableValues }: OperationRequest,
    refusalOf: (asker: Caller) => GraphQLError | undefined | Promise<GraphQLError | undefined>,
  ) => {
    const operation = selectOperation(document, operationName);
    if (operation instanceof GraphQLError) return refused(operation);
    const read = readOperation({ schema, document, variableValues, hideSuggestions, limits }, operation);
    if ('errors' in read) return { errors: variableErrors(read.errors, limits.errors) };
    const cost = costOf(read);
    if (cost.requested > cost.limit) return refused(costError(cost, 'request' in transport));
    return mapMaybePromise<Caller, Admitted | Refused>(options.identifyCaller(transport), (asker) => {
      const admitted = { read, asker, explained: wantsCost(transport) ? cost : undefined };
      const refusal = refusalOf(asker);
      if (refusal instanceof Promise) return refusal.then((late) => (late ? refused(late) : admitted));
      return refusal ? refused(refusal) : admitted;
    });
  };

  /** Executes a query or a mutation. What asks nothing of the upstream is answered at once. */
  const run = (read: ReadOperation, contextValue: Context, deadline: OperationDeadline) =>
    executeRead(read, {
      schema,
      rootValue: undefined,
      contextValue,
      isTransient: isRetryable,
      stopReason: () => deadline.abortReason,
      limits,
    });

  /** Ends an operation, and adds what explains its result to developers. */
  const end = ({ hints }: Context, deadline: OperationDeadline, result: ExecutionResult | undefined) => {
    deadline.end(result);
    if (hints && result && options.suggestions) result.extensions = { ...result.extensions, hints };
  };

  /** Executes a query that several callers may wait for. */
  const begin = (read: ReadOperation, asker: ContextCaller): RunningQuery | ExecutionResult => {
    const deadline = new OperationDeadline(options);
    const context = new Context(services, asker, deadline);
    const result = run(read, context, deadline);
    if (isPromise(result))
      return { result, abort: () => deadline.abort(), end: (ended) => end(context, deadline, ended) };
    end(context, deadline, result);
    return result;
  };

  /** Executes an operation for one caller alone, but nothing that comes after its departure. */
  const answerAlone = async (read: ReadOperation, asker: Caller, abortScope: Pick<Caller, 'onAbort'>) => {
    const deadline = new OperationDeadline(options);
    const context = new Context(services, asker, deadline);
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

  const answer = (
    read: ReadOperation,
    asker: Caller,
    abortScope: Pick<Caller, 'onAbort'>,
  ): ExecutionResult | Promise<ExecutionResult> => {
    const { plan, variables } = read;
    const credential = plan.operation.operation === OperationTypeNode.QUERY ? credentialOf(asker) : undefined;
    if (!credential) return answerAlone(read, asker, abortScope);
    // Whoever may ask when they ask may have the answer: they all have what was found out for one of them.
    const { baseUrl, scope } = asker;
    const values = plan.operation.variableDefinitions?.length ? JSON.stringify(variables) : '';
    // No two of these look alike: the first three hold no space, a scope no brace.
    const name = `${credential.apiKey} ${services.generationOf(credential)} ${baseUrl} ${scope?.name ?? ''} ${values}`;
    return underWay.run(plan, name, abortScope, () => begin(read, { credential: () => credential, baseUrl, scope }));
  };

  return {
    execute: (asked) =>
      mapMaybePromise(admit(asked, admission.check), (admitted) => {
        if ('errors' in admitted) return admitted;
        const { read, asker, explained } = admitted;
        const result = answer(read, asker, abortScopeOf(asked.transport, asker));
        return explained ? mapMaybePromise(result, (plain) => withCost(plain, explained)) : result;
      }),
    async subscribe(asked) {
      const admitted = await admit(
        asked,
        isShort(asked.document.loc?.source.body, asked.variableValues) ? admission.waitForAdmission : admission.check,
      );
      if ('errors' in admitted) return admitted;
      const { asker, explained } = admitted;
      const context = new Context(services, asker, withoutDeadline(asker.signal));
      return await openStream({ ...asked, schema, hideSuggestions, limits }, context, asker, {
        ...options,
        acquire: () => admission.acquireStream(asker),
        mapResult: explained ? (result) => withCost(result, explained) : (result) => result,
      });
    },
  };
}

/** An operation that is executed. */
interface Admitted {
  readonly read: ReadOperation;
  readonly asker: Caller;
  /** What it may take, where the asker wants to know. */
  readonly explained: OperationCost | undefined;
}

/** Why one is not. */
interface Refused {
  readonly errors: readonly GraphQLError[];
}

/** The longest document of an operation that may be delayed, in characters, and so its variables. They stay in memory. */
const LONGEST_DELAYED = 8_192;

/** Whether an operation is short enough to be delayed. */
export const isShort = (query = '', variables: unknown = {}): boolean =>
  query.length <= LONGEST_DELAYED && JSON.stringify(variables).length <= LONGEST_DELAYED;

const refused = (error: GraphQLError): Refused => ({ errors: [error] });

/** Undefined for who has none, or none that works: whether that matters is up to what is asked for. */
function credentialOf(asker: Caller): Credential | undefined {
  try {
    return asker.credential();
  } catch {
    return undefined;
  }
}
