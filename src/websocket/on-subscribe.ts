import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import type { Context, OperationResult, SubscribePayload } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { closeSignalOf } from '../auth/caller.ts';
import { publicError } from '../errors.ts';
import { selectOperation } from '../limits/select-operation.ts';
import { isShortEnoughToDelay } from '../operations/operations.ts';
import { closeToRetry } from './close-reasons.ts';
import { toRequestError } from './request-errors.ts';

/** Maximum length of a logged name or id, in characters. */
const MAX_LOGGED_LENGTH = 100;

/** The arguments of an operation, with the functions that execute it with all plugins. */
export type Operation = ExecutionArgs & {
  execute: (args: ExecutionArgs) => OperationResult;
  subscribe: (args: ExecutionArgs) => OperationResult;
};

/** The parts of the gateway that operations over WebSockets need. */
export interface Graph {
  /** The schema and functions with all plugins, for an operation on this connection. */
  getEnveloped: (transport: object) => Omit<Operation, 'document'> & {
    parse: (query: string) => ExecutionArgs['document'];
    validate: (schema: ExecutionArgs['schema'], document: ExecutionArgs['document']) => readonly GraphQLError[];
    contextFactory: () => unknown;
  };
  /** Adds the document of an operation that was sent by its hash or id. */
  withDocument: (payload: SubscribePayload) => SubscribePayload | GraphQLError;
  /** Counts an operation of this address. Returns an error if it exceeds the rate. */
  checkAddressRate: (address: string) => GraphQLError | undefined;
  /** Delays a subscription until it is within the rate of its address. Returns an error if that would take too long. */
  waitForAddressRate: (address: string, signal: AbortSignal) => Promise<GraphQLError | undefined>;
}

export interface OnSubscribeOptions {
  log: Logger;
  /** Maximum number of open subscriptions per socket. */
  streamsPerSocket: number;
  /** Address of the client that opened a socket. */
  addressOf: (handshake: IncomingMessage) => string | undefined;
}

/** Prepares the execution of an operation over a WebSocket. Returns its arguments, or the errors that reject it. */
export const createOnSubscribe =
  (graph: Graph, { log, streamsPerSocket, addressOf }: OnSubscribeOptions) =>
  async (
    socket: Context<Record<string, unknown>, Extra>,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const address = addressOf(socket.extra.request) ?? '';
    const rateError = graph.checkAddressRate(address);
    const request = graph.withDocument(payload);
    if (rateError) {
      if (!isDelayable(request)) return [rateError];
      const delayError = await graph.waitForAddressRate(address, closeSignalOf(socket.extra));
      if (delayError) {
        closeToRetry(socket.extra.socket, delayError.message);
        return [delayError];
      }
    }
    if (request instanceof GraphQLError) return [request];
    const { query, variables, operationName } = request;
    const { schema, execute, subscribe, parse, validate, contextFactory } = graph.getEnveloped({
      connectionParams: socket.connectionParams,
      extra: socket.extra,
    });
    let document: ExecutionArgs['document'];
    try {
      document = parse(query);
    } catch (error) {
      return [toRequestError('GRAPHQL_PARSE_FAILED', error)];
    }
    const errors: readonly GraphQLError[] = validate(schema, document);
    if (errors.length > 0) return errors.map((error) => toRequestError('GRAPHQL_VALIDATION_FAILED', error));
    const operation = selectOperation(document, operationName);
    if (operation instanceof GraphQLError) return [operation];
    // graphql-ws counts the new subscription already.
    if (operation.operation === 'subscription' && Object.keys(socket.subscriptions).length > streamsPerSocket) {
      const message = `This socket has reached its limit of ${streamsPerSocket} open operations (MAX_STREAMS_PER_SOCKET). Close some first, or open another socket.`;
      return [publicError('RATE_LIMITED', message, { retryAfter: 1 })];
    }
    log.info(
      { operation: operation.name?.value.slice(0, MAX_LOGGED_LENGTH), id: id.slice(0, MAX_LOGGED_LENGTH) },
      'socket operation',
    );
    const args: Operation = {
      schema,
      document,
      operationName,
      variableValues: variables ?? null,
      contextValue: await contextFactory(),
      execute,
      subscribe,
    };
    return args;
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
