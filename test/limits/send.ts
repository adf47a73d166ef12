import type { TestGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';
import { prepareDocument } from '../support/transports.ts';
import { acknowledged } from '../websocket/support.ts';

export interface Operation {
  query: string;
  variables?: object;
  operationName?: string;
}

/** Result of an operation, over any transport. */
export interface Outcome {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions: Record<string, unknown> }[];
  extensions?: Record<string, unknown>;
}

export type Send = (started: TestGateway, operation: Operation) => Promise<Outcome>;

/** Sends an operation over HTTP, as JSON. */
const overHttp: Send = async ({ fetch }, operation) => {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(operation),
  });
  return await response.json();
};

/** Sends an operation over a WebSocket, and checks afterwards that the socket is still open. */
const overWebSocket: Send = async (started, operation) => {
  const { url } = await serverOf(started);
  const socket = await acknowledged(url);
  socket.send({ type: 'subscribe', id: 'one', payload: operation });
  const { type, payload } = await socket.receive();
  if (type === 'next') await socket.receive();
  socket.send({ type: 'ping' });
  const pong = await socket.receive();
  if (pong.type !== 'pong') throw new Error(`Expected a pong in response to a ping, but received ${pong.type}.`);
  return (type === 'error' ? { errors: payload } : payload) as Outcome;
};

/** Like {@link overHttp}, but over the HTTP fast path if the document is valid, because it is cached first. */
const overFastPath: Send = async (started, operation) => {
  const { url } = await serverOf(started);
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(operation),
  };
  await prepareDocument(started, init);
  return await (await fetch(`${url}/graphql`, init)).json();
};

export const ways: { way: string; send: Send }[] = [
  { way: 'HTTP', send: overHttp },
  { way: 'the HTTP fast path', send: overFastPath },
  { way: 'a WebSocket', send: overWebSocket },
];

/** Sends an operation over HTTP and returns the status of the response. */
export async function statusOf({ fetch }: TestGateway, operation: Operation, accept = 'application/json') {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(operation),
  });
  await response.text();
  return response.status;
}
