import { createClient } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../schema/ids.ts';
import { type StartOptions, startGateway, type TestGateway } from '../support/gateway.ts';
import { seedModel, seedTraining } from '../support/seeds.ts';
import { serverOf } from '../support/subscribe.ts';

/** Starts a gateway on a port, for client libraries. */
export async function startForClients(options?: StartOptions) {
  const started = startGateway(options);
  const { url } = await serverOf(started);
  const sockets = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  onTestFinished(async () => {
    await sockets.dispose();
  });
  return {
    ...started,
    /** URL of the GraphQL endpoint. */
    uri: `${url}/graphql`,
    /** WebSocket client for libraries without one. */
    sockets,
  };
}

/** Creates models with these names. Lists return the newest first. */
export async function seedModels({ upstream, clock }: TestGateway, names: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    ids.push((await seedModel(upstream, name)).globalId);
    await clock.advance(1_000);
  }
  return ids;
}

/** Starts a training. Returns its global id. */
export async function seedRunningTraining({ upstream }: TestGateway): Promise<string> {
  const { id: modelId } = await seedModel(upstream, 'Dresses', { images: 1 });
  return globalId({ kind: 'Training', modelId, id: await seedTraining(upstream, modelId) });
}

/** Duration of a fast training in the sandbox, in milliseconds. */
export const FAST_TRAINING = 20_000;
