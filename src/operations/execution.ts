import { type ExecutionResult, type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { Caller } from '../auth/caller.ts';
import type { Credential } from '../auth/credential.ts';
import { isRetryable } from '../errors.ts';
import { executePrepared, type PreparedOperation } from '../executor/execute.ts';
import type { ResultLimits } from '../executor/result-limits.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { isPromise } from '../util/promises.ts';
import type { StartTimer } from '../util/timers.ts';
import { Context, type ContextCaller } from './context.ts';
import { OperationDeadline, withoutDeadline } from './deadline.ts';
import { fieldContexts } from './field-contexts.ts';
import type { OperationRequest } from './operation-request.ts';
import { QuerySingleFlight, type RunningQuery } from './single-flight.ts';
import { type OpenStreamOptions, openStream, type Results, type StreamOptions } from './subscriptions.ts';

export interface ExecutionOptions extends StreamOptions {
  schema: GraphQLSchema;
  /** Limits on each response. */
  limits: ResultLimits;
  /** True if responses contain help for developers: suggestions for unknown names, and hints. */
  suggestions: boolean;
  /** Timeout of a query or a mutation, in milliseconds. */
  milliseconds: number;
  /** Starts the timer of a deadline. */
  startTimer: StartTimer;
  /** The monotonic clock, in milliseconds. */
  monotonicNow: () => number;
}

/** Executes operations that have been admitted. */
export interface OperationExecution {
  /**
   * Executes a query or mutation. Synchronous if it needs no upstream request. A query joins an equal one that is
   * running.
   *
   * @param abortScope Calls back when the client no longer waits for the response.
   * @param record Counts the upstream requests. @default they are not counted
   */
  execute(
    prepared: PreparedOperation,
    caller: Caller,
    abortScope: Pick<Caller, 'onAbort'>,
    record?: RequestRecord,
  ): ExecutionResult | Promise<ExecutionResult>;
  /** Opens the stream of a subscription. */
  subscribe(
    request: OperationRequest,
    caller: Caller,
    stream: Pick<OpenStreamOptions, 'acquire' | 'mask' | 'mapResult'>,
  ): Promise<ExecutionResult | Results>;
}

export function createExecution(options: ExecutionOptions): OperationExecution {
  const { schema, services, limits, suggestions } = options;
  const singleFlight = new QuerySingleFlight(options.monotonicNow);

  const run = (prepared: PreparedOperation, contextValue: Context, deadline: OperationDeadline) =>
    executePrepared(prepared, {
      schema,
      rootValue: undefined,
      contextValue,
      isTransient: isRetryable,
      stopReason: () => deadline.abortReason,
      contextOf: fieldContexts(contextValue),
      limits,
    });

  /** Ends an operation, and adds its hints to the result. */
  const end = ({ hints }: Context, deadline: OperationDeadline, result: ExecutionResult | undefined) => {
    deadline.end(result);
    if (hints && result && suggestions) result.extensions = { ...result.extensions, hints };
  };

  /** Starts a query whose result several callers may share. */
  const begin = (prepared: PreparedOperation, caller: ContextCaller): RunningQuery | ExecutionResult => {
    const deadline = new OperationDeadline(options);
    const context = new Context(services, caller, deadline);
    const result = run(prepared, context, deadline);
    if (isPromise(result))
      return {
        result,
        requester: caller.requester,
        abort: () => deadline.abort(),
        end: (ended) => end(context, deadline, ended),
      };
    end(context, deadline, result);
    return result;
  };

  /** Executes an operation for one caller. After the caller disconnects, no further write starts. */
  const executeAlone = async (
    prepared: PreparedOperation,
    caller: ContextCaller,
    abortScope: Pick<Caller, 'onAbort'>,
  ) => {
    const deadline = new OperationDeadline(options);
    const context = new Context(services, caller, deadline);
    const offAbort = abortScope.onAbort(() => deadline.abort());
    let result: ExecutionResult | undefined;
    try {
      result = await run(prepared, context, deadline);
      return result;
    } finally {
      offAbort();
      end(context, deadline, result);
    }
  };

  return {
    execute(prepared, caller, abortScope, record) {
      const { plan, variables } = prepared;
      const credential = credentialOf(caller);
      if (!credential) return executeAlone(prepared, contextCallerOf(caller, record), abortScope);
      const { baseUrl, kind, scope } = caller;
      // The credential as admitted: one that expires meanwhile must not hide the result of a write that was paid for.
      const admitted: ContextCaller = { credential: () => credential, baseUrl, kind, scope, requester: record };
      if (plan.operation.operation !== OperationTypeNode.QUERY) return executeAlone(prepared, admitted, abortScope);
      // Callers share a result only if their credential, its kind, scope and base URL are equal, so each may see all of it.
      // The key is unambiguous: the first four parts contain no space, a scope contains no brace.
      const keyOf = () => {
        const values = plan.operation.variableDefinitions?.length ? JSON.stringify(variables) : '';
        return `${credential.apiKey} ${services.upstreamOf(credential.apiKey).generation} ${baseUrl} ${kind} ${scope?.name ?? ''} ${values}`;
      };
      const start = () => begin(prepared, admitted);
      return singleFlight.run(plan, keyOf, abortScope, start, (running) => {
        if (!record) return;
        record.isJoined = true;
        record.onJoin?.(running.requester);
      });
    },
    subscribe(request, caller, stream) {
      const contextCaller = contextCallerOf(caller, request.transport.record);
      const context = new Context(services, contextCaller, withoutDeadline(caller.signal));
      const { document, operationName, variableValues } = request;
      const args = { schema, document, operationName, variableValues, hideSuggestions: !suggestions, limits };
      return openStream(args, context, { ...options, ...stream, caller, contextCaller });
    },
  };
}

const contextCallerOf = (caller: Caller, requester: RequestRecord | undefined): ContextCaller => ({
  credential: () => caller.credential(),
  baseUrl: caller.baseUrl,
  kind: caller.kind,
  scope: caller.scope,
  requester,
});

/** The credential of a caller; undefined if it is missing or invalid, which resolvers reject if they need one. */
function credentialOf(caller: Caller): Credential | undefined {
  try {
    return caller.credential();
  } catch {
    return undefined;
  }
}
