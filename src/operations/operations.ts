import { type ExecutionResult, GraphQLError } from 'graphql';
import { abortScopeOf, type Caller, type IdentifyCaller, type TransportContext } from '../auth/caller.ts';
import { tenantOf } from '../auth/credential.ts';
import type { PreparedOperation } from '../executor/execute.ts';
import { type OperationCost, wantsCost, withCost } from '../limits/explain.ts';
import type { OperationQuota } from '../limits/operation-quota.ts';
import { BaseStream } from '../util/async-iterators.ts';
import { jsonOf } from '../util/json.ts';
import { mapMaybePromise } from '../util/promises.ts';
import type { OperationExecution } from './execution.ts';
import type { OperationRequest, Refused } from './operation-request.ts';
import type { Results } from './subscriptions.ts';

/** The steps of an operation that are the same on every transport, in their order. */
export interface OperationSteps {
  /** Selects the operation of the document and coerces its variables. */
  preparation: (request: OperationRequest) => PreparedOperation | Refused;
  /** Estimates the cost. Returns an error if it exceeds the limit. */
  cost: (prepared: PreparedOperation, transport: TransportContext) => OperationCost | GraphQLError;
  identity: IdentifyCaller;
  quota: OperationQuota;
  execution: OperationExecution;
  /** Makes every error of a result public. */
  masking: (result: ExecutionResult) => ExecutionResult;
}

/** Identifies the caller of an operation, checks its limits and executes it. Errors are masked; nothing is thrown. */
export interface Operations {
  /**
   * Executes a query or mutation. Synchronous if it needs no upstream request and the caller is identified
   * synchronously.
   */
  execute(request: OperationRequest): ExecutionResult | Promise<ExecutionResult>;
  subscribe(request: OperationRequest): Promise<ExecutionResult | Results>;
}

export function createOperations({
  preparation,
  cost,
  identity,
  quota,
  execution,
  masking,
}: OperationSteps): Operations {
  /** Decides whether an operation is executed. The cheapest checks come first. */
  const admit = (
    request: OperationRequest,
    checkQuota: (caller: Caller) => GraphQLError | undefined | Promise<GraphQLError | undefined>,
  ) => {
    const { transport } = request;
    const { record } = transport;
    if (record) record.document = request.document;
    const prepared = preparation(request);
    if ('errors' in prepared) return prepared;
    if (record) record.operation = prepared.plan.operation;
    const estimated = cost(prepared, transport);
    if (estimated instanceof GraphQLError) return refused(estimated);
    const reportedCost = wantsCost(transport) ? estimated : undefined;
    return mapMaybePromise<Caller, Admitted | Refused>(identity(transport), (caller) => {
      if (record) record.tenant = tenantIn(caller);
      return mapMaybePromise<GraphQLError | undefined, Admitted | Refused>(checkQuota(caller), (error) =>
        error ? refused(error) : { prepared, caller, reportedCost },
      );
    });
  };

  const execute = (request: OperationRequest) =>
    mapMaybePromise(admit(request, quota.check), (admitted): ExecutionResult | Promise<ExecutionResult> => {
      if ('errors' in admitted) return admitted;
      const { prepared, caller, reportedCost } = admitted;
      const { transport } = request;
      const result = execution.execute(prepared, caller, abortScopeOf(transport, caller), transport.record);
      return reportedCost ? mapMaybePromise(result, (plain) => withCost(plain, reportedCost)) : result;
    });

  const subscribe = async (request: OperationRequest): Promise<ExecutionResult | Results> => {
    const { document, variableValues } = request;
    const isDelayable = isShortEnoughToDelay(document.loc?.source.body, variableValues);
    const admitted = await admit(request, isDelayable ? quota.waitForAdmission : quota.check);
    if ('errors' in admitted) return admitted;
    const { caller, reportedCost } = admitted;
    return await execution.subscribe(request, caller, {
      acquire: () => quota.acquireStream(caller),
      mask: masking,
      mapResult: reportedCost ? (result) => withCost(result, reportedCost) : unchanged,
    });
  };

  const maskThrown = (thrown: unknown): ExecutionResult => masking({ errors: [thrown as GraphQLError] });

  return {
    execute(request) {
      try {
        const result = execute(request);
        return result instanceof Promise ? result.then(masking, maskThrown) : masking(result);
      } catch (error) {
        return maskThrown(error);
      }
    },
    async subscribe(request) {
      try {
        const result = await subscribe(request);
        return result instanceof BaseStream ? result : masking(result);
      } catch (error) {
        return maskThrown(error);
      }
    },
  };
}

/** An operation that may be executed. */
interface Admitted {
  readonly prepared: PreparedOperation;
  readonly caller: Caller;
  /** The estimated cost, if the client requested it. */
  readonly reportedCost: OperationCost | undefined;
}

/** Maximum length of the document, and of the variables, of a delayed operation, in characters. They stay in memory. */
const MAX_DELAYED_LENGTH = 8_192;

/** True if an operation is short enough to be delayed. */
export const isShortEnoughToDelay = (query = '', variables: unknown = {}): boolean =>
  query.length <= MAX_DELAYED_LENGTH && (jsonOf(variables)?.length ?? Number.POSITIVE_INFINITY) <= MAX_DELAYED_LENGTH;

/** The tenant of a caller; undefined if it has no valid credentials. */
function tenantIn(caller: Caller): string | undefined {
  try {
    return tenantOf(caller.credential());
  } catch {
    return undefined;
  }
}

const unchanged = <Result>(result: Result): Result => result;

const refused = (error: GraphQLError): Refused => ({ errors: [error] });
