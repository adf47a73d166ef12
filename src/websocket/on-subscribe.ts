import { type DocumentNode, type ExecutionArgs, GraphQLError } from 'graphql';
import type { Context, SubscribePayload } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import { closeSignalOf } from '../auth/caller.ts';
import { publicError } from '../errors.ts';
import type { RateLimit } from '../limits/rate-limit.ts';
import { selectOperation } from '../limits/select-operation.ts';
import { isShortEnoughToDelay } from '../operations/operations.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { closeToRetry } from './close-reasons.ts';
import type { HandledMessage } from './detach-stream.ts';
import { toRequestError } from './request-errors.ts';

/** The arguments of an operation. graphql-ws reads only its document, and passes it on. */
export type Operation = Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'> & {
  contextValue: Pick<Context<Record<string, unknown>, Extra>, 'connectionParams' | 'extra'> & {
    record: RequestRecord;
    /** Its `subscribe` message. */
    message?: HandledMessage | undefined;
  };
};

/** The steps of an operation before its execution. */
export interface SubscribeSteps {
  /** Limits the operations of each client address. */
  rateLimit: RateLimit;
  /** Adds the document of an operation that was sent by its hash or id. */
  document: (payload: SubscribePayload) => SubscribePayload | GraphQLError | Promise<SubscribePayload | GraphQLError>;
  /** Parses and validates a document. Returns its errors unless it is valid. */
  validation: (text: string) => DocumentNode | readonly GraphQLError[];
}

export interface OnSubscribeOptions {
  /** Maximum number of open subscriptions per socket. */
  streamsPerSocket: number;
}

/** Prepares the execution of an operation over a WebSocket. Returns its arguments, or the errors that reject it. */
export const createOnSubscribe =
  (steps: SubscribeSteps, { streamsPerSocket }: OnSubscribeOptions) =>
  async (
    socket: Context<Record<string, unknown>, Extra>,
    payload: SubscribePayload,
    record: RequestRecord,
  ): Promise<Operation | readonly GraphQLError[]> => {
    const address = record.client ?? '';
    const counted = steps.rateLimit.count(address);
    const rateError = counted instanceof Promise ? await counted : counted;
    const found = steps.document(payload);
    const request = found instanceof Promise ? await found : found;
    if (rateError) {
      if (!isDelayable(request)) return [rateError];
      const delayError = await steps.rateLimit.wait(address, closeSignalOf(socket.extra));
      if (delayError) {
        closeToRetry(socket.extra.socket, delayError.message);
        return [delayError];
      }
    }
    if (request instanceof GraphQLError) return [request];
    const { query, variables, operationName } = request;
    const document = steps.validation(query);
    if (!('kind' in document)) return document.map(toRequestError);
    const operation = selectOperation(document, operationName);
    if (operation instanceof GraphQLError) return [operation];
    // graphql-ws counts the new subscription already.
    if (operation.operation === 'subscription' && Object.keys(socket.subscriptions).length > streamsPerSocket) {
      const message = `This socket has reached its limit of ${streamsPerSocket} open operations (MAX_STREAMS_PER_SOCKET). Close some first, or open another socket.`;
      return [publicError('RATE_LIMITED', message, { retryAfter: 1 })];
    }
    const { connectionParams, extra } = socket;
    return {
      document,
      operationName,
      variableValues: variables ?? null,
      contextValue: { ...(connectionParams && { connectionParams }), extra, record },
    };
  };

/**
 * True for an operation that is delayed above the rate instead of rejected: a subscription, because clients do not
 * retry one that ends with an `error` message. The document is not parsed, because the rate limit protects the parser,
 * too.
 */
const isDelayable = (request: SubscribePayload | GraphQLError): boolean =>
  !(request instanceof GraphQLError) &&
  /\bsubscription\b/.test(request.query) &&
  isShortEnoughToDelay(request.query, request.variables);
