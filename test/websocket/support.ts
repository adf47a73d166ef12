import { expect } from 'vitest';
import type { ListenOptions } from '../../src/http/server.ts';
import { openSocket, type ProtocolClient } from '../e2e/client.ts';
import { type StartOptions, startGateway } from '../support/gateway.ts';
import { serverOf } from '../support/subscribe.ts';

/** Starts a gateway with its server. */
export async function listen(options: Partial<ListenOptions> = {}, gateway: StartOptions = {}) {
  const started = startGateway(gateway);
  const { url } = await serverOf(started, { monotonicNow: started.clock.monotonicNow, ...options });
  return { ...started, url };
}

/** Opens a socket that is acknowledged. It has sent one message. */
export async function acknowledged(url: string): Promise<ProtocolClient> {
  const conversation = await openSocket(url);
  conversation.send({ type: 'connection_init' });
  expect(await conversation.receive()).toEqual({ type: 'connection_ack' });
  return conversation;
}

/** Expects that operations over a socket are still executed. */
export async function expectAnswers({ send: say, receive: hear }: ProtocolClient): Promise<void> {
  say({ type: 'subscribe', id: 'after', payload: { query: '{ __typename }' } });
  expect(await hear()).toMatchObject({ type: 'next', id: 'after', payload: { data: { __typename: 'Query' } } });
  expect(await hear()).toEqual({ type: 'complete', id: 'after' });
}
