import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { settle, until } from '../support/clock.ts';
import { seedModel } from '../support/seeds.ts';
import { startReplicas } from './support.ts';

const MODELS = '{ models { nodes { id } } }';
const TRAINING = 'query ($id: ID!) { training(id: $id) { id status } }';
const unauthenticated = [{ extensions: { code: 'UNAUTHENTICATED' } }];

/** Starts replicas with an upstream that can reject the key, and can leave requests without a response. */
async function start(count = 2) {
  const state = { rejects: false, hangs: false };
  const replicas = await startReplicas(count, {
    async transport(request, upstream) {
      if (state.rejects) return Response.json({ message: 'this key is revoked' }, { status: 401 });
      if (state.hangs) {
        await new Promise<void>((_, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason));
        });
      }
      return await upstream(request);
    },
  });
  const [one, other] = replicas.replicas;
  if (!one || !other) throw new RangeError('expected two replicas');
  return { ...replicas, state, one, other };
}

describe('a key that the upstream rejects in a response to one replica', () => {
  test('is rejected by the others without a request, for five seconds', async () => {
    const { clock, state, one, other, takeRequests } = await start();
    await other.query(MODELS);
    state.rejects = true;
    expect((await one.query(MODELS)).errors).toMatchObject(unauthenticated);
    await settle();
    state.rejects = false;
    takeRequests();

    expect((await other.query(MODELS)).errors).toMatchObject(unauthenticated);
    expect(takeRequests()).toEqual([]);
    await clock.advance(5_000);
    expect((await other.query(MODELS)).errors).toBeUndefined();
    expect(takeRequests()).toEqual(['listModels']);
  });

  test('is rejected by a replica that has not used it before, for the rest of this time', async () => {
    const { clock, state, one, other, takeRequests } = await start();
    state.rejects = true;
    await one.query(MODELS);
    await clock.advance(4_000);
    state.rejects = false;

    expect((await other.query(MODELS)).errors).toMatchObject(unauthenticated);
    expect(takeRequests()).toEqual([]);
    await clock.advance(1_000);
    expect((await other.query(MODELS)).errors).toBeUndefined();
  });

  test('aborts the running requests of the others', async () => {
    const { state, one, other } = await start();
    await other.query(MODELS);
    state.hangs = true;
    const running = other.query(MODELS);
    await settle();
    state.rejects = true;
    await one.query(MODELS);

    expect((await running).errors).toMatchObject(unauthenticated);
  });

  test('has its finished jobs removed from the caches of the others, and from the store', async () => {
    const { clock, state, one, other, takeRequests } = await start();
    const model = await seedModel(one.upstream, 'Dresses', { trainings: 1 });
    const id = globalId({ kind: 'Training', modelId: model.id, id: model.trainings[0] ?? '' });
    await clock.advance(60_000);
    await other.query(TRAINING, { id });
    takeRequests();
    await other.query(TRAINING, { id });
    expect(takeRequests()).toEqual([]);
    state.rejects = true;
    await one.query(MODELS);
    await clock.advance(5_000);

    expect((await other.query(TRAINING, { id })).errors).toMatchObject(unauthenticated);
    await clock.advance(5_000);
    expect((await one.query(TRAINING, { id })).errors).toMatchObject(unauthenticated);
  });

  test('is accepted by all replicas as soon as a response to one of them accepts it', async () => {
    const { state, one, other, takeRequests } = await start();
    const respond: (() => void)[] = [];
    // A write that was sent before the rejection is not aborted, and its response accepts the key.
    const upstream = one.sandbox.fetch.bind(one.sandbox);
    one.sandbox.fetch = async (request: Request) => {
      if (request.method === 'POST') await new Promise<void>((resolve) => respond.push(resolve));
      return await upstream(request);
    };
    const write = one.query('mutation { createModel(input: { displayName: "A" }) { __typename } }');
    await until(() => respond.length > 0);
    state.rejects = true;
    await other.query(MODELS);
    await settle();
    state.rejects = false;
    expect((await one.query(MODELS)).errors).toMatchObject(unauthenticated);
    respond[0]?.();
    await write;
    await settle();
    takeRequests();

    expect((await other.query(MODELS)).errors).toBeUndefined();
    expect(takeRequests()).toEqual(['listModels']);
  });

  test('is used by a replica that is disconnected, until the upstream rejects it there, too', async () => {
    const { state, one, other, takeRequests } = await start();
    other.broker.disconnect('a fault');
    state.rejects = true;
    await one.query(MODELS);
    await settle();
    state.rejects = false;

    expect((await other.query(MODELS)).errors).toBeUndefined();
    expect(takeRequests()).toEqual(['listModels']);
    other.broker.reconnect();
    await settle();
    state.rejects = true;
    await other.query(MODELS);
    await settle();
    state.rejects = false;
    expect((await one.query(MODELS)).errors).toMatchObject(unauthenticated);
  });
});
