import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import type { Context, OperationResult, SubscribePayload } from 'graphql-ws';
import type { Extra } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { closeSignalOf } from '../auth/caller.ts';
import { publicError } from '../errors.ts';
import { selectOperation } from '../limits/select-operation.ts';
import { isShort } from '../operations/operations.ts';
import { closeToRetry } from './close-reasons.ts';
import { toRequestError } from './request-errors.ts';

/** How much of a name is logged, in characters. */
const MAX_LOGGED_LENGTH = 100;

/** The arguments of an operation, with the functions that execute it with all plugins of the graph. */
export type Operation = ExecutionArgs & {
  execute: (args: ExecutionArgs) => OperationResult;
  subscribe: (args: ExecutionArgs) => OperationResult;
};

/** What is needed of the gateway. */
export interface Graph {
  /** The graph with all its plugins, for an operation of this caller. */
  getEnveloped: (transport: object) => Omit<Operation, 'document'> & {
    parse: (query: string) => ExecutionArgs['document'];
    validate: (schema: ExecutionArgs['schema'], document: ExecutionArgs['document']) => readonly GraphQLError[];
    contextFactory: () => unknown;
  };
  /** Finds the document of an operation that gives only its name or hash. */
  withDocument: (payload: SubscribePayload) => SubscribePayload | GraphQLError;
  /** Why whoever asks from this address is not answered now; undefined when they are. */
  checkAddressRate: (address: string) => GraphQLError | undefined;
  /** Waits until a subscription is within the share of its address; returns why it is refused if that would take too long. */
  waitForAddressRate: (address: string, signal: AbortSignal) => Promise<GraphQLError | undefined>;
}

export interface OnSubscribeOptions {
  log: Logger;
  /** How many subscriptions one socket may have open at once. */
  streamsPerSocket: number;
  /** Whence a socket was opened. */
  addressOf: (handshake: IncomingMessage) => string | undefined;
}

/** Finds out what an operation over a socket needs to be executed, or why it is not. */
export const createOnSubscribe =
  (graph: Graph, { log, streamsPerSocket, addressOf }: OnSubscribeOptions) =>
  async (
    socket: Context<Record<string, unknown>, Extra>,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> => {
    const address = addressOf(socket.extra.request) ?? '';
    const tooMany = graph.checkAddressRate(address);
    const asked = graph.withDocument(payload);
    if (tooMany) {
      if (!isDelayable(asked)) return [tooMany];
      const refused = await graph.waitForAddressRate(address, closeSignalOf(socket.extra));
      if (refused) {
        closeToRetry(socket.extra.socket, refused.message);
        return [refused];
      }
    }
    if (asked instanceof GraphQLError) return [asked];
    const { query, variables, operationName } = asked;
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
    const mistakes: readonly GraphQLError[] = validate(schema, document);
    if (mistakes.length > 0) return mistakes.map((mistake) => toRequestError('GRAPHQL_VALIDATION_FAILED', mistake));
    const operation = selectOperation(document, operationName);
    if (operation instanceof GraphQLError) return [operation];
    // The one that is being opened counts already.
    if (operation.operation === 'subscription' && Object.keys(socket.subscriptions).length > streamsPerSocket) {
      const message = `This socket has ${streamsPerSocket} operations open, which is as many as it may (MAX_STREAMS_PER_SOCKET). Close some first, or open another socket.`;
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
 * Whether an operation above a rate is delayed. A subscription is: clients do not retry one that ends with an `error`
 * message. The document is not parsed for it, because that is what the rate protects from.
 */
const isDelayable = (asked: SubscribePayload | GraphQLError): boolean =>
  !(asked instanceof GraphQLError) && /\bsubscription\b/.test(asked.query) && isShort(asked.query, asked.variables);
