import { createClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

/** A gateway on a port, as a client library is given it. */
export async function startForClients() {
  const started = startGateway();
  const { url } = await serverOf(started);
  const sockets = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  onTestFinished(async () => {
    await sockets.dispose();
  });
  return {
    ...started,
    /** Where the graph is. */
    uri: `${url}/graphql`,
    /** Carries subscriptions for every client library that has no WebSockets of its own. */
    sockets,
  };
}

/** Models of these names, of which lists tell the newest first. */
export async function seedModels({ upstream, clock }: TestGateway, names: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    ids.push((await seedModel(upstream, name)).globalId);
    await clock.advance(1_000);
  }
  return ids;
}

/** The global id of a training that has just been started. */
export async function seedRunningTraining({ upstream }: TestGateway): Promise<string> {
  const { id: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });
  return globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });
}

/** How long a fast training takes in the sandbox, in milliseconds. */
export const FAST_TRAINING = 20_000;
