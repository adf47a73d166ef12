import { type ExecutionArgs, GraphQLError, getOperationAST } from 'graphql';
import { CloseCode } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { extensionsOf, publicError } from './errors.ts';
import type { Gateway } from './gateway.ts';
import { SharedResult } from './shared-result.ts';
import { createSharedTexts } from './shared-texts.ts';

/** How often an idle socket is pinged, in milliseconds; proxies close what is silent for a minute. */
const KEEP_ALIVE = 12_000;

/** Close code on which clients connect again (RFC 6455, 7.4.2; registered as "Service Restart"). */
const SERVICE_RESTART = 1012;

/** The longest reason that a close frame may hold, in bytes (RFC 6455, 5.5). */
const LONGEST_REASON = 123;

/** The graph over WebSockets, in the graphql-transport-ws protocol. */
export interface Sockets {
  server: WebSocketServer;
  /** Closes every socket with a code on which clients connect again; no stream is completed, so that they go on there. */
  close(): Promise<void>;
  /** Cuts the sockets whose clients did not answer that. */
  terminate(): void;
}

export interface SocketsOptions {
  log: Logger;
  /** How many subscriptions one socket may have open at once. */
  streamsPerSocket: number;
}

export function createSockets(gateway: Gateway, { log, streamsPerSocket }: SocketsOptions): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1_048_576 });
  const texts = createSharedTexts();
  server.on('connection', texts.attach);
  const protocol = useServer<Record<string, unknown>>(
    {
      execute: (args) => (args as Operation).execute(args),
      subscribe: (args) => (args as Operation).subscribe(args),
      // The upstream judges a key on first use; that there is none shows at once.
      onConnect: ({ connectionParams, extra }) => {
        const refusal = gateway.refusalOf({ ...(connectionParams && { connectionParams }), extra });
        if (!refusal) return true;
        extra.socket.close(CloseCode.Unauthorized, refusal.message.slice(0, LONGEST_REASON));
        return false;
      },
      onSubscribe: async (socket, id, { query, variables, operationName }) => {
        const { schema, execute, subscribe, parse, validate, contextFactory } = gateway.getEnveloped({
          connectionParams: socket.connectionParams,
          extra: socket.extra,
        });
        let document: ExecutionArgs['document'];
        try {
          document = parse(query);
        } catch (error) {
          return [refusal('GRAPHQL_PARSE_FAILED', error)];
        }
        const mistakes = validate(schema, document);
        if (mistakes.length > 0)
          return mistakes.map((mistake: GraphQLError) => refusal('GRAPHQL_VALIDATION_FAILED', mistake));
        // The one that is being opened counts already.
        if (isSubscription(document, operationName) && Object.keys(socket.subscriptions).length > streamsPerSocket) {
          const message = `This socket has ${streamsPerSocket} operations open, which is as many as it may. Close some first, or open another socket.`;
          return [publicError('RATE_LIMITED', message, { retryAfter: 1 })];
        }
        log.info({ operation: operationName, id }, 'socket operation');
        return {
          schema,
          document,
          operationName,
          variableValues: variables,
          contextValue: await contextFactory(),
          execute,
          subscribe,
        };
      },
      onOperation: (_socket, _id, _payload, _args, result) => (isRequestError(result) ? refused(result) : undefined),
      onError: (_socket, _id, _payload, [error]) =>
        error?.originalError instanceof RequestError
          ? error.originalError.errors.map((each) => each.toJSON())
          : undefined,
      onNext: ({ extra }, _id, _payload, _args, result) =>
        result instanceof SharedResult ? texts.standIn(extra.socket, result) : undefined,
    },
    server,
    KEEP_ALIVE,
  );

  return {
    server,
    terminate() {
      for (const socket of server.clients) socket.terminate();
    },
    async close() {
      for (const socket of server.clients) socket.close(SERVICE_RESTART, 'The server is restarting.');
      await protocol.dispose();
      server.close();
    },
  };
}

/**
 * A result without `data` tells why nothing was executed (GraphQL, 7.1.2 "Request Error Result"). It is the `error`
 * message of its operation, which ends it, and no `next` (graphql-transport-ws, "Error").
 */
const isRequestError = (result: unknown): result is { errors: readonly GraphQLError[] } =>
  typeof result === 'object' && result !== null && 'errors' in result && !('data' in result);

class RequestError extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('Nothing was executed.');
    this.errors = errors;
  }
}

/** graphql-ws writes an `error` for what a stream throws. */
const refused = ({ errors }: { errors: readonly GraphQLError[] }): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new RequestError(errors)) }),
});

const isSubscription = (document: ExecutionArgs['document'], name: string | null | undefined): boolean =>
  getOperationAST(document, name)?.operation === 'subscription';

/** What `onSubscribe` adds to the arguments: the functions with all plugins of the graph. */
type Operation = ExecutionArgs & {
  execute: (args: ExecutionArgs) => never;
  subscribe: (args: ExecutionArgs) => never;
};

/** A document that is refused is an error of that operation, not of the socket, which others share. */
const refusal = (code: 'GRAPHQL_PARSE_FAILED' | 'GRAPHQL_VALIDATION_FAILED', error: unknown): GraphQLError => {
  const mistake = error instanceof GraphQLError ? error : new GraphQLError(String(error));
  const { nodes, source, positions } = mistake;
  return new GraphQLError(mistake.message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: extensionsOf(code),
  });
};
