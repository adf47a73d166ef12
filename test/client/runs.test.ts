import { describe, expect, test } from 'vitest';
import { cancelTraining, FlairError, type Job, JobError } from '../../src/client/index.ts';
import { FAST_TRAINING } from '../clients/support.ts';
import { until } from '../support/clock.ts';
import { seedModel } from '../support/seeds.ts';
import { start, transports } from './support.ts';

const mode = { fast: {} };

describe.each(transports)('over %s', (_, options) => {
  test('a training is started, reported and awaited', async () => {
    const started = await start(options);
    const { globalId: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
    const updates: Job[] = [];

    const training = started.client.train({ modelId, strength: 5, mode }, { onUpdate: (job) => updates.push(job) });
    await until(() => started.gateway.watchedJobs === 1);
    await started.clock.advance(FAST_TRAINING * 2);

    expect(await training).toMatchObject({
      __typename: 'Training',
      status: 'COMPLETED',
      triggerWord: expect.any(String),
    });
    expect(updates[0]?.isFinished).toBe(false);
    expect(updates.at(-1)).toEqual(await training);
  });

  test('a prediction resolves with its images', async () => {
    const started = await start(options);
    const { globalId: id } = await seedModel(started.upstream, 'Dresses', { images: 1 });

    const prediction = started.client.predict({ models: [{ id, scale: 1 }], prompt: 'a dress' });
    await until(() => started.gateway.watchedJobs === 1);
    await started.clock.advance(60_000);

    expect((await prediction).images).toMatchObject([{ url: expect.stringContaining('/images/') }]);
  });
});

test.each([
  ['fails', 'FAILED', 'Dresses [fail]'],
  ['is canceled', 'CANCELED', 'Dresses'],
])('a training that %s rejects with the job', async (_, status, name) => {
  const started = await start();
  const { globalId: modelId } = await seedModel(started.upstream, name, { images: 1 });
  const cancel = async (id: string) => {
    if (status === 'CANCELED') await started.client.request(cancelTraining, { input: { id } });
  };
  let error: unknown;
  void started.client
    .train({ modelId, strength: 5, mode }, { onUpdate: ({ id, isFinished }) => void (isFinished || cancel(id)) })
    .catch((thrown: unknown) => {
      error = thrown;
    });

  while (!error) await started.clock.advance(1_000);

  expect(error).toBeInstanceOf(JobError);
  expect(error).toMatchObject({ name: 'JobError', job: { status }, message: expect.stringMatching(/\w+/) });
});

test('an error as data rejects with its fields', async () => {
  const { client } = await start();

  const error = await client.predict({ models: [], prompt: '' }).catch((thrown) => thrown);

  expect(error).toBeInstanceOf(FlairError);
  expect(error).toMatchObject({ code: 'InvalidInputError', retryable: false });
  expect(error.result.issues.map(({ path }: { path: string[] }) => path.join('.'))).toContain('input.models');
});

test('a training whose response is lost is started once', async () => {
  let isLost = true;
  const started = await start({
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (!isLost || !String(init?.body).includes('startTraining')) return response;
      isLost = false;
      await response.arrayBuffer();
      throw new TypeError('fetch failed');
    },
  });
  const { globalId: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  started.takeRequests();

  const training = started.client.train({ modelId, strength: 5, mode });
  await until(() => started.clientClock.waits().includes(375));
  await started.clientClock.advance(375);
  await until(() => started.gateway.watchedJobs === 1);
  await started.clock.advance(FAST_TRAINING * 2);

  expect(await training).toMatchObject({ status: 'COMPLETED' });
  expect(started.takeRequests().filter((operation) => operation === 'startTraining')).toHaveLength(1);
});

test('a gateway that cannot be reached ends a run after six attempts', async () => {
  const { client, clientClock } = await start({ url: 'http://127.0.0.1:1/graphql' });
  let error: unknown;
  void client.train({ modelId: 'a', strength: 1 }).catch((thrown: unknown) => {
    error = thrown;
  });

  let attempts = 1;
  while (!error) {
    await until(() => error !== undefined || clientClock.waits().length > 0);
    const [delay] = clientClock.waits();
    if (delay === undefined) continue;
    attempts++;
    await clientClock.advance(delay);
  }

  expect(error).toMatchObject({ code: 'NETWORK_ERROR', message: expect.stringContaining('CORS_ORIGINS') });
  expect(attempts).toBe(6);
});

test('a client that was disposed of ends its requests, runs and watches', async () => {
  const started = await start();
  const { globalId: modelId } = await seedModel(started.upstream, 'Dresses', { images: 1 });
  const run = started.client.train({ modelId, strength: 5, mode }).catch((error) => error.code);
  await until(() => started.gateway.watchedJobs === 1);

  started.client.dispose();

  expect(await run).toBe('ABORTED');
  await expect(started.client.request('{ __typename }')).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(started.client.watchJob('a')).rejects.toMatchObject({ code: 'ABORTED' });
  await until(() => started.gateway.watchedJobs === 0);
  expect(started.clientClock.waits()).toEqual([]);
});
