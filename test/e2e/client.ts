import { on, once } from 'node:events';
import { createClient as createSseClient } from 'graphql-sse';
import { type ClientOptions, createClient as createSocketClient, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { expect, onTestFinished } from 'vitest';
import WebSocket, { type ClientOptions as ClientSocketOptions } from 'ws';

/** What the graph answers over HTTP. */
export interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; retryable: boolean } }[];
}

/** Sends an operation as JSON. */
export async function ask<Data>(
  url: string,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return await response.json();
}

/** Sends an operation whose variable `files` are files, by the GraphQL multipart request specification. */
export async function upload<Data>(
  url: string,
  query: string,
  variables: object,
  files: readonly File[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<Data>> {
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

/** Subscribes with a client that a front end would use; a failure of the connection fails the stream. */
export type Subscribe = <Data>(
  url: string,
  query: string,
  variables?: Record<string, unknown>,
) => AsyncIterableIterator<Event<Data>>;

/** The two ways to watch. */
export const transports: Readonly<Record<'WebSocket' | 'server-sent events', Subscribe>> = {
  WebSocket: <Data>(url: string, query: string, variables = {}) =>
    connectSocket(url).iterate<Data>({ query, variables }),
  'server-sent events': <Data>(url: string, query: string, variables = {}) => {
    const client = createSseClient({ url: `${url}/graphql`, retryAttempts: 0 });
    onTestFinished(() => client.dispose());
    return client.iterate<Data>({ query, variables });
  },
};

/** A client over a WebSocket of its own, open until the test has finished. It connects once unless options say more. */
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

/** A WebSocket on which a test speaks the protocol itself. */
export interface Conversation {
  /** What it is spoken over, for frames that are no messages. */
  socket: WebSocket;
  say(message: Message): void;
  /** The next message of the server. */
  hear(): Promise<Message>;
  /** With which code and for which reason the socket was closed. */
  closed: Promise<{ code: number; reason: string }>;
  /** Resolves with the next ping of the server. */
  pinged(): Promise<unknown>;
}

/**
 * Opens a WebSocket, as any client or any page may.
 *
 * @param headers Those of the handshake.
 * @param protocols The subprotocols that it offers. @default the one of the graph
 */
export async function openSocket(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  { protocols = [GRAPHQL_TRANSPORT_WS_PROTOCOL], ...options }: ClientSocketOptions & { protocols?: string[] } = {},
): Promise<Conversation> {
  const socket = new WebSocket(socketUrl(url), protocols, { headers, ...options });
  onTestFinished(() => socket.terminate());
  const messages = on(socket, 'message', { close: ['close'] });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    socket,
    say: (message) => socket.send(JSON.stringify(message)),
    async hear() {
      const { value, done } = await messages.next();
      return done ? expect.fail('The socket was closed instead.') : JSON.parse(String(value[0]));
    },
    closed,
    pinged: () => once(socket, 'ping'),
  };
}

const socketUrl = (url: string): string => `${url.replace(/^http/, 'ws')}/graphql`;

/** Everything that a stream brings until it completes by itself. */
export async function collect<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
