import { describe, expect, test } from 'vitest';
import { globalId } from '../../schema/ids.ts';
import type { Job } from '../../src/client/index.ts';
import { FAST_TRAINING, seedRunningTraining } from '../clients/support.ts';
import { until } from '../support/clock.ts';
import { seedModel, seedPrediction, seedTraining } from '../support/seeds.ts';
import { recordStates, start, transports } from './support.ts';

describe.each(transports)('over %s', (_, options) => {
  test('a loop gets every state of a job, and ends when it has finished', async () => {
    const started = await start(options);
    const id = await seedRunningTraining(started);
    const { states, onState } = recordStates();
    const seen: Job[] = [];

    const loop = (async () => {
      for await (const job of started.client.watchJob(id, { onState })) seen.push(job);
    })();
    await until(() => seen.length === 1);
    await started.clock.advance(FAST_TRAINING * 2);
    await loop;

    expect(seen[0]).toMatchObject({ __typename: 'Training', id, status: 'QUEUED', strength: 5 });
    expect(seen.at(-1)).toMatchObject({ status: 'COMPLETED', progress: { fraction: 1 } });
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'open', 'closed']);
    await until(() => started.gateway.watchedJobs === 0);
  });

  test('a watch that is awaited resolves with the finished job', async () => {
    const started = await start(options);
    const { id } = await seedModel(started.upstream, 'Dresses', { images: 1 });
    const prediction = globalId({ kind: 'Prediction', id: await seedPrediction(started.upstream, [id]) });

    const finished = Promise.resolve(started.client.watchJob(prediction));
    await until(() => started.gateway.watchedJobs === 1);
    await started.clock.advance(60_000);

    expect(await finished).toMatchObject({ __typename: 'Prediction', status: 'COMPLETED', images: [{}] });
  });

  test('after a loop has ended, awaiting the same watch needs no further request', async () => {
    const started = await start(options);
    const watch = started.client.watchJob(await seedRunningTraining(started));
    await started.clock.advance(FAST_TRAINING * 2);
    for await (const _job of watch);
    started.takeRequests();

    expect(await watch).toMatchObject({ status: 'COMPLETED' });
    expect(started.takeRequests()).toEqual([]);
  });

  test('a loop that is left stops the watch at once', async () => {
    const started = await start(options);

    for await (const _job of started.client.watchJob(await seedRunningTraining(started))) break;

    await until(() => started.gateway.watchedJobs === 0);
  });

  test('an iterator that waits can be left', async () => {
    const started = await start(options);
    const events = started.client.watchJob(await seedRunningTraining(started))[Symbol.asyncIterator]();
    await events.next();
    const waiting = events.next();

    await events.return?.();

    expect(await waiting).toEqual({ value: undefined, done: true });
    await until(() => started.gateway.watchedJobs === 0);
  });

  test('a signal ends a watch with its reason', async () => {
    const started = await start(options);
    const controller = new AbortController();
    const watch = Promise.resolve(
      started.client.watchJob(await seedRunningTraining(started), { signal: controller.signal }),
    );
    await until(() => started.gateway.watchedJobs === 1);

    controller.abort(new Error('not interested'));

    await expect(watch).rejects.toThrow('not interested');
    await until(() => started.gateway.watchedJobs === 0);
  });

  test('a deleted job ends its watch with NOT_FOUND', async () => {
    const started = await start(options);
    const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
    const trainingId = await seedTraining(started.upstream, modelId);
    const id = globalId({ kind: 'Training', modelId, id: trainingId });
    const watch = Promise.resolve(started.client.watchJob(id));
    watch.catch(() => {});
    await until(() => started.gateway.watchedJobs === 1);

    await started.upstream(`/models/${modelId}/trainings/${trainingId}`, { method: 'DELETE' });
    await started.clock.advance(60_000);

    await expect(watch).rejects.toMatchObject({ name: 'FlairError', code: 'NOT_FOUND', retryable: false });
  });

  test('several jobs are watched on one stream, and a deleted one does not affect the others', async () => {
    const started = await start(options);
    const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1, trainings: 2 });
    const training = globalId({ kind: 'Training', modelId, id: await seedTraining(started.upstream, modelId) });
    const missing = globalId({ kind: 'Training', modelId, id: 'missing' });
    const errors: unknown[] = [];

    const watch = started.client.watchJobs([training, missing, training]);
    const loop = (async () => {
      for await (const { id, error } of watch) if (error) errors.push([id, error.code]);
    })();
    await until(() => errors.length === 1);
    await started.clock.advance(FAST_TRAINING * 2);
    await loop;

    expect(errors).toEqual([[missing, 'NOT_FOUND']]);
    expect(await watch).toMatchObject(new Map([[training, { status: 'COMPLETED' }]]));
  });

  test('more than a hundred jobs are watched on several streams', async () => {
    const started = await start(options);
    const { id: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
    const ids: string[] = [];
    for (let index = 0; index < 101; index++) {
      ids.push(globalId({ kind: 'Training', modelId, id: await seedTraining(started.upstream, modelId) }));
    }

    const watch = Promise.resolve(started.client.watchJobs(ids));
    await until(() => started.gateway.watchedJobs === 101);
    await started.clock.advance(FAST_TRAINING * 3);

    const finished = await watch;
    expect([...finished.keys()].toSorted()).toEqual(ids.toSorted());
  });
});

test('no jobs need no connection', async () => {
  const { client } = await start({ url: 'http://127.0.0.1:1/graphql' });

  expect(await client.watchJobs([])).toEqual(new Map());
});
