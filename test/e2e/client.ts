import { on, once } from 'node:events';
import { createClient as createSseClient } from 'graphql-sse';
import { type ClientOptions, createClient as createSocketClient, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { expect, onTestFinished } from 'vitest';
import WebSocket, { type ClientOptions as ClientSocketOptions } from 'ws';

/** A GraphQL response over HTTP. */
export interface GraphQLResponse<Data> {
  data?: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; retryable: boolean } }[];
}

/** Sends an operation as JSON over HTTP. */
export async function execute<Data>(
  url: string,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphQLResponse<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return await response.json();
}

/** Sends an operation with the files in its variable `files` (GraphQL multipart request specification). */
export async function upload<Data>(
  url: string,
  query: string,
  variables: object,
  files: readonly File[],
  headers: Readonly<Record<string, string>> = {},
): Promise<GraphQLResponse<Data>> {
  const form = new FormData();
  form.set('operations', JSON.stringify({ query, variables: { ...variables, files: files.map(() => null) } }));
  form.set('map', JSON.stringify(Object.fromEntries(files.map((_, index) => [index, [`variables.files.${index}`]]))));
  for (const [index, file] of files.entries()) form.set(String(index), file);
  const response = await fetch(`${url}/graphql`, { method: 'POST', body: form, headers });
  return await response.json();
}

/** One event of a stream. */
export interface Event<Data> {
  data?: Data | null | undefined;
  errors?: readonly { message: string; extensions?: Readonly<Record<string, unknown>> | undefined }[] | undefined;
}

/** Subscribes with a client library for front ends; a connection failure fails the stream. */
export type Subscribe = <Data>(
  url: string,
  query: string,
  variables?: Record<string, unknown>,
) => AsyncIterableIterator<Event<Data>>;

/** Both transports of subscriptions. */
export const transports: Readonly<Record<'WebSocket' | 'server-sent events', Subscribe>> = {
  WebSocket: <Data>(url: string, query: string, variables = {}) =>
    connectSocket(url).iterate<Data>({ query, variables }),
  'server-sent events': <Data>(url: string, query: string, variables = {}) => {
    const client = createSseClient({ url: `${url}/graphql`, retryAttempts: 0 });
    onTestFinished(() => client.dispose());
    return client.iterate<Data>({ query, variables });
  },
};

/** A client with a WebSocket of its own, open until the end of the test. It does not reconnect by default. */
export function connectSocket(url: string, options: Omit<Partial<ClientOptions>, 'url'> = {}) {
  const client = createSocketClient({ retryAttempts: 0, webSocketImpl: WebSocket, ...options, url: socketUrl(url) });
  onTestFinished(() => client.dispose());
  return client;
}

/** A message of the graphql-transport-ws protocol. */
export interface Message {
  type: string;
  id?: string;
  payload?: unknown;
}

/** A WebSocket on which a test sends and receives the messages of the protocol itself. */
export interface ProtocolClient {
  /** The underlying WebSocket, for control frames and malformed messages. */
  socket: WebSocket;
  send(message: Message): void;
  /** The next message of the server. */
  receive(): Promise<Message>;
  /** Code and reason with which the socket was closed. */
  closed: Promise<{ code: number; reason: string }>;
  /** Resolves with the next ping of the server. */
  pinged(): Promise<unknown>;
}

/**
 * Opens a WebSocket to the graph.
 *
 * @param headers Headers of the handshake.
 * @param protocols Offered subprotocols. @default graphql-transport-ws
 */
export async function openSocket(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  { protocols = [GRAPHQL_TRANSPORT_WS_PROTOCOL], ...options }: ClientSocketOptions & { protocols?: string[] } = {},
): Promise<ProtocolClient> {
  const socket = new WebSocket(socketUrl(url), protocols, { headers, ...options });
  onTestFinished(() => socket.terminate());
  const messages = on(socket, 'message', { close: ['close'] });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    socket,
    send: (message) => socket.send(JSON.stringify(message)),
    async receive() {
      const { value, done } = await messages.next();
      return done ? expect.fail('The socket was closed instead.') : JSON.parse(String(value[0]));
    },
    closed,
    pinged: () => once(socket, 'ping'),
  };
}

const socketUrl = (url: string): string => `${url.replace(/^http/, 'ws')}/graphql`;

/** All items of a stream until it completes. */
export async function collect<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
