import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import { settle, until } from '../support/clock.ts';
import type { StartOptions } from '../support/gateway.ts';
import { seedModel, seedPrediction } from '../support/seeds.ts';
import { startReplicas } from './support.ts';

const TRAINING = 'query ($id: ID!) { training(id: $id) { id status triggerWord finishedAt checkedAt } }';
const TRAININGS = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Training { id status } } }';
const PREDICTION = 'query ($id: ID!) { prediction(id: $id) { id status prompt images { url } } }';
const DELETE = 'mutation ($id: ID!) { deleteTraining(input: { id: $id }) { __typename } }';
const DELETE_MODEL = 'mutation ($id: ID!) { deleteModel(input: { id: $id }) { __typename } }';

/** Starts replicas with finished trainings and a finished prediction. */
async function start(count = 2, options: StartOptions = {}) {
  const held: (() => void)[] = [];
  const state = { holds: false };
  const started = await startReplicas(count, {
    ...options,
    async transport(request, upstream) {
      const response = await upstream(request);
      if (state.holds && request.method === 'GET') await new Promise<void>((resolve) => held.push(resolve));
      return response;
    },
  });
  const { clock, replicas, first } = started;
  const model = await seedModel(first.upstream, 'Dresses', { trainings: 3 });
  const ids = model.trainings.map((id) => globalId({ kind: 'Training', modelId: model.id, id }));
  await clock.advance(60_000);
  const prediction = globalId({ kind: 'Prediction', id: await seedPrediction(first.upstream, [model.id]) });
  await clock.advance(60_000);
  started.takeRequests();
  const [one, other] = replicas;
  if (!one || !other) throw new RangeError('expected two replicas');
  return { ...started, one, other, ids, id: ids[0] ?? '', prediction, model: model.globalId, state, held };
}

describe('a finished job', () => {
  test('that one replica has read is returned by the others without an upstream request', async () => {
    const { clock, one, other, id, prediction, takeRequests } = await start();
    const first = [await one.query(TRAINING, { id }), await one.query(PREDICTION, { id: prediction })];
    expect(takeRequests()).toEqual(['getTraining', 'getPrediction']);
    expect(first).toMatchObject([
      { data: { training: { id, status: 'COMPLETED' } } },
      { data: { prediction: { status: 'COMPLETED', images: [{ url: expect.any(String) }] } } },
    ]);
    await clock.advance(60_000);
    // The wall clock of a replica may differ: ages are measured by the store.
    const second = [await other.query(TRAINING, { id }), await other.query(PREDICTION, { id: prediction })];

    expect(second).toEqual(first);
    expect(takeRequests()).toEqual([]);
  });

  test('is read from the others together with others of one response', async () => {
    const { one, other, ids, calls, takeRequests } = await start();
    await one.query(TRAININGS, { ids: ids.slice(0, 2) });
    takeRequests();
    calls.splice(0);
    const { data } = await other.query<{ nodes: object[] }, object>(TRAININGS, { ids });

    expect(data?.nodes).toMatchObject(ids.map((id) => ({ id, status: 'COMPLETED' })));
    expect(calls.filter((call) => call.startsWith('read'))).toHaveLength(1);
    expect(takeRequests()).toEqual(['getTraining']);
  });

  test('expires for all replicas when its time has passed since it was read', async () => {
    const { clock, one, other, id, takeRequests } = await start(2, { finishedJobsMilliseconds: 5_000 });
    await one.query(TRAINING, { id });
    await clock.advance(3_000);
    await other.query(TRAINING, { id });
    expect(takeRequests()).toEqual(['getTraining']);
    await clock.advance(2_000);
    await other.query(TRAINING, { id });

    expect(takeRequests()).toEqual(['getTraining']);
  });

  test('of another tenant is not returned', async () => {
    const { one, other, id, takeRequests } = await start(2, { sandbox: { keys: ['another'] } });
    await one.query(TRAINING, { id });
    takeRequests();
    const { data } = await other.query<{ training: null }, object>(TRAINING, { id }, { 'x-api-key': 'another' });

    expect(data).toEqual({ training: null });
    expect(takeRequests()).toEqual(['getTraining']);
  });

  test('is read from the upstream while the broker has a problem', async () => {
    const { one, other, id, takeRequests } = await start();
    await one.query(TRAINING, { id });
    takeRequests();
    other.broker.disconnect('a fault');
    expect((await other.query(TRAINING, { id })).errors).toBeUndefined();

    expect(takeRequests()).toEqual(['getTraining']);
  });
});

test('a job that was read after an interruption is shared, too', async () => {
  const { one, other, id, takeRequests } = await start();
  one.broker.disconnect('a fault');
  one.broker.reconnect();
  await settle();
  await one.query(TRAINING, { id });
  await settle();
  takeRequests();
  await one.query(TRAINING, { id });
  await other.query(TRAINING, { id });

  expect(takeRequests()).toEqual([]);
});

describe('a deletion through one replica', () => {
  test('evicts the job from the caches of the others, and from the store', async () => {
    const { one, other, replicas, id } = await start(3);
    await one.query(TRAINING, { id });
    await other.query(TRAINING, { id });
    await one.query(DELETE, { id });

    for (const replica of replicas) {
      expect(await replica.query(TRAINING, { id })).toMatchObject({ data: { training: null } });
    }
  });

  test('of a model evicts its trainings', async () => {
    const { one, other, replicas, id, model } = await start(3);
    await one.query(TRAINING, { id });
    await other.query(TRAINING, { id });
    await one.query(DELETE_MODEL, { id: model });

    for (const replica of replicas) {
      expect(await replica.query(TRAINING, { id })).toMatchObject({ data: { training: null } });
    }
  });

  test('is not undone by a read that is in flight on another replica', async () => {
    const { one, other, replicas, id, state, held } = await start(3);
    state.holds = true;
    const reading = other.query(TRAINING, { id });
    await until(() => held.length > 0);
    await one.query(DELETE, { id });
    state.holds = false;
    held[0]?.();
    // This response is that of the upstream before the deletion.
    expect(await reading).toMatchObject({ data: { training: { id } } });
    await settle();

    for (const replica of replicas) {
      expect(await replica.query(TRAINING, { id })).toMatchObject({ data: { training: null } });
    }
  });

  test('is not undone by a replica that does not know of it', async () => {
    const { one, other, replicas, id, state, held } = await start(3);
    state.holds = true;
    const reading = other.query(TRAINING, { id });
    await until(() => held.length > 0);
    // The message is lost, but the store is reached.
    other.broker.disconnect('a fault');
    await one.query(DELETE, { id });
    await settle();
    other.broker.reconnect();
    state.holds = false;
    held[0]?.();
    await reading;
    await settle();

    for (const replica of replicas) {
      expect(await replica.query(TRAINING, { id })).toMatchObject({ data: { training: null } });
    }
  });

  test('while others are disconnected evicts the job there when they are connected again', async () => {
    const { one, other, id } = await start();
    await other.query(TRAINING, { id });
    other.broker.disconnect('a fault');
    await one.query(DELETE, { id });
    other.broker.reconnect();
    await settle();

    expect(await other.query(TRAINING, { id })).toMatchObject({ data: { training: null } });
  });

  test('while it is disconnected is sent when it is connected again', async () => {
    const { one, other, replicas, id } = await start(3);
    await other.query(TRAINING, { id });
    one.broker.disconnect('a fault');
    await one.query(DELETE, { id });
    one.broker.reconnect();
    await settle();

    for (const replica of replicas) {
      expect(await replica.query(TRAINING, { id })).toMatchObject({ data: { training: null } });
    }
  });
});
